package io.minik.server.registry;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.admission.Lookup;
import io.minik.server.admission.SideWrite;
import io.minik.server.watchcache.StorageKeys;
import io.minik.server.watchcache.StoredForm;
import io.minik.server.watchcache.WatchCaches;
import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Op;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.Value;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Objects in the store: reads from the watch caches, writes as transactions guarded by revisions. */
final class Storage {
    private final Store store;
    private final WatchCaches caches;
    private final Present present;
    private final KindStrategies strategies;
    private final ExpiryLeases leases;

    Storage(Store store, WatchCaches caches, KindStrategies strategies, InstantSource clock) {
        this.strategies = strategies;
        this.store = store;
        this.caches = caches;
        this.present = new Present(caches);
        this.leases = new ExpiryLeases(store, clock);
    }

    /**
     * What one transaction writes.
     *
     * @param old the state that it replaces, empty: there must be none
     * @param value the new state in its stored form, empty to delete
     */
    record Write(
            Resource resource, ObjectKey key, Optional<KubeObject> old, Optional<byte[]> value, List<SideWrite> side) {}

    /** @param object as stored, with its new revision (for a delete: the last state at the delete's revision) */
    record Written(KubeObject object, long revision) {}

    WatchCaches caches() {
        return caches;
    }

    Future<Void> caughtUp() {
        return caches.caughtUp();
    }

    Optional<KubeObject> find(Resource resource, ObjectKey key) {
        return present.find(resource, key);
    }

    /** All that is stored, to look at. */
    Lookup present() {
        return present;
    }

    /** Whether storing the same bytes again would change what is stored. */
    boolean isStale(Resource resource, KubeObject found) {
        return store.value(StorageKeys.key(resource, found.key()), found.meta().revision())
                .map(Value::stale)
                .orElse(false);
    }

    /**
     * Commits. Empty: a guard did not hold, someone else wrote first; by then the caches show what they wrote, so that
     * the decision can be made again.
     */
    Future<Optional<Written>> commit(Write write) {
        Optional<byte[]> value = write.value();
        boolean expires = value.isPresent() && strategies.of(write.resource()).has(Trait.EXPIRES);
        Future<Long> lease = expires ? leases.current() : Future.succeededFuture(0L);
        return lease.compose(id -> commit(write, value, id));
    }

    private Future<Optional<Written>> commit(Write write, Optional<byte[]> value, long lease) {
        Bytes key = StorageKeys.key(write.resource(), write.key());
        List<Compare> guards = new ArrayList<>();
        List<Op> ops = new ArrayList<>();
        guards.add(Compare.modRevision(
                key,
                Compare.Result.EQUAL,
                write.old()
                        .map(old -> Long.parseLong(old.meta().resourceVersion()))
                        .orElse(0L)));
        ops.add(value.<Op>map(bytes -> new Op.Put(key, Bytes.of(bytes), lease, false, false, false))
                .orElseGet(() -> Op.delete(key)));
        for (SideWrite side : write.side()) {
            Bytes sideKey = StorageKeys.key(side.resource(), side.key());
            long expected = side.expectedVersion().isEmpty() ? 0 : Long.parseLong(side.expectedVersion());
            guards.add(Compare.modRevision(sideKey, Compare.Result.EQUAL, expected));
            ops.add(side.tree()
                    .<Op>map(tree -> Op.put(sideKey, Bytes.of(StoredForm.stored(tree))))
                    .orElseGet(() -> Op.delete(sideKey)));
        }
        Txn txn = Txn.of(guards, ops, List.of());
        if (strategies.of(write.resource()).isLazilyDurable(write.key().namespace())) {
            txn = txn.lazily();
        }
        return store.txn(txn)
                .compose(result -> {
                    if (!result.succeeded()) {
                        return caches.reached(result.revision()).map(Optional.<Written>empty());
                    }
                    KubeObject object = value.map(bytes -> StoredForm.served(bytes, result.revision()))
                            .orElseGet(() -> StoredForm.atRevision(write.old().orElseThrow(), result.revision()));
                    return Future.succeededFuture(Optional.of(new Written(object, result.revision())));
                })
                .recover(error -> Future.failedFuture(apiError(error)));
    }

    /** The API's word for what the store answers. */
    static Throwable apiError(Throwable error) {
        if (error instanceof StoreException.Busy) {
            return ApiException.tooManyRequests();
        }
        if (error instanceof StoreException.Invalid) {
            return ApiException.of(
                    Reason.RequestEntityTooLarge, "Request entity too large: " + error.getMessage(), Details.NONE);
        }
        if (error instanceof StoreException.NoSpace full) {
            return ApiException.of(Reason.InsufficientStorage, "etcdserver: mvcc: " + full.getMessage(), Details.NONE);
        }
        if (error instanceof StoreException.Closed) {
            return ApiException.unavailable("the store is closed");
        }
        if (error instanceof StoreException.Unreachable) {
            // Whether it was written is not known: who asked looks, as after any connection that was lost.
            return ApiException.unavailable("the store does not answer");
        }
        if (error instanceof StoreException.Unusable) {
            // Its own words name files of the server, which are the log's to tell.
            return ApiException.unavailable("the store has halted");
        }
        return error instanceof StoreException ? ApiException.internal(String.valueOf(error.getMessage())) : error;
    }
}
