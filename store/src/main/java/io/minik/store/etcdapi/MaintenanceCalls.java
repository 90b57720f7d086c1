package io.minik.store.etcdapi;

import io.minik.store.Store;
import io.minik.store.etcdapi.proto.MaintenanceGrpcService;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdfile.HistoryHash;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import java.util.List;
import java.util.regex.Pattern;

/** What clients ask of etcd's Maintenance service. */
final class MaintenanceCalls {
    /** Each reads the whole store, one after the other. */
    private static final int MOST_HASHING = 8;

    /** A version as downgrade takes it: 3.4, 3.4.0. */
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){1,2}");

    private final Store store;
    private final Member member;

    private final HistoryHash hashes;
    private int hashing;

    private final Alarms alarms;

    MaintenanceCalls(Store store, Member member, HistoryHash hashes, Alarms alarms) {
        this.store = store;
        this.member = member;
        this.hashes = hashes;
        this.alarms = alarms;
    }

    List<Unary<?, ?>> all(Access access) {
        return List.of(
                new Unary<>(
                        MaintenanceGrpcService.Status,
                        "/v3/maintenance/status",
                        Rpc.StatusRequest.getDefaultInstance(),
                        Access::anybody,
                        this::status),
                new Unary<>(
                        MaintenanceGrpcService.Defragment,
                        "/v3/maintenance/defragment",
                        Rpc.DefragmentRequest.getDefaultInstance(),
                        access::maintainer,
                        this::defragment),
                new Unary<>(
                        MaintenanceGrpcService.HashKV,
                        "/v3/maintenance/hashkv",
                        Rpc.HashKVRequest.getDefaultInstance(),
                        access::maintainer,
                        this::hashKv),
                new Unary<>(
                        MaintenanceGrpcService.MoveLeader,
                        "/v3/maintenance/transfer-leadership",
                        Rpc.MoveLeaderRequest.getDefaultInstance(),
                        access::maintainer,
                        this::moveLeader),
                new Unary<>(
                        MaintenanceGrpcService.Downgrade,
                        "/v3/maintenance/downgrade",
                        Rpc.DowngradeRequest.getDefaultInstance(),
                        access::maintainer,
                        this::downgrade),
                new Unary<>(
                        MaintenanceGrpcService.Alarm,
                        "/v3/maintenance/alarm",
                        Rpc.AlarmRequest.getDefaultInstance(),
                        Access::anybody,
                        alarms::alarm),
                new Unary<>(
                        MaintenanceGrpcService.Hash,
                        "/v3/maintenance/hash",
                        Rpc.HashRequest.getDefaultInstance(),
                        access::maintainer,
                        this::hash));
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
        for (Rpc.AlarmType type : List.of(Rpc.AlarmType.NOSPACE, Rpc.AlarmType.CORRUPT)) {
            if (alarms.isRaised(type)) {
                builder.addErrors("alarm:" + type + " ");
            }
        }
        return Future.succeededFuture(builder.build());
    }

    /** Nothing to do: the space of what is compacted is used again at once, and snapshots rewrite the files. */
    Future<Rpc.DefragmentResponse> defragment(Rpc.DefragmentRequest request) {
        return Future.succeededFuture(Rpc.DefragmentResponse.getDefaultInstance());
    }

    /** The number that an etcd tells which has the same history. */
    Future<Rpc.HashKVResponse> hashKv(Rpc.HashKVRequest request) {
        return hash(request.getRevision()).map(hash -> Rpc.HashKVResponse.newBuilder()
                .setHeader(member.header(store))
                .setHash(hash.value())
                .setCompactRevision(hash.compacted() == 0 ? -1 : hash.compacted())
                .build());
    }

    /** As {@link #hashKv} of now: etcd's covers its files, which we don't have. */
    Future<Rpc.HashResponse> hash(Rpc.HashRequest request) {
        return hash(0).map(hash -> Rpc.HashResponse.newBuilder()
                .setHeader(member.header(store))
                .setHash(hash.value())
                .build());
    }

    private Future<HistoryHash.Hash> hash(long revision) {
        if (hashing >= MOST_HASHING) {
            throw new EtcdRefusal(GrpcStatus.RESOURCE_EXHAUSTED, "too many requests");
        }
        hashing++;
        return hashes.at(revision).onComplete(done -> hashing--, failed -> hashing--);
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
}
