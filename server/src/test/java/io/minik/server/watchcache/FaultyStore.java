package io.minik.server.watchcache;

import io.minik.store.Bytes;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.Value;
import io.minik.store.WatchRequest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** A store whose faults are the test's: it ends watches, holds reads back, or halts, as the one on disk does. */
public final class FaultyStore implements Store {
    private record Running(WatchListener listener, Context context, Watch inner) {}

    private final Store good;
    private final Vertx vertx;
    private final Promise<Void> ended = Promise.promise();
    private final Queue<Running> watches = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private volatile boolean holding;
    private volatile boolean full;
    private volatile Optional<StoreException> halted = Optional.empty();
    private volatile Optional<StoreException> rangeFails = Optional.empty();

    public FaultyStore(Vertx vertx, Store good) {
        this.vertx = vertx;
        this.good = good;
    }

    /** As after a failed fsync. */
    public void halt() {
        StoreException why = new StoreException.Unusable("the store has halted: /secret/path: EIO");
        halted = Optional.of(why);
        ended.tryFail(why);
        endWatches(why);
    }

    public void endWatches(StoreException why) {
        for (Running running = watches.poll(); running != null; running = watches.poll()) {
            WatchListener listener = running.listener();
            running.inner().close();
            running.context().runOnContext(unused -> listener.onEnd(why));
        }
    }

    /** Watches that run. */
    public int watches() {
        return watches.size();
    }

    /** The next read fails. */
    public void failOneRange(StoreException why) {
        rangeFails = Optional.of(why);
    }

    /** Reads wait until {@link #letGo}. */
    public void holdReads() {
        holding = true;
    }

    public synchronized void letGo() {
        holding = false;
        held.forEach(Runnable::run);
        held.clear();
    }

    /** From here on it takes deletes alone, as on a full disk. */
    public void fillDisk() {
        full = true;
    }

    public void makeRoom() {
        full = false;
    }

    public synchronized int heldReads() {
        return held.size();
    }

    @Override
    public Optional<Value> value(Bytes key, long modRevision) {
        return halted.isPresent() ? Optional.empty() : good.value(key, modRevision);
    }

    @Override
    public Future<RangeResult> range(RangeRequest request) {
        if (halted.isPresent()) {
            return Future.failedFuture(halted.get());
        }
        Optional<StoreException> fails = rangeFails;
        if (fails.isPresent()) {
            rangeFails = Optional.empty();
            return Future.failedFuture(fails.get());
        }
        if (!holding) {
            return good.range(request);
        }
        Promise<RangeResult> later = Promise.promise();
        Context caller = vertx.getOrCreateContext();
        synchronized (this) {
            held.add(() -> caller.runOnContext(
                    unused -> good.range(request).onSuccess(later::complete).onFailure(later::fail)));
        }
        return later.future();
    }

    @Override
    public Future<TxnResult> txn(Txn txn) {
        if (halted.isPresent()) {
            return Future.failedFuture(halted.get());
        }
        return full && writes(txn)
                ? Future.failedFuture(new StoreException.NoSpace("database space exceeded: the disk is full"))
                : good.txn(txn);
    }

    private static boolean writes(Txn txn) {
        return Stream.of(txn.success(), txn.failure()).flatMap(List::stream).anyMatch(Op.Put.class::isInstance);
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        Watch inner = good.watch(request, listener);
        watches.add(new Running(listener, vertx.getOrCreateContext(), inner));
        return inner;
    }

    @Override
    public Future<Void> compact(long revision) {
        return good.compact(revision);
    }

    @Override
    public Future<Lease> grantLease(long id, long ttlSeconds) {
        return halted.isPresent() ? Future.failedFuture(halted.get()) : good.grantLease(id, ttlSeconds);
    }

    @Override
    public Future<Void> revokeLease(long id) {
        return good.revokeLease(id);
    }

    @Override
    public Future<Lease> keepLeaseAlive(long id) {
        return good.keepLeaseAlive(id);
    }

    @Override
    public Future<LeaseStatus> leaseStatus(long id) {
        return good.leaseStatus(id);
    }

    @Override
    public Future<List<Long>> leases() {
        return good.leases();
    }

    @Override
    public Future<Long> readRevision() {
        return halted.isPresent() ? Future.failedFuture(halted.get()) : good.readRevision();
    }

    @Override
    public StoreStatus status() {
        return good.status();
    }

    @Override
    public Future<Void> ended() {
        return ended.future();
    }

    @Override
    public long busyMillis() {
        return good.busyMillis();
    }

    @Override
    public Future<Void> close() {
        return good.close();
    }
}
