package io.minik.store.etcdapi;

import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.StoreException;
import io.minik.store.etcdapi.proto.Kv;
import io.minik.store.etcdapi.proto.Rpc;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What etcd's Range does beside reading a range: order, and bounds on revisions. The store knows neither; both are done on
 * its answer, before the limit.
 */
final class RangeShape {
    private RangeShape() {}

    static RangeRequest of(Rpc.RangeRequest request) {
        if (request.getSortOrder() == Rpc.RangeRequest.SortOrder.UNRECOGNIZED
                || request.getSortTarget() == Rpc.RangeRequest.SortTarget.UNRECOGNIZED) {
            throw new StoreException.Invalid("invalid sort option");
        }
        boolean shaped = isShaped(request);
        return new RangeRequest(
                EtcdMessages.bytes(request.getKey()),
                EtcdMessages.bytes(request.getRangeEnd()),
                request.getRevision(),
                shaped ? 0 : request.getLimit(),
                !shaped && request.getKeysOnly(),
                request.getCountOnly());
    }

    private static boolean isShaped(Rpc.RangeRequest request) {
        return isSorted(request) || isBounded(request);
    }

    /** By key, ascending, it is already. */
    private static boolean isSorted(Rpc.RangeRequest request) {
        return request.getSortTarget() != Rpc.RangeRequest.SortTarget.KEY
                || request.getSortOrder() == Rpc.RangeRequest.SortOrder.DESCEND;
    }

    private static boolean isBounded(Rpc.RangeRequest request) {
        return request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0;
    }

    static Rpc.RangeResponse response(Rpc.RangeRequest request, RangeResult result, Rpc.ResponseHeader header) {
        Rpc.RangeResponse.Builder builder =
                Rpc.RangeResponse.newBuilder().setHeader(header).setCount(result.count());
        if (!isShaped(request) || request.getCountOnly()) {
            result.kvs().forEach(kv -> builder.addKvs(EtcdMessages.kv(kv)));
            return builder.setMore(result.more()).build();
        }
        List<KeyValue> shaped = shaped(request, result.kvs());
        long limit = request.getLimit() <= 0 ? Long.MAX_VALUE : request.getLimit();
        shaped.stream().limit(limit).forEach(kv -> builder.addKvs(kv(request, kv)));
        return builder.setMore(shaped.size() > limit).build();
    }

    private static Kv.KeyValue kv(Rpc.RangeRequest request, KeyValue kv) {
        Kv.KeyValue whole = EtcdMessages.kv(kv);
        return request.getKeysOnly() ? whole.toBuilder().clearValue().build() : whole;
    }

    private static List<KeyValue> shaped(Rpc.RangeRequest request, List<KeyValue> kvs) {
        Stream<KeyValue> within = kvs.stream()
                .filter(kv -> isWithin(kv.modRevision(), request.getMinModRevision(), request.getMaxModRevision()))
                .filter(kv ->
                        isWithin(kv.createRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision()));
        return (isSorted(request) ? within.sorted(order(request)) : within).toList();
    }

    private static boolean isWithin(long revision, long least, long most) {
        return (least == 0 || revision >= least) && (most == 0 || revision <= most);
    }

    private static Comparator<KeyValue> order(Rpc.RangeRequest request) {
        Comparator<KeyValue> ascending =
                switch (request.getSortTarget()) {
                    case VERSION -> Comparator.comparingLong(KeyValue::version);
                    case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
                    case MOD -> Comparator.comparingLong(KeyValue::modRevision);
                    case VALUE -> Comparator.comparing(KeyValue::value);
                    case KEY, UNRECOGNIZED -> Comparator.comparing(KeyValue::key);
                };
        return request.getSortOrder() == Rpc.RangeRequest.SortOrder.DESCEND ? ascending.reversed() : ascending;
    }
}
