package io.minik.store.etcdapi;

import io.minik.ground.loop.Loop;
import io.minik.store.LocalStore;
import io.minik.store.OpResponse;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.etcdapi.proto.ClusterGrpcService;
import io.minik.store.etcdapi.proto.KVGrpcService;
import io.minik.store.etcdapi.proto.LeaseGrpcService;
import io.minik.store.etcdapi.proto.LockGrpcService;
import io.minik.store.etcdapi.proto.MaintenanceGrpcService;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdapi.proto.WatchGrpcService;
import io.minik.store.etcdfile.HistoryHash;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a store to etcd's clients. Started on an event loop, it runs on that one.
 *
 * <pre>{@code
 * HttpServerOptions transport = new HttpServerOptions().setHost(host).setPort(2379).setSsl(true)
 *         .setKeyCertOptions(server).setTrustOptions(clientCa).setClientAuth(ClientAuth.REQUIRED);
 * EtcdApi api = new EtcdApi(vertx, store, transport, Member.named("default", List.of("https://127.0.0.1:2379")), files);
 * api.start().onSuccess(port -> ...);
 * }</pre>
 */
public final class EtcdApi {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdApi.class);

    /** What we behave like: clients look here for what they may ask. */
    static final String ETCD_VERSION = "3.5.21";

    /** Above etcd's 1.5 MiB of a request, so that the refusal of a larger one is etcd's own. */
    private static final long MAX_MESSAGE_BYTES = 4L << 20;

    /** One connection of a busy client carries all its watches, which share a stream, and calls: etcd sets no limit. */
    private static final long MAX_STREAMS = 1_000;

    /** Of a call's headers: etcd's clients send a few hundred bytes. */
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Streams that a client may open and reset at once (CVE-2023-44487): one a call that is given up. */
    private static final int MAX_RESETS = 200;

    private static final int RESET_WINDOW_SECONDS = 30;

    /** Pieces of one header that are nearly empty (CVE-2024-27316). */
    private static final int MAX_CONTINUATIONS = 16;

    private static final int HANDSHAKE_SECONDS = 10;

    /** So that a put of a megabyte needs no second round trip for the window. */
    private static final int WINDOW_BYTES = 1 << 20;

    /** Gigabytes on slow flash take a while. */
    private static final long FILE_MINUTES = 10;

    private final Vertx vertx;
    private final LocalStore store;
    private final Member member;
    private final SnapshotFiles files;
    private final WorkerExecutor worker;
    private final HttpServer http;
    private final EtcdClients clients = new EtcdClients();
    private Loop.Timer sweeps = Loop.Timer.NONE;

    /**
     * @param transport address, and keys and trust where TLS is wanted; the HTTP/2 settings are set here
     */
    public EtcdApi(Vertx vertx, LocalStore store, HttpServerOptions transport, Member member, SnapshotFiles files) {
        this.vertx = vertx;
        this.store = store;
        this.member = member;
        this.files = files;
        // Reads all of the store: one at a time.
        this.worker = vertx.createSharedWorkerExecutor("minik-etcd-files", 1, FILE_MINUTES, TimeUnit.MINUTES);
        HttpServerOptions options = new HttpServerOptions(transport)
                .setUseAlpn(true)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setMaxInitialLineLength(MAX_HEADER_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
                .setHttp2RstFloodWindowDuration(RESET_WINDOW_SECONDS)
                .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
                .setHttp2MaxSmallContinuationFrames(MAX_CONTINUATIONS)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(MAX_STREAMS)
                        .setMaxHeaderListSize(MAX_HEADER_BYTES)
                        .setInitialWindowSize(WINDOW_BYTES))
                .setHttp2ConnectionWindowSize(4 * WINDOW_BYTES);
        this.http = vertx.createHttpServer(options)
                .connectionHandler(clients::opened)
                .requestHandler(both(grpc(), new HttpFace(store, member)));
    }

    /** @return the port */
    public Future<Integer> start() {
        return http.listen()
                .map(HttpServer::actualPort)
                .onSuccess(port -> sweeps = Loop.here(vertx).every(EtcdClients.SWEEP, clients::sweep))
                .onSuccess(port -> LOG.atInfo().addKeyValue("port", port).log("etcd API served"));
    }

    public Future<Void> stop() {
        sweeps.cancel();
        return http.close().eventually(worker::close);
    }

    /** Calls by their content type, as etcd tells them apart. */
    private static Handler<HttpServerRequest> both(GrpcServer calls, HttpFace plain) {
        return request -> {
            String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
            if (type != null && type.startsWith("application/grpc")) {
                calls.handle(request);
            } else {
                plain.handle(request);
            }
        };
    }

    private GrpcServer grpc() {
        GrpcServer server = GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(MAX_MESSAGE_BYTES));
        server.callHandler(EtcdApi::unimplemented);
        unary(server, KVGrpcService.Range, this::range);
        unary(server, KVGrpcService.Put, this::put);
        unary(server, KVGrpcService.DeleteRange, this::deleteRange);
        unary(server, KVGrpcService.Txn, this::txn);
        unary(server, KVGrpcService.Compact, this::compact);
        EventEncoding encoding = new EventEncoding();
        server.callHandler(
                WatchGrpcService.Watch, call -> new EtcdWatchStream(vertx, store, member, encoding, call).open());
        LeaseCalls leases = new LeaseCalls(store, member);
        unary(server, LeaseGrpcService.LeaseGrant, leases::grant);
        unary(server, LeaseGrpcService.LeaseRevoke, leases::revoke);
        unary(server, LeaseGrpcService.LeaseTimeToLive, leases::timeToLive);
        unary(server, LeaseGrpcService.LeaseLeases, leases::list);
        server.callHandler(LeaseGrpcService.LeaseKeepAlive, leases::keepAlive);
        MaintenanceCalls maintenance = new MaintenanceCalls(store, member, new HistoryHash(store, worker));
        unary(server, MaintenanceGrpcService.Status, maintenance::status);
        unary(server, MaintenanceGrpcService.Alarm, maintenance::alarm);
        unary(server, MaintenanceGrpcService.Defragment, maintenance::defragment);
        unary(server, MaintenanceGrpcService.HashKV, maintenance::hashKv);
        unary(server, MaintenanceGrpcService.Hash, maintenance::hash);
        unary(server, MaintenanceGrpcService.MoveLeader, maintenance::moveLeader);
        unary(server, MaintenanceGrpcService.Downgrade, maintenance::downgrade);
        SnapshotCalls snapshots = new SnapshotCalls(vertx, store, worker, files);
        server.callHandler(MaintenanceGrpcService.Snapshot, snapshots::snapshot);
        cluster(server, new ClusterCalls(member));
        LockCalls locks = new LockCalls(store, member);
        server.callHandler(LockGrpcService.Lock, locks::lock);
        unary(server, LockGrpcService.Unlock, locks::unlock);
        return server;
    }

    private static void cluster(GrpcServer server, ClusterCalls cluster) {
        unary(server, ClusterGrpcService.MemberList, cluster::list);
        unary(server, ClusterGrpcService.MemberAdd, cluster::add);
        unary(server, ClusterGrpcService.MemberRemove, cluster::remove);
        unary(server, ClusterGrpcService.MemberUpdate, cluster::update);
        unary(server, ClusterGrpcService.MemberPromote, cluster::promote);
    }

    private static <Q, R> void unary(GrpcServer server, ServiceMethod<Q, R> method, Function<Q, Future<R>> answer) {
        server.callHandler(
                method,
                call -> call.handler(request -> {
                    Future<R> answered;
                    try {
                        answered = answer.apply(request);
                    } catch (StoreException | EtcdRefusal refused) {
                        answered = Future.failedFuture(refused);
                    }
                    answered.onComplete(
                            response -> call.response().end(response).onFailure(gone -> LOG.atDebug()
                                    .setCause(gone)
                                    .log("client left before its answer")),
                            why -> Failures.answer(call.response(), why));
                }));
    }

    private static void unimplemented(GrpcServerRequest<?, ?> call) {
        call.response()
                .status(GrpcStatus.UNIMPLEMENTED)
                .statusMessage("minik does not have " + call.fullMethodName())
                .end()
                .onFailure(gone -> LOG.atDebug().setCause(gone).log("client left before its answer"));
    }

    // ---- KV ----

    private Future<Rpc.RangeResponse> range(Rpc.RangeRequest request) {
        return store.range(RangeShape.of(request))
                .map(result -> RangeShape.response(request, result, member.header(result.revision())));
    }

    private Future<Rpc.PutResponse> put(Rpc.PutRequest request) {
        return store.txn(Txn.of(List.of(), List.of(EtcdMessages.op(request)), List.of()))
                .map(result ->
                        EtcdMessages.put((OpResponse.Put) result.responses().get(0), member.header(result.revision())));
    }

    private Future<Rpc.DeleteRangeResponse> deleteRange(Rpc.DeleteRangeRequest request) {
        return store.txn(Txn.of(List.of(), List.of(EtcdMessages.op(request)), List.of()))
                .map(result -> EtcdMessages.deleted(
                        (OpResponse.Deleted) result.responses().get(0), member.header(result.revision())));
    }

    private Future<Rpc.TxnResponse> txn(Rpc.TxnRequest request) {
        return store.txn(EtcdMessages.txn(request))
                .map(result -> EtcdMessages.txn(request, result, member.header(result.revision())));
    }

    private Future<Rpc.CompactionResponse> compact(Rpc.CompactionRequest request) {
        // Nothing to forget, and not an error, as long as nothing was forgotten: with etcd that is revision -1.
        boolean before = request.getRevision() == 0 && store.status().compactedRevision() == 0;
        return (before ? Future.<Void>succeededFuture() : store.compact(request.getRevision()))
                .map(done -> Rpc.CompactionResponse.newBuilder()
                        .setHeader(member.header(store))
                        .build());
    }
}
