package io.minik.store.etcdapi;

import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.OpResponse;
import io.minik.store.RangeRequest;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.proto.Locks;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.grpc.server.GrpcServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * etcd's Lock service. A lock's queue is the keys under NAME/, each with the lease of who waits, as etcd's clients that lock
 * by themselves have it (client/v3/concurrency): both kinds stand in one queue. The lock is held by the key that was created
 * first; each waits for the one before it and for nobody else. Of a call that waits we keep one watch.
 */
final class LockCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LockCalls.class);

    /** Of the lease of a caller that names none: a session's of etcd. */
    private static final long SESSION_SECONDS = 60;

    private final Store store;
    private final Member member;

    LockCalls(Store store, Member member) {
        this.store = store;
        this.member = member;
    }

    /** Answers when the lock is held. A caller that goes before gives its place up. */
    void lock(GrpcServerRequest<Locks.LockRequest, Locks.LockResponse> call) {
        Promise<Void> left = Promise.promise();
        call.exceptionHandler(gone -> left.tryComplete());
        call.response().exceptionHandler(gone -> left.tryComplete());
        call.handler(request -> take(EtcdMessages.bytes(request.getName()), request.getLease(), left.future())
                .onComplete(
                        key -> call.response()
                                .end(Locks.LockResponse.newBuilder()
                                        .setHeader(member.header(store))
                                        .setKey(EtcdMessages.bytes(key))
                                        .build())
                                .onFailure(LockCalls::left),
                        why -> Failures.answer(call.response(), why)));
    }

    Future<Locks.UnlockResponse> unlock(Locks.UnlockRequest request) {
        return store.txn(Txn.of(List.of(), List.of(Op.delete(EtcdMessages.bytes(request.getKey()))), List.of()))
                .map(done -> Locks.UnlockResponse.newBuilder()
                        .setHeader(member.header(done.revision()))
                        .build());
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left its lock");
    }

    /** @return the key that holds the lock as long as it is there */
    Future<Bytes> take(Bytes name, long lease, Future<Void> left) {
        Future<Long> session = lease != 0
                ? Future.succeededFuture(lease)
                : store.grantLease(0, SESSION_SECONDS).map(Store.Lease::id);
        return session.compose(id -> {
            Bytes queue = concatenated(name, "/");
            // As Go prints a number in hex: that of an id below 0 has a sign.
            Bytes key = concatenated(queue, Long.toString(id, 16));
            return place(key, id).compose(created -> {
                Waiting waiting = new Waiting(queue, key, created);
                left.onComplete(gone -> waiting.giveUp());
                waiting.look();
                return waiting.held.future();
            });
        });
    }

    private static Bytes concatenated(Bytes head, String tail) {
        byte[] end = tail.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head.array(), head.length() + end.length);
        System.arraycopy(end, 0, all, head.length(), end.length);
        return Bytes.of(all);
    }

    /** Who stands there already stays where it is. @return the revision that created the key */
    private Future<Long> place(Bytes key, long lease) {
        Compare absent = new Compare(Compare.Target.CREATE, key, Bytes.EMPTY, Compare.Result.EQUAL, 0, Bytes.EMPTY);
        Op put = new Op.Put(key, Bytes.EMPTY, lease, false, false, false);
        return store.txn(Txn.of(List.of(absent), List.of(put), List.of(Op.get(key))))
                .map(result -> result.responses().get(0) instanceof OpResponse.Ranged ranged
                        ? ranged.result().kvs().get(0).createRevision()
                        : result.revision());
    }

    /** One that stands in a queue. On the loop of its call. */
    private final class Waiting implements Store.WatchListener {
        private final Bytes queue;
        private final Bytes key;
        private final long created;
        private final Promise<Bytes> held = Promise.promise();
        private Store.@Nullable Watch before;

        Waiting(Bytes queue, Bytes key, long created) {
            this.queue = queue;
            this.key = key;
            this.created = created;
        }

        void look() {
            RangeRequest all = RangeRequest.prefix(queue);
            store.range(new RangeRequest(all.key(), all.rangeEnd(), 0, 0, true, false))
                    .onComplete(found -> look(found.kvs(), found.revision()), held::tryFail);
        }

        private void look(List<KeyValue> kvs, long revision) {
            if (kvs.stream().noneMatch(kv -> kv.key().equals(key) && kv.createRevision() == created)) {
                held.tryFail(EtcdRefusal.sessionExpired());
                return;
            }
            Optional<KeyValue> ahead = kvs.stream()
                    .filter(kv -> kv.createRevision() < created)
                    .max(Comparator.comparingLong(KeyValue::createRevision));
            if (ahead.isEmpty()) {
                held.tryComplete(key);
            } else if (!held.future().isComplete()) {
                before = store.watch(new WatchRequest(ahead.get().key(), Bytes.EMPTY, revision + 1, false), this);
            }
        }

        void giveUp() {
            if (held.tryFail(new StoreException.Closed())) {
                close();
                store.txn(Txn.of(List.of(), List.of(Op.delete(key)), List.of())).onFailure(LockCalls::left);
            }
        }

        private void close() {
            if (before != null) {
                before.close();
                before = null;
            }
        }

        @Override
        public void onEvents(List<Event> events, long revision) {
            if (before != null && events.stream().anyMatch(event -> event.type() == Event.Type.DELETE)) {
                close();
                look();
            }
        }

        @Override
        public void onEnd(StoreException why) {
            before = null;
            if (why instanceof StoreException.Compacted || why instanceof StoreException.Lagging) {
                look();
            } else {
                held.tryFail(why);
            }
        }
    }
}
