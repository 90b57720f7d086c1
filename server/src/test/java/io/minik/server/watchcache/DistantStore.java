package io.minik.server.watchcache;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.Value;
import io.minik.store.WatchRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A store as it is behind a network: each answer takes its time, events come late, and now and then the connection is lost,
 * with all watches that it had. Chance comes from a seed. What only an embedded store can tell at once, it does not tell.
 */
public final class DistantStore implements Store {
    /** {@code -Dminik.store=distant}: the tests of the API server run once on it, too. */
    private static final boolean WANTED = "distant".equals(System.getProperty("minik.store"));

    private static final long SEED = Long.getLong("seed", 1);
    /** Milliseconds, at most. */
    private static final int ANSWER = 4;

    private static final int EVENTS = 8;
    /** Batches of events that one watch is told before its connection is lost, at most. */
    private static final int BATCHES = 30;

    private final Vertx vertx;
    private final Store good;
    private final Random random = new Random(SEED);

    private DistantStore(Vertx vertx, Store good) {
        this.vertx = vertx;
        this.good = good;
    }

    /** The store itself, unless the tests are to run on a distant one. */
    public static Store ifWanted(Vertx vertx, Store store) {
        return WANTED ? new DistantStore(vertx, store) : store;
    }

    public static DistantStore of(Vertx vertx, Store store) {
        return new DistantStore(vertx, store);
    }

    private synchronized int chance(int most) {
        return 1 + random.nextInt(most);
    }

    private <T> Future<T> later(Supplier<Future<T>> call) {
        Promise<T> answer = Promise.promise();
        Loop caller = Loop.here(vertx);
        int there = chance(ANSWER);
        int back = chance(ANSWER);
        caller.run(() -> caller.after(Duration.ofMillis(there), () -> call.get()
                .onComplete(done -> caller.run(() -> caller.after(Duration.ofMillis(back), () -> {
                    if (done.succeeded()) {
                        answer.complete(done.result());
                    } else {
                        answer.fail(done.cause());
                    }
                })))));
        return answer.future();
    }

    @Override
    public Future<RangeResult> range(RangeRequest request) {
        return later(() -> good.range(request));
    }

    @Override
    public Optional<Value> value(Bytes key, long modRevision) {
        return good.value(key, modRevision);
    }

    @Override
    public Future<TxnResult> txn(Txn txn) {
        return later(() -> good.txn(txn));
    }

    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        return new Late(request, listener);
    }

    /** Events in order, each after a while; then none any more. */
    private final class Late implements Watch, WatchListener {
        private final WatchListener listener;
        private final Loop loop = Loop.here(vertx);
        private final Watch inner;
        private Future<Void> last = Future.succeededFuture();
        private int left = chance(BATCHES);
        private boolean over;

        Late(WatchRequest request, WatchListener listener) {
            this.listener = listener;
            this.inner = good.watch(request, this);
        }

        @Override
        public void close() {
            over = true;
            inner.close();
        }

        @Override
        public void requestProgress() {
            inner.requestProgress();
        }

        @Override
        public void onEvents(List<Event> events, long revision) {
            then(() -> listener.onEvents(events, revision));
            if (--left == 0) {
                then(this::lose);
            }
        }

        @Override
        public void onEnd(StoreException why) {
            then(() -> listener.onEnd(why));
        }

        private void lose() {
            close();
            listener.onEnd(new StoreException.Lagging("the connection is lost"));
        }

        private void then(Runnable arrival) {
            last = last.compose(before -> {
                Promise<Void> told = Promise.promise();
                loop.after(Duration.ofMillis(chance(EVENTS)), () -> {
                    if (!over) {
                        arrival.run();
                    }
                    told.complete();
                });
                return told.future();
            });
        }
    }

    @Override
    public Future<Void> compact(long revision) {
        return later(() -> good.compact(revision));
    }

    @Override
    public Future<Lease> grantLease(long id, long ttlSeconds) {
        return later(() -> good.grantLease(id, ttlSeconds));
    }

    @Override
    public Future<Void> revokeLease(long id) {
        return later(() -> good.revokeLease(id));
    }

    @Override
    public Future<Lease> keepLeaseAlive(long id) {
        return later(() -> good.keepLeaseAlive(id));
    }

    @Override
    public Future<LeaseStatus> leaseStatus(long id) {
        return later(() -> good.leaseStatus(id));
    }

    @Override
    public Future<List<Long>> leases() {
        return later(good::leases);
    }

    @Override
    public Future<Long> readRevision() {
        return later(good::readRevision);
    }

    @Override
    public StoreStatus status() {
        throw new UnsupportedOperationException("a distant store can't tell its status at once");
    }

    @Override
    public Future<Void> ended() {
        return good.ended();
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
