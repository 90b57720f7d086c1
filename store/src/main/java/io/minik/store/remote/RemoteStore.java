package io.minik.store.remote;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.Value;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.mvcc.Records;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contract over a real etcd. What was asked while etcd does not answer fails with {@link StoreException.Unreachable}, after it
 * was tried at each member; watches end with it and are begun anew by whoever follows. A write that failed so may have been done.
 */
public final class RemoteStore implements Store {
    private static final Logger log = LoggerFactory.getLogger(RemoteStore.class);

    /** Any key does: what counts is the revision in the answer's head, and that a quorum has agreed to it. */
    static final Rpc.RangeRequest READ_POINT = Rpc.RangeRequest.newBuilder()
            .setKey(RemoteMessages.bytes(Bytes.utf8("/registry/")))
            .setCountOnly(true)
            .build();

    /** Calls that may be under way: each holds its request, of at most 1.5 MiB. */
    private static final int MOST_CALLS = 4096;

    /** The bytes of a page, about: it is one message, held whole. */
    private static final long PAGE_BYTES = 4 << 20;

    /** A start waits this long for its etcd. */
    private static final Duration OPENING = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Context home;
    private final Loop loop;
    private final EtcdClient client;
    private final RemoteValues values;
    private final ReadPoint readPoint;
    private final Promise<Void> ended = Promise.promise();

    // Any thread's.
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong compacted = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean noSpace;
    private volatile boolean closed;
    /** How large the values of the pages were: the next asks for as many as fit. */
    private volatile long valueBytes = 64 << 10;

    // The store's loop.
    private final Set<RemoteWatch> watches = new LinkedHashSet<>();

    private RemoteStore(Vertx vertx, RemoteConfig config, Records records) {
        this.home = ((VertxInternal) vertx).createEventLoopContext();
        this.loop = Loop.on(home);
        this.client = new EtcdClient(vertx, loop, config, this::heard);
        this.values = new RemoteValues(records);
        this.readPoint = new ReadPoint(() -> ask(Calls.RANGE, READ_POINT, 0, 0)
                .map(answer -> answer.getHeader().getRevision()));
    }

    /**
     * Succeeds when etcd has answered; fails if it does not within a minute, refuses, or is too old.
     *
     * @param records where values are kept that were told and are held; closed with the store
     */
    public static Future<RemoteStore> open(Vertx vertx, RemoteConfig config, Records records) {
        RemoteStore store = new RemoteStore(vertx, config, records);
        return store.there(() -> store.begin(store.loop.millis() + OPENING.toMillis()))
                .map(store)
                .recover(error -> store.close().transform(closed -> Future.failedFuture(error)));
    }

    private Future<Void> begin(long untilMillis) {
        return ask(Calls.STATUS, Rpc.StatusRequest.getDefaultInstance(), 0, 0)
                .compose(status -> {
                    if (!EtcdVersion.isServed(status.getVersion())) {
                        return Future.failedFuture(new StoreException.Unusable("etcd " + status.getVersion()
                                + " is too old: " + EtcdVersion.OLDEST + " or later is wanted"));
                    }
                    log.atInfo().addKeyValue("version", status.getVersion()).log("etcd answers");
                    return readPoint.revision().<Void>mapEmpty();
                })
                .recover(error -> {
                    if (!(error instanceof StoreException.Unreachable) || loop.millis() > untilMillis) {
                        return Future.failedFuture(error);
                    }
                    Promise<Void> later = Promise.promise();
                    loop.after(PAUSE, () -> begin(untilMillis).onComplete(later));
                    return later.future();
                });
    }

    // ---- who asks, and where ----

    Loop loop() {
        return loop;
    }

    EtcdClient client() {
        return client;
    }

    RemoteValues values() {
        return values;
    }

    void onLoop(Runnable task) {
        home.runOnContext(unused -> task.run());
    }

    /** A revision that an answer told. */
    void heard(long revision) {
        seen.accumulateAndGet(revision, Math::max);
    }

    void compacted(long revision) {
        compacted.accumulateAndGet(revision, Math::max);
    }

    long seen() {
        return seen.get();
    }

