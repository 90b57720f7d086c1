package io.minik.store.etcdapi;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.minik.store.Bytes;
import io.minik.store.Compare;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.OpResponse;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.etcdapi.proto.Kv;
import io.minik.store.etcdapi.proto.Rpc;
import java.util.ArrayList;
import java.util.List;

/** Messages to the store's types and back. */
final class EtcdMessages {
    private EtcdMessages() {}

    // ---- from the wire ----

    static Bytes bytes(ByteString bytes) {
        return Bytes.of(bytes.toByteArray());
    }

    static Op op(Rpc.RequestOp op) {
        return switch (op.getRequestCase()) {
            case REQUEST_RANGE -> new Op.Range(RangeShape.of(op.getRequestRange()));
            case REQUEST_PUT -> op(op.getRequestPut());
            case REQUEST_DELETE_RANGE -> op(op.getRequestDeleteRange());
            case REQUEST_TXN -> new Op.Nested(txn(op.getRequestTxn()));
            case REQUEST_NOT_SET -> throw new StoreException.Invalid("key not found");
        };
    }

    static Op.Put op(Rpc.PutRequest put) {
        return new Op.Put(
                bytes(put.getKey()),
                bytes(put.getValue()),
                put.getLease(),
                put.getPrevKv(),
                put.getIgnoreValue(),
                put.getIgnoreLease());
    }

    static Op.DeleteRange op(Rpc.DeleteRangeRequest delete) {
        return new Op.DeleteRange(bytes(delete.getKey()), bytes(delete.getRangeEnd()), delete.getPrevKv());
    }

    static Txn txn(Rpc.TxnRequest txn) {
        return Txn.of(
                txn.getCompareList().stream().map(EtcdMessages::compare).toList(),
                txn.getSuccessList().stream().map(EtcdMessages::op).toList(),
                txn.getFailureList().stream().map(EtcdMessages::op).toList());
    }

    private static Compare compare(Rpc.Compare compare) {
        Compare.Target target =
                switch (compare.getTarget()) {
                    case VERSION -> Compare.Target.VERSION;
                    case CREATE -> Compare.Target.CREATE;
                    case MOD -> Compare.Target.MOD;
                    case VALUE -> Compare.Target.VALUE;
                    case LEASE -> Compare.Target.LEASE;
                    case UNRECOGNIZED -> throw new StoreException.Invalid("unknown compare target");
                };
        Compare.Result result =
                switch (compare.getResult()) {
                    case EQUAL -> Compare.Result.EQUAL;
                    case GREATER -> Compare.Result.GREATER;
                    case LESS -> Compare.Result.LESS;
                    case NOT_EQUAL -> Compare.Result.NOT_EQUAL;
                    case UNRECOGNIZED -> throw new StoreException.Invalid("unknown compare result");
                };
        // An operand that is not of the target's kind counts as 0, as it does in etcd.
        long number =
                switch (target) {
                    case VERSION -> compare.getVersion();
                    case CREATE -> compare.getCreateRevision();
                    case MOD -> compare.getModRevision();
                    case LEASE -> compare.getLease();
                    case VALUE -> 0;
                };
        return new Compare(
                target,
                bytes(compare.getKey()),
                bytes(compare.getRangeEnd()),
                result,
                number,
                bytes(compare.getValue()));
    }

    // ---- to the wire ----

    /** Shares the array: what is in flight is immutable. */
    static ByteString bytes(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    static Kv.KeyValue kv(KeyValue kv) {
        return Kv.KeyValue.newBuilder()
                .setKey(bytes(kv.key()))
                .setValue(bytes(kv.value()))
                .setCreateRevision(kv.createRevision())
                .setModRevision(kv.modRevision())
                .setVersion(kv.version())
                .setLease(kv.lease())
                .build();
    }

    static Kv.Event event(Event event) {
        Kv.Event.Builder builder = Kv.Event.newBuilder()
                .setType(event.type() == Event.Type.PUT ? Kv.Event.EventType.PUT : Kv.Event.EventType.DELETE)
                .setKv(kv(event.kv()));
        event.previous().ifPresent(previous -> builder.setPrevKv(kv(previous)));
        return builder.build();
    }

    static Rpc.PutResponse put(OpResponse.Put put, Rpc.ResponseHeader header) {
        Rpc.PutResponse.Builder builder = Rpc.PutResponse.newBuilder().setHeader(header);
        put.previous().ifPresent(previous -> builder.setPrevKv(kv(previous)));
        return builder.build();
    }

    static Rpc.DeleteRangeResponse deleted(OpResponse.Deleted deleted, Rpc.ResponseHeader header) {
        return Rpc.DeleteRangeResponse.newBuilder()
                .setHeader(header)
                .setDeleted(deleted.count())
                .addAllPrevKvs(deleted.previous().stream().map(EtcdMessages::kv).toList())
                .build();
    }

    /**
     * What its ops answer has a header of the revision alone, as in etcd.
     *
     * @param asked tells how its ranges want to be sorted and cut
     */
    static Rpc.TxnResponse txn(Rpc.TxnRequest asked, TxnResult result, Rpc.ResponseHeader header) {
        Rpc.ResponseHeader inner = Rpc.ResponseHeader.newBuilder()
                .setRevision(header.getRevision())
                .build();
        List<Rpc.RequestOp> ops = result.succeeded() ? asked.getSuccessList() : asked.getFailureList();
        List<Rpc.ResponseOp> responses = new ArrayList<>(ops.size());
        for (int i = 0; i < ops.size(); i++) {
            responses.add(response(ops.get(i), result.responses().get(i), inner));
        }
        return Rpc.TxnResponse.newBuilder()
                .setHeader(header)
                .setSucceeded(result.succeeded())
                .addAllResponses(responses)
                .build();
    }

    private static Rpc.ResponseOp response(Rpc.RequestOp asked, OpResponse response, Rpc.ResponseHeader header) {
        Rpc.ResponseOp.Builder builder = Rpc.ResponseOp.newBuilder();
        if (response instanceof OpResponse.Ranged ranged) {
            builder.setResponseRange(RangeShape.response(asked.getRequestRange(), ranged.result(), header));
        } else if (response instanceof OpResponse.Put put) {
            builder.setResponsePut(put(put, header));
        } else if (response instanceof OpResponse.Deleted deleted) {
            builder.setResponseDeleteRange(deleted(deleted, header));
        } else if (response instanceof OpResponse.Nested nested) {
            builder.setResponseTxn(txn(asked.getRequestTxn(), nested.result(), header));
        } else {
            throw new IllegalArgumentException("unknown response " + response);
        }
        return builder.build();
    }
}
