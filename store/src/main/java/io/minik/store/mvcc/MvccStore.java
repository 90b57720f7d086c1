package io.minik.store.mvcc;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.Value;
import io.minik.store.WatchRequest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's contract on top of the writer's thread and the published index. */
public abstract class MvccStore implements LocalStore {
    private static final Logger LOG = LoggerFactory.getLogger(MvccStore.class);

    /** A batch that is larger gains nothing from waiting for more; its encoded form must fit a small heap. */
    private static final int MAX_BATCH_BYTES = 1 << 20;

    private static final int CALL_BYTES = 64;

    private final Mvcc mvcc;
    private final Journal journal;
    private final StoreLimits limits;
    private final WriterQueue queue = new WriterQueue();
    private final Writer writer;
    private final ContextInternal home;
    private final Promise<Void> end;
    private boolean stepped;
    /** When the writer began with what it does now, by nanoTime; 0: it waits. */
    private volatile long busySinceNanos;

    /**
     * Its writer waits for {@link #start}, or is stepped.
     *
     * @param mvcc with what the journal told already applied
     */
    protected MvccStore(Vertx vertx, Loop clock, Mvcc mvcc, Journal journal, StoreLimits limits) {
        this.mvcc = mvcc;
        this.journal = journal;
        this.limits = limits;
        this.writer = new Writer(mvcc, journal, new Bounds(limits, clock), clock, queue);
        this.home = ((VertxInternal) vertx).createEventLoopContext();
        this.end = home.promise();
    }

    /** Gives the writer its thread. Once. */
    protected final void start() {
        Thread thread = new Thread(this::run, "minik-store-writer");
        thread.setDaemon(true);
        thread.start();
    }

    /** Instead of {@link #start}: the writer does what waits for it, on the calling thread. @return whether anything did */
    protected final boolean step() {
        if (queue.ended() != null) {
            return false;
        }
        Deque<WriterQueue.Entry> taken = new ArrayDeque<>(queue.takeIfAny());
        boolean any = !taken.isEmpty();
        try {
            if (!stepped) {
                stepped = true;
                writer.started();
            }
            write(taken);
        } catch (Throwable broken) {
            halt(broken, taken);
        }
        if (queue.ended() != null) {
            release();
            tellEnd();
        }
        return any;
    }

    @Override
    public Future<RangeResult> range(RangeRequest request) {
        try {
            TxnCheck.requireKey(request.key());
            StoreException ended = queue.ended();
            return ended == null ? Future.succeededFuture(mvcc.range(request)) : Future.failedFuture(ended);
        } catch (StoreException refused) {
            return Future.failedFuture(refused);
        } catch (RuntimeException | IllegalAccessError failed) {
            // The records may have been closed while we read: MapDB says so with an error.
            StoreException ended = queue.ended();
            return Future.failedFuture(ended == null ? failed : ended);
        }
    }

    @Override
    public Optional<Value> value(Bytes key, long modRevision) {
        return queue.ended() == null ? mvcc.value(key, modRevision) : Optional.empty();
    }

    @Override
    public Future<TxnResult> txn(Txn txn) {
        int weight;
        try {
            weight = TxnCheck.check(txn);
        } catch (StoreException refused) {
            return Future.failedFuture(refused);
        }
        return call(weight, reply -> writer.txn(txn, reply));
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        Watcher watcher = new Watcher(writer, request, context(), listener);
        queue.addCall(() -> writer.watch(watcher), watcher::refuse, CALL_BYTES);
        return watcher;
    }

    @Override
    public Future<Void> compact(long revision) {
        return call(CALL_BYTES, reply -> writer.compact(revision, reply));
    }

    @Override
    public Future<Lease> grantLease(long id, long ttlSeconds) {
        return call(CALL_BYTES, reply -> writer.grant(id, ttlSeconds, reply));
    }

    @Override
    public Future<Void> revokeLease(long id) {
        return call(CALL_BYTES, reply -> writer.revoke(id, reply));
    }

    @Override
    public Future<Lease> keepLeaseAlive(long id) {
        return call(CALL_BYTES, reply -> writer.keepAlive(id, reply));
    }