    void forget(RemoteWatch watch) {
        watches.remove(watch);
    }

    static void gone(Throwable why) {
        log.atDebug().setCause(why).log("a connection was closed already");
    }

    private Context caller() {
        Context caller = Vertx.currentContext();
        return caller == null ? home : caller;
    }

    /** Asks on the store's loop and answers on the caller's. */
    private <T> Future<T> there(Supplier<Future<T>> question) {
        if (closed) {
            return Future.failedFuture(new StoreException.Closed());
        }
        if (underWay.incrementAndGet() > MOST_CALLS) {
            underWay.decrementAndGet();
            return Future.failedFuture(new StoreException.Busy("too many requests"));
        }
        Context caller = caller();
        Promise<T> answer = Promise.promise();
        home.runOnContext(unused -> question.get().onComplete(done -> {
            underWay.decrementAndGet();
            caller.runOnContext(back -> answer.handle(done));
        }));
        return answer.future();
    }

    private <Q, R> Future<R> ask(Calls<Q, R> call, Q request, long revision, long lease) {
        return client.call(call, request).recover(error -> {
            if (!(error instanceof RemoteFailures.Refusal refusal)) {
                return Future.failedFuture(error);
            }
            StoreException why = RemoteFailures.of(
                    refusal, new RemoteFailures.Subject(revision, compacted.get(), seen.get(), lease));
            noSpace |= why instanceof StoreException.NoSpace;
            return Future.failedFuture(why);
        });
    }

    // ---- the contract ----

    @Override
    public Future<RangeResult> range(RangeRequest request) {
        return there(() -> ask(Calls.RANGE, RemoteMessages.range(request), request.revision(), 0)
                .map(RemoteMessages::range));
    }

    /** With their values, so that nobody asks for these one by one; fewer than asked for, if they are large. */
    @Override
    public Future<RangeResult> page(RangeRequest request) {
        long fit = Math.max(1, PAGE_BYTES / Math.max(1, valueBytes));
        long limit = request.limit() == 0 ? fit : Math.min(fit, request.limit());
        RangeRequest whole = new RangeRequest(
                request.key(), request.rangeEnd(), request.revision(), limit, false, request.countOnly());
        return range(whole).map(page -> {
            long bytes =
                    page.kvs().stream().mapToLong(kv -> kv.value().length()).sum();
            if (!page.kvs().isEmpty()) {
                // Growing slowly and shrinking at once: the next values may be large ones.
                valueBytes = Math.max(valueBytes / 4, bytes / page.kvs().size());
            }
            return page;
        });
    }

    @Override
    public Optional<Value> value(Bytes key, long modRevision) {
        return values.find(key, modRevision);
    }

    @Override
    public Optional<Value> value(KeyValue read) {
        return Optional.of(values.hold(read));
    }

    @Override
    public Future<TxnResult> txn(Txn txn) {
        return there(() -> ask(Calls.TXN, RemoteMessages.txn(txn), 0, leaseOf(txn.success()))
                        .map(RemoteMessages::txn))
                .onSuccess(result -> noSpace &= !grows(result, txn))
                .recover(error -> Future.failedFuture(
                        error instanceof StoreException.Invalid && "key not found".equals(error.getMessage())
                                ? new StoreException.KeyNotFound(keptKey(txn))
                                : error));
    }

    private static boolean grows(TxnResult result, Txn txn) {
        return (result.succeeded() ? txn.success() : txn.failure()).stream().anyMatch(Op.Put.class::isInstance);
    }

    private static long leaseOf(List<Op> ops) {
        return puts(ops, Op.Put::lease).filter(lease -> lease != 0).orElse(0L);
    }

    private static Bytes keptKey(Txn txn) {
        return txn.success().stream()
                .filter(op -> op instanceof Op.Put put && (put.ignoreValue() || put.ignoreLease()))
                .map(op -> ((Op.Put) op).key())
                .findFirst()
                .orElse(Bytes.EMPTY);
    }

    private static <T> Optional<T> puts(List<Op> ops, Function<Op.Put, T> part) {
        return ops.stream()
                .filter(Op.Put.class::isInstance)
                .map(op -> part.apply((Op.Put) op))
                .findFirst();
    }

