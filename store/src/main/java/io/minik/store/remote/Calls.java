package io.minik.store.remote;

import io.minik.store.etcdapi.proto.AuthGrpcClient;
import io.minik.store.etcdapi.proto.AuthRpc;
import io.minik.store.etcdapi.proto.KVGrpcClient;
import io.minik.store.etcdapi.proto.LeaseGrpcClient;
import io.minik.store.etcdapi.proto.MaintenanceGrpcClient;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.grpc.common.ServiceMethod;
import java.util.function.Function;

/**
 * A call that is one question with one answer.
 *
 * @param repeatable that etcd may be asked again if nobody knows whether it has heard: it changes nothing
 */
record Calls<Q, R>(ServiceMethod<R, Q> method, Function<R, Rpc.ResponseHeader> header, boolean repeatable) {
    static final Calls<Rpc.RangeRequest, Rpc.RangeResponse> RANGE =
            new Calls<>(KVGrpcClient.Range, Rpc.RangeResponse::getHeader, true);

    static final Calls<Rpc.TxnRequest, Rpc.TxnResponse> TXN =
            new Calls<>(KVGrpcClient.Txn, Rpc.TxnResponse::getHeader, false);

    static final Calls<Rpc.CompactionRequest, Rpc.CompactionResponse> COMPACT =
            new Calls<>(KVGrpcClient.Compact, Rpc.CompactionResponse::getHeader, false);

    static final Calls<Rpc.LeaseGrantRequest, Rpc.LeaseGrantResponse> GRANT =
            new Calls<>(LeaseGrpcClient.LeaseGrant, Rpc.LeaseGrantResponse::getHeader, false);

    static final Calls<Rpc.LeaseRevokeRequest, Rpc.LeaseRevokeResponse> REVOKE =
            new Calls<>(LeaseGrpcClient.LeaseRevoke, Rpc.LeaseRevokeResponse::getHeader, false);

    /** To renew twice is to renew. A stream, of which one question and one answer are used. */
    static final Calls<Rpc.LeaseKeepAliveRequest, Rpc.LeaseKeepAliveResponse> KEEP_ALIVE =
            new Calls<>(LeaseGrpcClient.LeaseKeepAlive, Rpc.LeaseKeepAliveResponse::getHeader, true);

    static final Calls<Rpc.LeaseTimeToLiveRequest, Rpc.LeaseTimeToLiveResponse> TIME_TO_LIVE =
            new Calls<>(LeaseGrpcClient.LeaseTimeToLive, Rpc.LeaseTimeToLiveResponse::getHeader, true);

    static final Calls<Rpc.LeaseLeasesRequest, Rpc.LeaseLeasesResponse> LEASES =
            new Calls<>(LeaseGrpcClient.LeaseLeases, Rpc.LeaseLeasesResponse::getHeader, true);

    static final Calls<Rpc.StatusRequest, Rpc.StatusResponse> STATUS =
            new Calls<>(MaintenanceGrpcClient.Status, Rpc.StatusResponse::getHeader, true);

    static final Calls<AuthRpc.AuthenticateRequest, AuthRpc.AuthenticateResponse> AUTHENTICATE =
            new Calls<>(AuthGrpcClient.Authenticate, AuthRpc.AuthenticateResponse::getHeader, true);
}
