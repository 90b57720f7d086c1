package io.minik.store.etcdapi;

import com.google.protobuf.Message;
import io.minik.ground.loop.Loop;
import io.minik.store.LocalStore;
import io.minik.store.etcdapi.proto.ElectionGrpcService;
import io.minik.store.etcdapi.proto.Elections;
import io.minik.store.etcdapi.proto.LeaseGrpcService;
import io.minik.store.etcdapi.proto.MaintenanceGrpcService;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdapi.proto.WatchGrpcService;
import io.minik.store.etcdauth.AuthBook;
import io.minik.store.etcdauth.AuthRefusal;
import io.minik.store.etcdfile.HistoryHash;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.ArrayList;
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
    private final AuthBook book;
    private final Alarms alarms;
    private final Access access;
    private final Services services;
    private final Function<WatchOutlet, EtcdWatchStream> watches;
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
        this.book = new AuthBook(worker, files.directory(), Loop.here(vertx));
        this.alarms = new Alarms(store, member, worker, files.directory());
        this.access = new Access(book, store);
        this.services = services();
        EventEncoding encoding = new EventEncoding();
        this.watches = outlet -> new EtcdWatchStream(vertx, new Face(store, member), access, encoding, outlet);
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
                .requestHandler(all(grpc(), gateway(), new HttpFace(store, member, alarms)));
    }

    /** @return the port */
    public Future<Integer> start() {
        return book.load()
                .compose(loaded -> alarms.load())
                .compose(loaded -> http.listen())
                .map(HttpServer::actualPort)
                .onSuccess(port -> sweeps = Loop.here(vertx).every(EtcdClients.SWEEP, clients::sweep))
                .onSuccess(port -> LOG.atInfo().addKeyValue("port", port).log("etcd API served"));
    }

    public Future<Void> stop() {
        sweeps.cancel();
        return http.close().eventually(worker::close);
    }

    /** Calls by their content type, as etcd tells them apart. */
    private static Handler<HttpServerRequest> all(GrpcServer calls, Gateway gateway, HttpFace plain) {
        return request -> {
            String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
            if (type != null && type.startsWith("application/grpc")) {
                calls.handle(request);
            } else if (request.path() != null && request.path().startsWith(Gateway.PREFIX)) {
                gateway.handle(request);
            } else {
                plain.handle(request);
            }
        };
    }

    /** @param unary that are the same over gRPC and as JSON; @param waited so, too */
    private record Services(
            List<Unary<?, ?>> unary,
            List<Waited<?, ?>> waited,
            LeaseCalls leases,
            ElectionCalls elections,
            SnapshotCalls snapshots) {}

    private Services services() {
        LeaseCalls leases = new LeaseCalls(store, member, alarms);
        WaitingLine line = new WaitingLine(store);
        LockCalls locks = new LockCalls(store, member, line);
        ElectionCalls elections = new ElectionCalls(store, member, line);
        AuthCalls auth = new AuthCalls(book, access, store, member);
        List<Unary<?, ?>> unary = new ArrayList<>();
        unary.addAll(new KvCalls(store, member, alarms).all(access));
        unary.addAll(leases.all(access));
        unary.addAll(new MaintenanceCalls(store, member, new HistoryHash(store, worker), alarms).all(access));
        unary.addAll(new ClusterCalls(member).all(access));
        unary.addAll(locks.all(access));
        unary.addAll(elections.all(access));
        unary.addAll(auth.all());
        unary.addAll(auth.users());
        unary.addAll(auth.roles());
        return new Services(
                List.copyOf(unary),
                List.of(locks.lock(access), elections.campaign(access)),
                leases,
                elections,
                new SnapshotCalls(vertx, store, worker, files));
    }

    private GrpcServer grpc() {
        GrpcServer server = GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(MAX_MESSAGE_BYTES));
        server.callHandler(EtcdApi::unimplemented);
        services.unary().forEach(call -> unary(server, call));
        services.waited().forEach(call -> waited(server, call));
        server.callHandler(WatchGrpcService.Watch, call -> EtcdWatchStream.open(call, watches, access));
        server.callHandler(LeaseGrpcService.LeaseKeepAlive, services.leases()::keepAlive);
        server.callHandler(MaintenanceGrpcService.Snapshot, this::snapshot);
        server.callHandler(ElectionGrpcService.Observe, this::observe);
        return server;
    }

    private Gateway gateway() {
        Gateway gateway = new Gateway(access, clients);
        services.unary().forEach(gateway::add);
        services.waited().forEach(gateway::add);
        gateway.addWatch("/v3/watch", watches);
        gateway.addKeepAlive("/v3/lease/keepalive", services.leases()::renew);
        gateway.addObserve("/v3/election/observe", services.elections());
        return gateway;
    }

    private <Q extends Message, R extends Message> void unary(GrpcServer server, Unary<Q, R> unary) {
        server.callHandler(
                unary.method(),
                call -> call.handler(request -> answer(call, caller -> unary.call(access, caller, request))));
    }

    private <Q extends Message, R extends Message> void waited(GrpcServer server, Waited<Q, R> waited) {
        server.callHandler(waited.method(), call -> {
            Promise<Void> left = Promise.promise();
            call.exceptionHandler(gone -> left.tryComplete());
            call.response().exceptionHandler(gone -> left.tryComplete());
            call.handler(request -> answer(call, caller -> waited.call(access, caller, request, left.future())));
        });
    }

    private <Q, R> void answer(GrpcServerRequest<Q, R> call, Function<EtcdCaller, Future<R>> answer) {
        Future<R> answered;
        try {
            answered = answer.apply(access.caller(call.headers(), call.connection()));
        } catch (AuthRefusal refused) {
            answered = Future.failedFuture(refused);
        }
        answered.onComplete(
                response -> call.response().end(response).onFailure(EtcdApi::left),
                why -> Failures.answer(call.response(), why));
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left before its answer");
    }

    private void snapshot(GrpcServerRequest<Rpc.SnapshotRequest, Rpc.SnapshotResponse> call) {
        if (isRefused(call, caller -> access.maintainer(caller, call))) {
            return;
        }
        services.snapshots().snapshot(call);
    }

    private void observe(GrpcServerRequest<Elections.LeaderRequest, Elections.LeaderResponse> call) {
        call.handler(request -> {
            if (isRefused(call, caller -> ElectionCalls.reads(access, caller, request))) {
                return;
            }
            ElectionCalls.Observing observing = services.elections()
                    .observe(
                            EtcdMessages.bytes(request.getName()),
                            leader -> call.response().write(leader).onFailure(EtcdApi::left),
                            why -> Failures.answer(call.response(), why));
            call.exceptionHandler(gone -> observing.close());
            call.response().exceptionHandler(gone -> observing.close());
        });
    }

    /** What is asked of streams is known at once. */
    private <Q, R> boolean isRefused(GrpcServerRequest<Q, R> call, Function<EtcdCaller, Future<Void>> check) {
        Future<Void> allowed;
        try {
            allowed = check.apply(access.caller(call.headers(), call.connection()));
        } catch (AuthRefusal | EtcdRefusal refused) {
            allowed = Future.failedFuture(refused);
        }
        if (allowed.failed()) {
            Failures.answer(call.response(), allowed.cause());
        }
        return allowed.failed();
    }

    private static void unimplemented(GrpcServerRequest<?, ?> call) {
        call.response()
                .status(GrpcStatus.UNIMPLEMENTED)
                .statusMessage("minik does not have " + call.fullMethodName())
                .end()
                .onFailure(gone -> LOG.atDebug().setCause(gone).log("client left before its answer"));
    }
}
