package io.minik.store.etcdapi;

import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import io.vertx.grpc.server.GrpcServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** etcd's Lease service. */
final class LeaseCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseCalls.class);

    /** etcd's TTL of a lease that is not there, asked by TimeToLive. */
    private static final long NO_LEASE = -1;

    private final Store store;
    private final Member member;

    LeaseCalls(Store store, Member member) {
        this.store = store;
        this.member = member;
    }

    Future<Rpc.LeaseGrantResponse> grant(Rpc.LeaseGrantRequest request) {
        return store.grantLease(request.getId(), request.getTtl()).map(lease -> Rpc.LeaseGrantResponse.newBuilder()
                .setHeader(member.header(store))
                .setId(lease.id())
                .setTtl(lease.ttlSeconds())
                .build());
    }

    Future<Rpc.LeaseRevokeResponse> revoke(Rpc.LeaseRevokeRequest request) {
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

    /** One answer a request; a lease that is gone is told by a TTL of 0. */
    void keepAlive(GrpcServerRequest<Rpc.LeaseKeepAliveRequest, Rpc.LeaseKeepAliveResponse> call) {
        call.handler(request -> store.keepLeaseAlive(request.getId())
                .map(Store.Lease::ttlSeconds)
                .recover(why -> why instanceof StoreException.LeaseNotFound
                        ? Future.succeededFuture(0L)
                        : Future.failedFuture(why))
                .onComplete(
                        ttl -> call.response()
                                .write(Rpc.LeaseKeepAliveResponse.newBuilder()
                                        .setHeader(member.header(store))
                                        .setId(request.getId())
                                        .setTtl(ttl)
                                        .build())
                                .onFailure(LeaseCalls::left),
                        why -> Failures.answer(call.response(), why)));
        call.endHandler(end -> call.response().end().onFailure(LeaseCalls::left));
        call.exceptionHandler(LeaseCalls::left);
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left its keep-alive stream");
    }
}
