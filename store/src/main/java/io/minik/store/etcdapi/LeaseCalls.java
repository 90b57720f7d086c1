package io.minik.store.etcdapi;

import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.etcdapi.proto.LeaseGrpcService;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** etcd's Lease service. */
final class LeaseCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseCalls.class);

    /** etcd's TTL of a lease that is not there, asked by TimeToLive. */
    private static final long NO_LEASE = -1;

    private final Store store;
    private final Member member;

    private final Alarms alarms;

    LeaseCalls(Store store, Member member, Alarms alarms) {
        this.store = store;
        this.member = member;
        this.alarms = alarms;
    }

    List<Unary<?, ?>> all(Access access) {
        return List.of(
                new Unary<>(
                        LeaseGrpcService.LeaseGrant,
                        "/v3/lease/grant",
                        Rpc.LeaseGrantRequest.getDefaultInstance(),
                        Access::anybody,
                        this::grant),
                new Unary<>(
                        LeaseGrpcService.LeaseRevoke,
                        "/v3/lease/revoke",
                        Rpc.LeaseRevokeRequest.getDefaultInstance(),
                        access::leaseRevoke,
                        this::revoke),
                new Unary<>(
                        LeaseGrpcService.LeaseTimeToLive,
                        "/v3/lease/timetolive",
                        Rpc.LeaseTimeToLiveRequest.getDefaultInstance(),
                        access::leaseKeys,
                        this::timeToLive),
                new Unary<>(
                        LeaseGrpcService.LeaseLeases,
                        "/v3/lease/leases",
                        Rpc.LeaseLeasesRequest.getDefaultInstance(),
                        Access::anybody,
                        this::list));
    }

    Future<Rpc.LeaseGrantResponse> grant(Rpc.LeaseGrantRequest request) {
        alarms.checkSpace();
        return store.grantLease(request.getId(), request.getTtl()).map(lease -> Rpc.LeaseGrantResponse.newBuilder()
                .setHeader(member.header(store))
                .setId(lease.id())
                .setTtl(lease.ttlSeconds())
                .build());
    }

    Future<Rpc.LeaseRevokeResponse> revoke(Rpc.LeaseRevokeRequest request) {
        alarms.checkSound();
        return store.revokeLease(request.getId()).map(done -> Rpc.LeaseRevokeResponse.newBuilder()
                .setHeader(member.header(store))
                .build());
    }

    Future<Rpc.LeaseTimeToLiveResponse> timeToLive(Rpc.LeaseTimeToLiveRequest request) {
        Rpc.LeaseTimeToLiveResponse.Builder builder =
                Rpc.LeaseTimeToLiveResponse.newBuilder().setId(request.getId());
        return store.leaseStatus(request.getId())
                .map(status -> {
                    if (request.getKeys()) {
                        status.keys().forEach(key -> builder.addKeys(EtcdMessages.bytes(key)));
                    }
                    return builder.setTtl(status.lease().remainingSeconds())
                            .setGrantedTtl(status.lease().ttlSeconds());
                })
                .recover(why -> why instanceof StoreException.LeaseNotFound
                        ? Future.succeededFuture(builder.setTtl(NO_LEASE))
                        : Future.failedFuture(why))
                .map(filled -> filled.setHeader(member.header(store)).build());
    }

    Future<Rpc.LeaseLeasesResponse> list(Rpc.LeaseLeasesRequest request) {
        return store.leases().map(ids -> {
            Rpc.LeaseLeasesResponse.Builder builder =
                    Rpc.LeaseLeasesResponse.newBuilder().setHeader(member.header(store));
            ids.forEach(id -> builder.addLeases(Rpc.LeaseStatus.newBuilder().setId(id)));
            return builder.build();
        });
    }

    /**
     * One answer a request, in their order; a lease that is gone is told by a TTL of 0. While one is being answered the stream is
     * paused, so that its end, too, waits: a client may send one request, end its side, and read.
     */
    void keepAlive(GrpcServerRequest<Rpc.LeaseKeepAliveRequest, Rpc.LeaseKeepAliveResponse> call) {
        call.handler(request -> {
            call.pause();
            renew(request)
                    .onComplete(
                            renewed -> {
                                call.response().write(renewed).onFailure(LeaseCalls::left);
                                call.resume();
                            },
                            why -> Failures.answer(call.response(), why));
        });
        call.endHandler(end -> call.response().end().onFailure(LeaseCalls::left));
        call.exceptionHandler(LeaseCalls::left);
    }

    Future<Rpc.LeaseKeepAliveResponse> renew(Rpc.LeaseKeepAliveRequest request) {
        return store.keepLeaseAlive(request.getId())
                .map(Store.Lease::ttlSeconds)
                .recover(why -> why instanceof StoreException.LeaseNotFound
                        ? Future.succeededFuture(0L)
                        : Future.failedFuture(why))
                .map(ttl -> Rpc.LeaseKeepAliveResponse.newBuilder()
                        .setHeader(member.header(store))
                        .setId(request.getId())
                        .setTtl(ttl)
                        .build());
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left its keep-alive stream");
    }
}
