package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.Retained;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What is retained, in the order in which it was made, where the index has it by key. The index is walked once for each page
 * of the result: that costs a few milliseconds for 100,000 keys, and no memory that grows with the store.
 */
final class Chronicle implements LocalStore.History {
    /** 5 MB of heads: two pages are held while one is looked for. */
    private static final int PAGE = 32 << 10;

    private final Mvcc mvcc;
    private final AtomicBoolean closed = new AtomicBoolean();

    Chronicle(Mvcc mvcc) {
        this.mvcc = mvcc;
        mvcc.historyOpened();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            mvcc.historyClosed();
        }
    }

    /** Changes of one revision beyond those that are counted have all the same place in it: then their keys tell them apart. */
    private record Head(long revision, int sub, Bytes key, long ref, boolean newest) implements Comparable<Head> {
        private static final Comparator<Head> ORDER = Comparator.comparingLong(Head::revision)
                .thenComparingInt(Head::sub)
                .thenComparing(Head::key);

        @Override
        public int compareTo(Head other) {
            return ORDER.compare(this, other);
        }
    }

    @Override
    public void forEach(long after, long atMost, Consumer<Retained> each) {
        Head from = new Head(after, Integer.MAX_VALUE, Bytes.EMPTY, 0, false);
        Numbering numbering = new Numbering();
        while (true) {
            List<Head> page = page(from, atMost);
            for (Head head : page) {
                int sub = numbering.of(head);
                mvcc.change(head.key(), head.revision(), head.ref())
                        .ifPresent(kv -> each.accept(new Retained(kv, sub, head.newest())));
            }
            if (page.size() < PAGE) {
                return;
            }
            from = page.get(page.size() - 1);
        }
    }

    private List<Head> page(Head from, long atMost) {
        List<Head> found = new ArrayList<>();
        long bound = atMost;
        for (Map.Entry<Bytes, KeyHistory> key : mvcc.histories().entrySet()) {
            KeyHistory history = key.getValue();
            int newest = history.floor(atMost);
            for (int entry = history.floor(bound); entry >= 0 && history.revision(entry) >= from.revision(); entry--) {
                long ref = history.ref(entry);
                Head head = new Head(history.revision(entry), KeyHistory.sub(ref), key.getKey(), ref, entry == newest);
                if (head.compareTo(from) > 0) {
                    found.add(head);
                }
            }
            if (found.size() >= 2 * PAGE) {
                bound = cut(found);
            }
        }
        cut(found);
        return found;
    }

    /** Leaves the first page. @return the last revision that can be of it */
    private static long cut(List<Head> found) {
        found.sort(null);
        if (found.size() > PAGE) {
            found.subList(PAGE, found.size()).clear();
        }
        return found.isEmpty() ? 0 : found.get(found.size() - 1).revision();
    }

    /** Places within a revision, told on where the index stops to tell them. */
    private static final class Numbering {
        private long revision = -1;
        private int last;

        int of(Head head) {
            last = head.revision() == revision && head.sub() == KeyHistory.MAX_SUB && last >= KeyHistory.MAX_SUB
                    ? last + 1
                    : head.sub();
            revision = head.revision();
            return last;
        }
    }
}
