package io.minik.store.etcdapi;

import io.minik.store.OpResponse;
import io.minik.store.Store;
import io.minik.store.Txn;
import io.minik.store.etcdapi.proto.KVGrpcService;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import java.util.List;

/** etcd's KV service. */
final class KvCalls {
    private final Store store;
    private final Member member;
    private final Alarms alarms;

    KvCalls(Store store, Member member, Alarms alarms) {
        this.store = store;
        this.member = member;
        this.alarms = alarms;
    }

    List<Unary<?, ?>> all(Access access) {
        return List.of(
                new Unary<>(
                        KVGrpcService.Range,
                        "/v3/kv/range",
                        Rpc.RangeRequest.getDefaultInstance(),
                        access::range,
                        this::range),
                new Unary<>(
                        KVGrpcService.Put, "/v3/kv/put", Rpc.PutRequest.getDefaultInstance(), access::put, this::put),
                new Unary<>(
                        KVGrpcService.DeleteRange,
                        "/v3/kv/deleterange",
                        Rpc.DeleteRangeRequest.getDefaultInstance(),
                        access::deleteRange,
                        this::deleteRange),
                new Unary<>(
                        KVGrpcService.Txn, "/v3/kv/txn", Rpc.TxnRequest.getDefaultInstance(), access::txn, this::txn),
                new Unary<>(
                        KVGrpcService.Compact,
                        "/v3/kv/compaction",
                        Rpc.CompactionRequest.getDefaultInstance(),
                        Access::anybody,
                        this::compact));
    }

    private Future<Rpc.RangeResponse> range(Rpc.RangeRequest request) {
        return store.range(RangeShape.of(request))
                .map(result -> RangeShape.response(request, result, member.header(result.revision())));
    }

    private Future<Rpc.PutResponse> put(Rpc.PutRequest request) {
        alarms.checkSpace();
        return store.txn(Txn.of(List.of(), List.of(EtcdMessages.op(request)), List.of()))
                .map(result ->
                        EtcdMessages.put((OpResponse.Put) result.responses().get(0), member.header(result.revision())));
    }

    private Future<Rpc.DeleteRangeResponse> deleteRange(Rpc.DeleteRangeRequest request) {
        alarms.checkSound();
        return store.txn(Txn.of(List.of(), List.of(EtcdMessages.op(request)), List.of()))
                .map(result -> EtcdMessages.deleted(
                        (OpResponse.Deleted) result.responses().get(0), member.header(result.revision())));
    }

    private Future<Rpc.TxnResponse> txn(Rpc.TxnRequest request) {
        if (puts(request)) {
            alarms.checkSpace();
        } else {
            alarms.checkSound();
        }
        return store.txn(EtcdMessages.txn(request))
                .map(result -> EtcdMessages.txn(request, result, member.header(result.revision())));
    }

    private static boolean puts(Rpc.TxnRequest txn) {
        return puts(txn.getSuccessList()) || puts(txn.getFailureList());
    }

    private static boolean puts(List<Rpc.RequestOp> ops) {
        return ops.stream().anyMatch(op -> op.hasRequestPut() || (op.hasRequestTxn() && puts(op.getRequestTxn())));
    }

    private Future<Rpc.CompactionResponse> compact(Rpc.CompactionRequest request) {
        alarms.checkSound();
        // Nothing to forget, and not an error, as long as nothing was forgotten: with etcd that is revision -1.
        boolean before = request.getRevision() == 0 && store.status().compactedRevision() == 0;
        return (before ? Future.<Void>succeededFuture() : store.compact(request.getRevision()))
                .map(done -> Rpc.CompactionResponse.newBuilder()
                        .setHeader(member.header(store))
                        .build());
    }
}
