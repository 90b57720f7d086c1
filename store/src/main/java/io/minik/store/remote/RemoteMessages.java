package io.minik.store.remote;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.OpResponse;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.etcdapi.proto.Kv;
import io.minik.store.etcdapi.proto.Rpc;
import java.util.List;
import java.util.Optional;

/** The store's types to etcd's messages, and its answers back. */
final class RemoteMessages {
    private RemoteMessages() {}

    // ---- to the wire ----

    /** Shares the array: what is in flight is immutable. */
    static ByteString bytes(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    static Rpc.RangeRequest range(RangeRequest range) {
        return Rpc.RangeRequest.newBuilder()
                .setKey(bytes(range.key()))
                .setRangeEnd(bytes(range.rangeEnd()))
                .setRevision(range.revision())
                .setLimit(range.limit())
                .setKeysOnly(range.keysOnly())
                .setCountOnly(range.countOnly())
                .build();
    }

    static Rpc.TxnRequest txn(Txn txn) {
        Rpc.TxnRequest.Builder builder = Rpc.TxnRequest.newBuilder();
        txn.compares().forEach(compare -> builder.addCompare(compare(compare)));
        txn.success().forEach(op -> builder.addSuccess(op(op)));
        txn.failure().forEach(op -> builder.addFailure(op(op)));
        return builder.build();
    }

    private static Rpc.Compare compare(Compare compare) {
        Rpc.Compare.Builder builder = Rpc.Compare.newBuilder()
                .setKey(bytes(compare.key()))
                .setRangeEnd(bytes(compare.rangeEnd()))
                .setResult(
                        switch (compare.result()) {
                            case EQUAL -> Rpc.Compare.CompareResult.EQUAL;
                            case GREATER -> Rpc.Compare.CompareResult.GREATER;
                            case LESS -> Rpc.Compare.CompareResult.LESS;
                            case NOT_EQUAL -> Rpc.Compare.CompareResult.NOT_EQUAL;
                        });
        return switch (compare.target()) {
            case VERSION ->
                builder.setTarget(Rpc.Compare.CompareTarget.VERSION)
                        .setVersion(compare.number())
                        .build();
            case CREATE ->
                builder.setTarget(Rpc.Compare.CompareTarget.CREATE)
                        .setCreateRevision(compare.number())
                        .build();
            case MOD ->
                builder.setTarget(Rpc.Compare.CompareTarget.MOD)
                        .setModRevision(compare.number())
                        .build();
            case LEASE ->
                builder.setTarget(Rpc.Compare.CompareTarget.LEASE)
                        .setLease(compare.number())
                        .build();
            case VALUE ->
                builder.setTarget(Rpc.Compare.CompareTarget.VALUE)
                        .setValue(bytes(compare.value()))
                        .build();
        };
    }

    private static Rpc.RequestOp op(Op op) {
        Rpc.RequestOp.Builder builder = Rpc.RequestOp.newBuilder();
        if (op instanceof Op.Range range) {
            builder.setRequestRange(range(range.request()));
        } else if (op instanceof Op.Put put) {
            builder.setRequestPut(Rpc.PutRequest.newBuilder()
                    .setKey(bytes(put.key()))
                    .setValue(bytes(put.value()))
                    .setLease(put.lease())
                    .setPrevKv(put.wantPrevious())
                    .setIgnoreValue(put.ignoreValue())
                    .setIgnoreLease(put.ignoreLease()));
        } else if (op instanceof Op.DeleteRange delete) {
            builder.setRequestDeleteRange(Rpc.DeleteRangeRequest.newBuilder()
                    .setKey(bytes(delete.key()))
                    .setRangeEnd(bytes(delete.rangeEnd()))
                    .setPrevKv(delete.wantPrevious()));
        } else if (op instanceof Op.Nested nested) {
            builder.setRequestTxn(txn(nested.txn()));
        } else {
            throw new IllegalArgumentException("unknown op " + op);
        }
        return builder.build();
    }

    // ---- from the wire ----

    static Bytes bytes(ByteString bytes) {
        return Bytes.of(bytes.toByteArray());
    }

    static KeyValue kv(Kv.KeyValue kv) {
        return new KeyValue(
                bytes(kv.getKey()),
                bytes(kv.getValue()),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion(),
                kv.getLease());
    }

    static Event event(Kv.Event event) {
        return new Event(
                event.getType() == Kv.Event.EventType.PUT ? Event.Type.PUT : Event.Type.DELETE,
                kv(event.getKv()),
                event.hasPrevKv() ? Optional.of(kv(event.getPrevKv())) : Optional.empty());
    }

    static RangeResult range(Rpc.RangeResponse range) {
        return new RangeResult(
                range.getKvsList().stream().map(RemoteMessages::kv).toList(),
                range.getCount(),
                range.getMore(),
                range.getHeader().getRevision());
    }

    static TxnResult txn(Rpc.TxnResponse txn) {
        List<OpResponse> responses =
                txn.getResponsesList().stream().map(RemoteMessages::response).toList();
        return new TxnResult(txn.getSucceeded(), responses, txn.getHeader().getRevision());
    }

    private static OpResponse response(Rpc.ResponseOp response) {
        return switch (response.getResponseCase()) {
            case RESPONSE_RANGE -> new OpResponse.Ranged(range(response.getResponseRange()));
            case RESPONSE_PUT ->
                new OpResponse.Put(
                        response.getResponsePut().hasPrevKv()
                                ? Optional.of(kv(response.getResponsePut().getPrevKv()))
                                : Optional.empty());
            case RESPONSE_DELETE_RANGE ->
                new OpResponse.Deleted(
                        response.getResponseDeleteRange().getDeleted(),
                        response.getResponseDeleteRange().getPrevKvsList().stream()
                                .map(RemoteMessages::kv)
                                .toList());
            case RESPONSE_TXN -> new OpResponse.Nested(txn(response.getResponseTxn()));
            case RESPONSE_NOT_SET -> throw new IllegalArgumentException("etcd left out what an op answered");
        };
    }
}