    /**
     * Events that come after the call: what this store has acknowledged before it is known by its revision, what others wrote
     * meanwhile may be told.
     */
    @Override
    public Watch watch(WatchRequest request, WatchListener listener) {
        long from = request.startRevision() > 0 ? request.startRevision() : seen.get() + 1;
        Context caller = caller();
        RemoteWatch watch = new RemoteWatch(this, request, caller, listener);
        onLoop(() -> {
            if (closed) {
                watch.end(new StoreException.Closed());
            } else {
                watches.add(watch);
                watch.start(from);
            }
        });
        return watch;
    }

    @Override
    public Future<Void> compact(long revision) {
        return there(() -> ask(
                        Calls.COMPACT,
                        Rpc.CompactionRequest.newBuilder().setRevision(revision).build(),
                        revision,
                        0))
                .onSuccess(done -> compacted(revision))
                .mapEmpty();
    }

    @Override
    public Future<Lease> grantLease(long id, long ttlSeconds) {
        return there(() -> ask(
                        Calls.GRANT,
                        Rpc.LeaseGrantRequest.newBuilder()
                                .setId(id)
                                .setTtl(ttlSeconds)
                                .build(),
                        0,
                        id)
                .map(granted -> new Lease(granted.getId(), granted.getTtl(), granted.getTtl())));
    }

    @Override
    public Future<Void> revokeLease(long id) {
        return there(() -> ask(
                        Calls.REVOKE,
                        Rpc.LeaseRevokeRequest.newBuilder().setId(id).build(),
                        0,
                        id))
                .mapEmpty();
    }

    @Override
    public Future<Lease> keepLeaseAlive(long id) {
        return there(() -> ask(
                        Calls.KEEP_ALIVE,
                        Rpc.LeaseKeepAliveRequest.newBuilder().setId(id).build(),
                        0,
                        id)
                .compose(renewed -> renewed.getTtl() <= 0
                        ? Future.failedFuture(new StoreException.LeaseNotFound(id))
                        : Future.succeededFuture(new Lease(id, renewed.getTtl(), renewed.getTtl()))));
    }

    @Override
    public Future<LeaseStatus> leaseStatus(long id) {
        return there(() -> ask(
                        Calls.TIME_TO_LIVE,
                        Rpc.LeaseTimeToLiveRequest.newBuilder()
                                .setId(id)
                                .setKeys(true)
                                .build(),
                        0,
                        id)
                .compose(status -> status.getTtl() < 0
                        ? Future.failedFuture(new StoreException.LeaseNotFound(id))
                        : Future.succeededFuture(new LeaseStatus(
                                new Lease(id, status.getGrantedTtl(), status.getTtl()),
                                status.getKeysList().stream()
                                        .map(RemoteMessages::bytes)
                                        .toList()))));
    }

    @Override
    public Future<List<Long>> leases() {
        return there(() -> ask(Calls.LEASES, Rpc.LeaseLeasesRequest.getDefaultInstance(), 0, 0)
                .map(all ->
                        all.getLeasesList().stream().map(Rpc.LeaseStatus::getId).toList()));
    }

    @Override
    public Future<Long> readRevision() {
        return there(readPoint::revision);
    }

    /** As far as etcd's answers have told: others may have written since, and sizes are not asked for. */
    @Override
    public StoreStatus status() {
        return new StoreStatus(seen.get(), compacted.get(), 0, 0, noSpace);
    }

    /** Why etcd does not answer, empty if it does, as far as anybody has asked. Any thread. */
    public String trouble() {
        return client.trouble();
    }

    @Override
    public Future<Void> ended() {
        return ended.future();
    }

    /** What waits for etcd waits in each call of its own, for a bounded time. */
    @Override
    public long busyMillis() {
        return 0;
    }

    @Override
    public Future<Void> close() {
        if (!closed) {
            closed = true;
            home.runOnContext(unused -> {
                List.copyOf(watches).forEach(watch -> watch.end(new StoreException.Closed()));
                client.close().onComplete(done -> {
                    values.close();
                    ended.tryComplete();
                });
            });
        }
        return ended.future();
    }
}
