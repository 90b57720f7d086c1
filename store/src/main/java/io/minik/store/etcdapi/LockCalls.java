package io.minik.store.etcdapi;

import io.minik.store.Bytes;
import io.minik.store.Op;
import io.minik.store.Store;
import io.minik.store.Txn;
import io.minik.store.etcdapi.proto.LockGrpcService;
import io.minik.store.etcdapi.proto.Locks;
import io.vertx.core.Future;
import java.util.List;

/** etcd's Lock service. */
final class LockCalls {
    private final Store store;
    private final Member member;
    private final WaitingLine line;

    LockCalls(Store store, Member member, WaitingLine line) {
        this.store = store;
        this.member = member;
        this.line = line;
    }

    List<Unary<?, ?>> all(Access access) {
        return List.of(new Unary<>(
                LockGrpcService.Unlock,
                "/v3/lock/unlock",
                Locks.UnlockRequest.getDefaultInstance(),
                (caller, request) -> {
                    access.writes(caller, EtcdMessages.bytes(request.getKey()), Bytes.EMPTY);
                    return Future.succeededFuture();
                },
                this::unlock));
    }

    Waited<Locks.LockRequest, Locks.LockResponse> lock(Access access) {
        return new Waited<>(
                LockGrpcService.Lock,
                "/v3/lock/lock",
                Locks.LockRequest.getDefaultInstance(),
                (caller, request) -> {
                    Bytes queue = WaitingLine.of(EtcdMessages.bytes(request.getName()));
                    access.reads(caller, queue, queue.prefixEnd());
                    access.writes(caller, queue, queue.prefixEnd());
                    return Future.succeededFuture();
                },
                this::lock);
    }

    /** Answers when the lock is held. A caller that goes before gives its place up. */
    private Future<Locks.LockResponse> lock(Locks.LockRequest request, Future<Void> left) {
        return line.take(EtcdMessages.bytes(request.getName()), request.getLease(), Bytes.EMPTY, left)
                .map(place -> Locks.LockResponse.newBuilder()
                        .setHeader(member.header(store))
                        .setKey(EtcdMessages.bytes(place.key()))
                        .build());
    }

    private Future<Locks.UnlockResponse> unlock(Locks.UnlockRequest request) {
        return store.txn(Txn.of(List.of(), List.of(Op.delete(EtcdMessages.bytes(request.getKey()))), List.of()))
                .map(done -> Locks.UnlockResponse.newBuilder()
                        .setHeader(member.header(done.revision()))
                        .build());
    }
}