    @Override
    public Future<LeaseStatus> leaseStatus(long id) {
        return call(CALL_BYTES, reply -> writer.leaseStatus(id, reply));
    }

    @Override
    public Future<List<Long>> leases() {
        return call(CALL_BYTES, writer::leases);
    }

    @Override
    public Future<LeaseTable> leaseTable() {
        return call(CALL_BYTES, writer::leaseTable);
    }

    @Override
    public Future<History> history() {
        return call(CALL_BYTES, writer::history);
    }

    @Override
    public Future<Long> readRevision() {
        StoreException ended = queue.ended();
        return ended == null ? Future.succeededFuture(mvcc.revision()) : Future.failedFuture(ended);
    }

    @Override
    public StoreStatus status() {
        long inUse = mvcc.records().bytesInUse();
        return new StoreStatus(
                mvcc.revision(),
                mvcc.compactedRevision(),
                Math.max(journal.bytesOnDisk(), inUse),
                inUse,
                journal.isFull() || inUse > limits.quotaBytes());
    }

    @Override
    public Future<Void> ended() {
        return end.future();
    }

    @Override
    public long busyMillis() {
        long since = busySinceNanos;
        return since == 0 ? 0 : (System.nanoTime() - since) / 1_000_000;
    }

    @Override
    public Future<Void> close() {
        Reply<Void> reply = Reply.to(context());
        queue.addCommand(
                () -> {
                    writer.close();
                    queue.end(new StoreException.Closed());
                    reply.context().runOnContext(task -> reply.promise().tryComplete());
                },
                // Closing what has ended is no failure.
                why -> reply.context().runOnContext(task -> reply.promise().tryComplete()));
        return reply.future();
    }

    private interface Call<T> {
        void run(Reply<T> reply) throws IOException;
    }

    private <T> Future<T> call(int weight, Call<T> call) {
        Reply<T> reply = Reply.to(context());
        queue.addCall(() -> call.run(reply), reply::refuse, weight);
        return reply.future();
    }

    private ContextInternal context() {
        Context current = Vertx.currentContext();
        return current instanceof ContextInternal internal ? internal : home;
    }

    // ---- the writer's thread, or the one that steps it ----

    private void run() {
        Deque<WriterQueue.Entry> taken = new ArrayDeque<>();
        try {
            writer.started();
            while (queue.ended() == null) {
                busySinceNanos = 0;
                taken.addAll(queue.take());
                busySinceNanos = System.nanoTime() | 1;
                write(taken);
            }
            taken.forEach(entry -> entry.refused().accept(new StoreException.Closed()));
        } catch (Throwable broken) {
            halt(broken, taken);
        } finally {
            release();
            tellEnd();
        }
    }

    private void write(Deque<WriterQueue.Entry> taken) throws IOException {
        while (!taken.isEmpty() && queue.ended() == null) {
            taken.element().command().run();
            taken.remove();
            if (journal.collectedBytes() > MAX_BATCH_BYTES) {
                writer.commit();
            }
        }
        if (queue.ended() == null) {
            writer.commit();
        }
    }

    private void tellEnd() {
        StoreException why = queue.ended();
        if (why instanceof StoreException.Unusable) {
            end.tryFail(why);
        } else {
            end.tryComplete();
        }
    }

    /**
     * After a failed fsync nobody knows what is on the disk, after a broken invariant nobody knows what is in memory: both
     * are found again by reading the log anew.
     */
    private void halt(Throwable broken, Iterable<WriterQueue.Entry> taken) {
        LOG.atError().setCause(broken).log("the store halts");
        StoreException why = new StoreException.Unusable(
                "the store has halted: " + broken + "; restart it when the cause is gone", broken);
        queue.end(why);
        taken.forEach(entry -> entry.refused().accept(why));
        writer.halt(why);
    }

    /** Last on the writer's thread, whatever ended it. */
    private void release() {
        try {
            mvcc.release();
        } catch (RuntimeException failed) {
            LOG.atWarn().setCause(failed).log("values not released");
        }
    }
}
