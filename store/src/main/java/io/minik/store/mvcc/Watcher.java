package io.minik.store.mvcc;

import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.WatchRequest;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One watch: {@code registered -> (catching up from history) -> live -> ended}.
 *
 * <p>The writer registers it at a published revision R: what is older it reads from the index itself, on its own context,
 * while batches after R wait behind.
 */
final class Watcher implements Store.Watch {
    /**
     * What may wait for one watcher. Batches are shared by all watchers of a range, so one slow loop pins this much once;
     * a 64 MB heap must bear that.
     */
    static final long MAX_BACKLOG_BYTES = 8 << 20;

    /** A task's worth of history: about 1 ms on a small device. */
    private static final int CATCH_UP_EVENTS = 256;

    /** Whole revisions, shared by all watchers of a range: never changed. */
    record Batch(List<Event> events, long revision, long bytes) {}

    private final Writer writer;
    private final KeyRange range;
    private final long startRevision;
    private final boolean wantPrevious;
    private final ContextInternal context;
    private final Store.WatchListener listener;

    // These two are read and written by any thread.
    private volatile boolean closed;
    private final AtomicLong backlogBytes = new AtomicLong();

    // The writer's.
    private long liveFrom;
    private boolean ended;

    // Its context's.
    private boolean catchingUp;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    Watcher(Writer writer, WatchRequest request, ContextInternal context, Store.WatchListener listener) {
        this.writer = writer;
        this.range = new KeyRange(request.key(), request.rangeEnd());
        this.startRevision = request.startRevision();
        this.wantPrevious = request.wantPrevious();
        this.context = context;
        this.listener = listener;
    }

    KeyRange range() {
        return range;
    }

    boolean wantPrevious() {
        return wantPrevious;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            writer.submit(() -> writer.hub().remove(this));
        }
    }

    @Override
    public void requestProgress() {
        writer.submit(() -> writer.afterBatch(() -> progress(writer.handoff(), writer.publishedRevision())));
    }

    // ---- on the writer ----

    /** @param after newest revision that was decided when the watch was asked for: "new ones" are later */
    void start(Mvcc mvcc, Handoff handoff, long after) {
        long from = startRevision <= 0 ? after + 1 : startRevision;
        long published = mvcc.revision();
        liveFrom = Math.max(from, published + 1);
        if (from <= published) {
            handoff.add(context, () -> catchUp(mvcc, from, published));
        }
    }

    boolean isLiveAt(long revision) {
        return revision >= liveFrom;
    }

    /** @return false if it lags too far behind: it is ended */
    boolean offer(Handoff handoff, Batch batch) {
        long before = backlogBytes.getAndAdd(batch.bytes());
        if (before > 0 && before + batch.bytes() > MAX_BACKLOG_BYTES) {
            end(
                    handoff,
                    new StoreException.Lagging("a watch of " + range.key() + " has " + before
                            + " bytes of events waiting: at most " + MAX_BACKLOG_BYTES + " are kept"));
            return false;
        }
        handoff.add(context, () -> inOrder(() -> deliver(batch)));
        return true;
    }

    private void progress(Handoff handoff, long revision) {
        if (!ended) {
            handoff.add(context, () -> inOrder(() -> tell(List.of(), revision)));
        }
    }

    void end(Handoff handoff, StoreException why) {
        if (!ended) {
            ended = true;
            handoff.add(context, () -> finish(why));
        }
    }

    /** The store has ended, or is busy, before the watch began: any thread. */
    void refuse(StoreException why) {
        context.runOnContext(task -> finish(why));
    }

    // ---- on its context ----

    private void inOrder(Runnable arrival) {
        if (catchingUp) {
            waiting.add(arrival);
        } else {
            arrival.run();
        }
    }

    private void deliver(Batch batch) {
        backlogBytes.addAndGet(-batch.bytes());
        tell(batch.events(), batch.revision());
    }

    private void tell(List<Event> events, long revision) {
        if (!closed) {
            listener.onEvents(events, revision);
        }
    }

    private void finish(StoreException why) {
        if (!closed) {
            closed = true;
            waiting.clear();
            listener.onEnd(why);
        }
    }

    private void catchUp(Mvcc mvcc, long from, long to) {
        try {
            List<Mvcc.Past> past = mvcc.history(range, from, to);
            if (!past.isEmpty()) {
                catchingUp = true;
                catchUp(mvcc, past, 0, to);
            }
        } catch (StoreException.Compacted gone) {
            giveUp(gone);
        }
    }

    private void catchUp(Mvcc mvcc, List<Mvcc.Past> past, int first, long to) {
        if (closed) {
            return;
        }
        int next = first;
        List<Event> events = new ArrayList<>(Math.min(CATCH_UP_EVENTS, past.size() - first));
        try {
            while (next < past.size()
                    && (events.size() < CATCH_UP_EVENTS
                            || past.get(next).revision() == past.get(next - 1).revision())) {
                events.add(mvcc.event(past.get(next++), wantPrevious));
            }
        } catch (StoreException.Compacted gone) {
            giveUp(gone);
            return;
        }
        int resume = next;
        boolean last = resume == past.size();
        try {
            tell(events, last ? to : past.get(resume - 1).revision());
        } finally {
            // A listener that throws loses its own call, not the events that follow.
            if (last) {
                context.runOnContext(task -> drain());
            } else {
                context.runOnContext(task -> catchUp(mvcc, past, resume, to));
            }
        }
    }

    /** What came meanwhile, in order: what comes now goes behind it. */
    private void drain() {
        Runnable arrival = waiting.poll();
        if (arrival == null) {
            catchingUp = false;
            return;
        }
        try {
            arrival.run();
        } finally {
            context.runOnContext(task -> drain());
        }
    }

    private void giveUp(StoreException why) {
        finish(why);
        writer.submit(() -> writer.hub().remove(this));
    }

    /** What an event weighs in the backlog: its bytes and about as much as its objects take. */
    static long weight(Event event) {
        Bytes key = event.kv().key();
        return 128L
                + key.length()
                + event.kv().value().length()
                + event.previous().map(kv -> kv.value().length()).orElse(0);
    }
}
