package io.minik.store.mvcc;

import io.minik.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What waits for the writer. Any thread adds, the writer takes; empty means that its thread sleeps. */
final class WriterQueue {
    /** More txns in wait than any group commit can use: beyond, a slow disk only makes the heap grow. */
    private static final int MAX_CALLS = 10_000;

    /** A quarter of the smallest heap (64 MB). */
    private static final long MAX_CALL_BYTES = 16 << 20;

    /** What one drain takes at most, so that the first of a long queue does not wait for the last. */
    private static final int MAX_DRAIN = 2048;

    interface Command {
        void run() throws IOException;
    }

    /** @param refused told instead if the store has ended; @param bytes weight, 0 for what the store adds itself */
    record Entry(Command command, Consumer<StoreException> refused, int bytes) {}

    private final LinkedBlockingQueue<Entry> entries = new LinkedBlockingQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong callBytes = new AtomicLong();
    private volatile @Nullable StoreException ended;

    @Nullable
    StoreException ended() {
        return ended;
    }

    /** Takes a command of a caller's, which is refused while too much waits. */
    void addCall(Command command, Consumer<StoreException> refused, int bytes) {
        StoreException why = ended;
        if (why != null) {
            refused.accept(why);
            return;
        }
        int weight = Math.max(1, bytes);
        boolean tooMany = calls.incrementAndGet() > MAX_CALLS;
        boolean tooLarge = callBytes.addAndGet(weight) > MAX_CALL_BYTES;
        if (tooMany || tooLarge) {
            left(weight);
            refused.accept(new StoreException.Busy("too many requests"));
            return;
        }
        add(new Entry(command, refused, weight));
    }

    /** The store's own: not bounded, as each stands for something that is. */
    void add(Runnable action) {
        addCommand(action::run);
    }

    void addCommand(Command command) {
        addCommand(command, why -> {});
    }

    void addCommand(Command command, Consumer<StoreException> refused) {
        add(new Entry(command, refused, 0));
    }

    private void add(Entry entry) {
        entries.add(entry);
        StoreException why = ended;
        // Ended since: the writer's last drain may have missed it.
        if (why != null && entries.remove(entry)) {
            entry.refused().accept(why);
        }
    }

    private void left(int weight) {
        calls.decrementAndGet();
        callBytes.addAndGet(-weight);
    }

    /** Waits for at least one. */
    List<Entry> take() throws InterruptedException {
        List<Entry> taken = new ArrayList<>();
        taken.add(entries.take());
        return drain(taken);
    }

    /** Takes what is there without waiting for more. */
    List<Entry> takeIfAny() {
        return drain(new ArrayList<>());
    }

    private List<Entry> drain(List<Entry> taken) {
        entries.drainTo(taken, MAX_DRAIN - taken.size());
        for (Entry entry : taken) {
            if (entry.bytes() > 0) {
                left(entry.bytes());
            }
        }
        return taken;
    }

    /** From now on everything is refused. */
    void end(StoreException why) {
        if (ended == null) {
            ended = why;
        }
        for (Entry entry = entries.poll(); entry != null; entry = entries.poll()) {
            entry.refused().accept(why);
        }
    }
}
