package io.minik.store.etcdapi;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.RangeRequest;
import io.minik.store.RangeResult;
import io.minik.store.Store;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** What clients ask of etcd's Maintenance service. */
final class MaintenanceCalls {
    /** Keys that are read at once, with their values, of up to 1.5 MiB each, before other calls have their turn. */
    private static final int HASH_PAGE_KEYS = 16;

    /** A version as downgrade takes it: 3.4, 3.4.0. */
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){1,2}");

    private static final Bytes NO_UPPER_BOUND = Bytes.EMPTY.prefixEnd();

    private final Store store;
    private final Member member;

    MaintenanceCalls(Store store, Member member) {
        this.store = store;
        this.member = member;
    }

    Future<Rpc.StatusResponse> status(Rpc.StatusRequest request) {
        Store.StoreStatus status = store.status();
        Rpc.StatusResponse.Builder builder = Rpc.StatusResponse.newBuilder()
                .setHeader(member.header(status.revision()))
                .setVersion(EtcdApi.ETCD_VERSION)
                .setDbSize(status.sizeBytes())
                .setDbSizeInUse(status.sizeInUseBytes())
                .setLeader(member.memberId())
                .setRaftIndex(status.revision())
                .setRaftAppliedIndex(status.revision())
                .setRaftTerm(Member.RAFT_TERM);
        if (status.noSpace()) {
            builder.addErrors("alarm:NOSPACE ");
        }
        return Future.succeededFuture(builder.build());
    }

    /** Tells whether space is short. An alarm can't be set or lifted by hand: it follows the space that there is. */
    Future<Rpc.AlarmResponse> alarm(Rpc.AlarmRequest request) {
        Store.StoreStatus status = store.status();
        Rpc.AlarmResponse.Builder builder = Rpc.AlarmResponse.newBuilder().setHeader(member.header(status.revision()));
        if (status.noSpace() && request.getAlarm() != Rpc.AlarmType.CORRUPT) {
            builder.addAlarms(
                    Rpc.AlarmMember.newBuilder().setMemberId(member.memberId()).setAlarm(Rpc.AlarmType.NOSPACE));
        }
        return Future.succeededFuture(builder.build());
    }

    /** Nothing to do: the space of what is compacted is used again at once, and snapshots rewrite the files. */
    Future<Rpc.DefragmentResponse> defragment(Rpc.DefragmentRequest request) {
        return Future.succeededFuture(Rpc.DefragmentResponse.newBuilder()
                .setHeader(member.header(store))
                .build());
    }

    /** A hash of keys, values and revisions at a revision. It tells two minik stores apart, it is not etcd's number. */
    Future<Rpc.HashKVResponse> hashKv(Rpc.HashKVRequest request) {
        long at = request.getRevision() == 0 ? store.status().revision() : request.getRevision();
        return hash(new CRC32C(), NO_UPPER_BOUND, at).map(hash -> Rpc.HashKVResponse.newBuilder()
                .setHeader(member.header(store))
                .setHash((int) hash.getValue())
                .setHashRevision(at)
                .setCompactRevision(compactRevision(store.status()))
                .build());
    }

    /** As {@link #hashKv} of now. */
    Future<Rpc.HashResponse> hash(Rpc.HashRequest request) {
        return hash(new CRC32C(), NO_UPPER_BOUND, store.status().revision()).map(hash -> Rpc.HashResponse.newBuilder()
                .setHeader(member.header(store))
                .setHash((int) hash.getValue())
                .build());
    }

    /** -1 as long as nothing was compacted, as in etcd. */
    static long compactRevision(Store.StoreStatus status) {
        return status.compactedRevision() == 0 ? -1 : status.compactedRevision();
    }

    /** The only member leads, and goes on to if it is told so. */
    Future<Rpc.MoveLeaderResponse> moveLeader(Rpc.MoveLeaderRequest request) {
        if (request.getTargetId() != member.memberId()) {
            throw new EtcdRefusal(GrpcStatus.FAILED_PRECONDITION, "bad leader transferee");
        }
        return Future.succeededFuture(Rpc.MoveLeaderResponse.newBuilder()
                .setHeader(member.header(store))
                .build());
    }

    /** Refused: what is on the disk is not etcd's, and no older etcd reads it. */
    Future<Rpc.DowngradeResponse> downgrade(Rpc.DowngradeRequest request) {
        if (request.getAction() == Rpc.DowngradeRequest.DowngradeAction.CANCEL) {
            throw new EtcdRefusal(GrpcStatus.FAILED_PRECONDITION, "no inflight downgrade job");
        }
        throw VERSION.matcher(request.getVersion()).matches()
                ? new EtcdRefusal(GrpcStatus.INVALID_ARGUMENT, "invalid downgrade target version")
                : new EtcdRefusal(GrpcStatus.INVALID_ARGUMENT, "wrong downgrade target version format");
    }

    private Future<CRC32C> hash(CRC32C hash, Bytes from, long at) {
        return store.range(new RangeRequest(from, NO_UPPER_BOUND, at, HASH_PAGE_KEYS, false, false))
                .compose(page -> {
                    page.kvs().forEach(kv -> update(hash, kv));
                    return page.more() ? later(() -> hash(hash, after(page), at)) : Future.succeededFuture(hash);
                });
    }

    private static Bytes after(RangeResult page) {
        byte[] last = page.kvs().get(page.kvs().size() - 1).key().array();
        return Bytes.of(Arrays.copyOf(last, last.length + 1));
    }

    private static void update(CRC32C hash, KeyValue kv) {
        hash.update(kv.key().array());
        hash.update(ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(kv.createRevision())
                .putLong(kv.modRevision())
                .putLong(kv.version())
                .flip());
        hash.update(kv.value().array());
    }

    private static <T> Future<T> later(Supplier<Future<T>> next) {
        Context context = Vertx.currentContext();
        if (context == null) {
            return next.get();
        }
        Promise<T> promise = Promise.promise();
        context.runOnContext(task -> next.get().onComplete(promise));
        return promise.future();
    }
}
