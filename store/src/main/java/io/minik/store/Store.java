package io.minik.store;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * A multi-version key-value store with etcd v3 semantics.
 *
 * <p>Guarantees: every write gets the next revision; a txn is one revision; a future that succeeded means that the write
 * survives kill -9 and power loss (except {@link Txn.Sync#LAZY}); reads are linearizable; a watch sees every event after
 * its start revision once, in order, whole revisions never split between two calls of the listener.
 *
 * <p>Threads: any context may call. Futures complete, and listeners are called, on the caller's Vert.x context (the one
 * that was current when the call was made), or on a thread of the store's where there was none.
 *
 * <p>Failures are {@link StoreException}s: Compacted, FutureRevision, KeyTooLarge, NoSpace, LeaseNotFound,
 * Unreachable, Closed, ...
 *
 * <pre>{@code
 * store.txn(Txn.of(List.of(Compare.modRevision(key, EQUAL, 0)), List.of(Op.put(key, value)), List.of(Op.get(key))))
 *      .onSuccess(result -> result.succeeded() ? created(result.revision()) : conflict(result.responses().get(0)));
 * store.watch(WatchRequest.prefix(prefix, fromRevision), events -> cache.apply(events));
 * }</pre>
 */
public interface Store {
    /** Keys of [key, rangeEnd) at a revision (0 = now). Read at once: the future may be complete when it is returned. */
    Future<RangeResult> range(RangeRequest request);

    /**
     * The same for whoever goes through many keys and wants their values as handles, by {@link #value(KeyValue)}: values come
     * along only where they would have to be fetched. Fewer keys than the limit may come, with {@code more}.
     */
    default Future<RangeResult> page(RangeRequest request) {
        return range(new RangeRequest(
                request.key(), request.rangeEnd(), request.revision(), request.limit(), true, request.countOnly()));
    }

    /**
     * A handle of the value that a key got at a revision, as {@link KeyValue#modRevision} tells it. Empty if it is not at hand:
     * not retained, or, in a store that is elsewhere, neither told lately nor held by anybody. At once; any thread.
     */
    Optional<Value> value(Bytes key, long modRevision);

    /** The same of what was just read by {@link #page}, or told by a watch with its value as it is stored. */
    default Optional<Value> value(KeyValue read) {
        return value(read.key(), read.modRevision());
    }

    /** Compares, then one of two lists of ops, atomically, at one new revision if anything was written. */
    Future<TxnResult> txn(Txn txn);

    /** Events from {@code request.startRevision()} on (0 = only new ones). Ends by {@link Watch#close} or by its listener's onEnd. */
    Watch watch(WatchRequest request, WatchListener listener);

    /** Forgets history before {@code revision}: older reads and watches fail with Compacted. */
    Future<Void> compact(long revision);

    /** A new lease; id 0 lets the store choose. */
    Future<Lease> grantLease(long id, long ttlSeconds);

    /** Ends a lease and deletes its keys, at one revision. */
    Future<Void> revokeLease(long id);

    /** Renews a lease to its full TTL. */
    Future<Lease> keepLeaseAlive(long id);

    Future<LeaseStatus> leaseStatus(long id);

    Future<List<Long>> leases();

    /**
     * The read point: a revision that is not older than any write that was acknowledged, to whomever, before this call. Who
     * has seen it reads linearizably. The embedded store answers at once.
     */
    Future<Long> readRevision();

    /**
     * Current revision, compacted revision, bytes on disk and in use. Cheap; any thread. A store that is elsewhere tells what it
     * has heard of, and no sizes.
     */
    StoreStatus status();

    /**
     * How it ended, for whoever watches over it: succeeds once closed, fails with Unusable if it has halted. A store that has
     * halted answers nothing any more and stays so: it is opened anew, which finds what is on the disk.
     */
    Future<Void> ended();

    /** How long what is being written now has taken, 0 if nothing is: a disk that hangs shows here first. Any thread. */
    long busyMillis();

    /** Syncs and closes. Calls after it fail with Closed. */
    Future<Void> close();

    /** @param remainingSeconds TTL that is left; @param ttlSeconds TTL that was granted. */
    record Lease(long id, long ttlSeconds, long remainingSeconds) {}

    record LeaseStatus(Lease lease, List<Bytes> keys) {}

    /** @param noSpace writes that grow the store are refused until space is made */
    record StoreStatus(long revision, long compactedRevision, long sizeBytes, long sizeInUseBytes, boolean noSpace) {}

    /** Handle of a running watch. */
    interface Watch {
        /** No call of the listener after this returns on the listener's context. Idempotent. */
        void close();

        /** Asks for a progress notice: an empty {@link WatchListener#onEvents} after all events so far. */
        void requestProgress();
    }

    /** Called on the context that made the watch. */
    interface WatchListener {
        /**
         * One or more whole revisions, in order. {@code revision} is the newest that this watch has now seen, so an empty
         * list is a progress notice.
         */
        void onEvents(List<Event> events, long revision);

        /** The watch is over: Compacted (the start is gone), Lagging (the listener was too slow), Closed. */
        void onEnd(StoreException why);
    }
}
