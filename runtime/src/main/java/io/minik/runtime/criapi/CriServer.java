package io.minik.runtime.criapi;

import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.proto.ImageServiceGrpcService;
import io.minik.runtime.criapi.proto.RuntimeServiceGrpcService;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * CRI v1 on a unix socket, for crictl and for kubelets: whoever may open the socket (root and its group) is master of the node's
 * containers, as with every CRI runtime. What its clients make is theirs: this node's kubelet knows it by {@link
 * io.minik.runtime.cri.Cri#CLIENTS} and leaves it alone. Until somebody connects there is the socket and nothing else; what
 * answers is made at the first call.
 */
public final class CriServer implements Room {
    private static final Logger LOG = LoggerFactory.getLogger(CriServer.class);

    /** As kubelets take and send them: the lists of a full node are some hundred kilobytes. */
    private static final long MOST_MESSAGE_BYTES = 16L << 20;

    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(5);
    private static final int MOST_CONNECTIONS = 32;
    private static final long MOST_STREAMS = 200;
    private static final int MOST_HEADER_BYTES = 16 * 1024;

    private static final String SOCKET_MODE = "rw-rw----";

    /**
     * @param runtime with logs that clients rotate
     * @param ports of the node; @param socket its directory is there; @param etc where pods' files of /etc are kept
     */
    public record Parts(
            RuntimeService runtime, ImageService images, StreamingUrls urls, HostPorts ports, Path socket, Path etc) {}

    private final Vertx vertx;
    private final Context context;
    private final Parts parts;
    private final EventCalls events;
    private final Set<HttpConnection> connections = new HashSet<>();
    private final HttpServer http;
    /** Made at the first call: it takes the classes of all messages. */
    private @Nullable Future<GrpcServer> grpc;

    private volatile Health health = Health.notReady("not started");

    public CriServer(Vertx vertx, Context context, Parts parts) {
        this.vertx = vertx;
        this.context = context;
        this.parts = parts;
        this.events = new EventCalls(vertx, parts.runtime());
        HttpServerOptions options = new HttpServerOptions()
                .setMaxInitialLineLength(MOST_HEADER_BYTES)
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(MOST_STREAMS)
                        .setMaxHeaderListSize(MOST_HEADER_BYTES));
        this.http =
                vertx.createHttpServer(options).connectionHandler(this::opened).requestHandler(this::request);
    }

    @Override
    public String name() {
        return "cri";
    }

    @Override
    public Health health() {
        return health;
    }

    /** The socket appears with its mode, in one step, in place of one that an earlier minik left. */
    @Override
    public Future<Void> start() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(unused -> SandboxCalls.reopen(parts.runtime(), parts.ports())
                .compose(opened -> vertx.executeBlocking(this::privateFolder))
                .compose(folder -> {
                    Path made = folder.resolve("s");
                    return http.listen(SocketAddress.domainSocketAddress(made.toString()))
                            .compose(listening -> vertx.executeBlocking(() -> publish(folder, made)));
                })
                .onSuccess(ready -> {
                    health = Health.READY;
                    LOG.atInfo().addKeyValue("socket", parts.socket()).log("CRI served");
                })
                .onComplete(done));
        return done.future();
    }

    private Path privateFolder() throws IOException {
        return Files.createTempDirectory(
                parts.socket().getParent(),
                "cri",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private Void publish(Path folder, Path made) throws IOException {
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(SOCKET_MODE));
        Files.move(made, parts.socket(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(folder);
        return null;
    }

    @Override
    public Future<Void> stop() {
        health = Health.notReady("stopped");
        Promise<Void> done = Promise.promise();
        context.runOnContext(unused -> {
            events.close();
            // A connection whose end nobody hears of must not keep a node from going down.
            Loop.within(STOPPED_WITHIN, http.close())
                    .recover(late -> {
                        LOG.atWarn()
                                .addKeyValue("connections", connections.size())
                                .addKeyValue("err", late.toString())
                                .log("CRI stops with connections that don't end");
                        return Future.succeededFuture();
                    })
                    .eventually(() -> vertx.executeBlocking(() -> Files.deleteIfExists(parts.socket())))
                    .onComplete(done);
        });
        return done.future();
    }

    private void opened(HttpConnection connection) {
        if (connections.size() >= MOST_CONNECTIONS) {
            LOG.atWarn().addKeyValue("connections", MOST_CONNECTIONS).log("CRI client refused: too many connections");
            connection.close().onFailure(CriServer::left);
            return;
        }
        connections.add(connection);
        connection.closeHandler(unused -> connections.remove(connection));
    }

    private void request(HttpServerRequest request) {
        Future<GrpcServer> present = grpc;
        if (present != null && present.succeeded()) {
            present.result().handle(request);
            return;
        }
        request.pause();
        if (present == null) {
            present = vertx.executeBlocking(this::calls);
            grpc = present;
        }
        present.onSuccess(server -> {
                    server.handle(request);
                    request.resume();
                })
                .onFailure(broken -> {
                    LOG.atError().setCause(broken).log("CRI can't be served");
                    request.response().reset().onFailure(CriServer::left);
                });
    }

    private static void left(Throwable gone) {
        LOG.atDebug().setCause(gone).log("client left before its answer");
    }

    // ---- calls

    private GrpcServer calls() {
        GrpcServer server = GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(MOST_MESSAGE_BYTES));
        server.callHandler(CriServer::unknown);
        Ids ids = new Ids(parts.runtime());
        PodEtc etc = new PodEtc(parts.etc());
        sandboxes(server, new SandboxCalls(vertx, parts.runtime(), parts.ports(), ids, etc));
        runtime(server, new RuntimeCalls(vertx, parts.runtime(), ids, parts.urls(), etc));
        stats(server, new StatsCalls(vertx, parts.runtime(), ids));
        images(server, new ImageCalls(vertx, parts.images()));
        server.callHandler(RuntimeServiceGrpcService.GetContainerEvents, events::open);
        return server;
    }

    private static void runtime(GrpcServer server, RuntimeCalls calls) {
        call(server, RuntimeServiceGrpcService.Version, calls::version);
        call(server, RuntimeServiceGrpcService.Status, calls::status);
        call(server, RuntimeServiceGrpcService.RuntimeConfig, calls::runtimeConfig);
        call(server, RuntimeServiceGrpcService.UpdateRuntimeConfig, calls::updateRuntimeConfig);
        call(server, RuntimeServiceGrpcService.CreateContainer, calls::createContainer);
        call(server, RuntimeServiceGrpcService.StartContainer, calls::startContainer);
        call(server, RuntimeServiceGrpcService.StopContainer, calls::stopContainer);
        call(server, RuntimeServiceGrpcService.RemoveContainer, calls::removeContainer);
        call(server, RuntimeServiceGrpcService.ListContainers, calls::listContainers);
        call(server, RuntimeServiceGrpcService.StreamContainers, calls::listContainers);
        call(server, RuntimeServiceGrpcService.ContainerStatus, calls::containerStatus);
        call(server, RuntimeServiceGrpcService.UpdateContainerResources, calls::updateContainerResources);
        call(server, RuntimeServiceGrpcService.ReopenContainerLog, calls::reopenContainerLog);
        call(server, RuntimeServiceGrpcService.CheckpointContainer, calls::checkpointContainer);
        call(server, RuntimeServiceGrpcService.ExecSync, calls::execSync);
        call(server, RuntimeServiceGrpcService.Exec, calls::exec);
        call(server, RuntimeServiceGrpcService.Attach, calls::attach);
        call(server, RuntimeServiceGrpcService.PortForward, calls::portForward);
    }

    private static void sandboxes(GrpcServer server, SandboxCalls calls) {
        call(server, RuntimeServiceGrpcService.RunPodSandbox, calls::run);
        call(server, RuntimeServiceGrpcService.StopPodSandbox, calls::stop);
        call(server, RuntimeServiceGrpcService.RemovePodSandbox, calls::remove);
        call(server, RuntimeServiceGrpcService.PodSandboxStatus, calls::status);
        call(server, RuntimeServiceGrpcService.ListPodSandbox, calls::list);
        call(server, RuntimeServiceGrpcService.StreamPodSandboxes, calls::list);
        call(server, RuntimeServiceGrpcService.UpdatePodSandboxResources, calls::update);
    }

    private static void stats(GrpcServer server, StatsCalls calls) {
        call(server, RuntimeServiceGrpcService.ContainerStats, calls::containerStats);
        call(server, RuntimeServiceGrpcService.ListContainerStats, calls::listContainerStats);
        call(server, RuntimeServiceGrpcService.StreamContainerStats, calls::listContainerStats);
        call(server, RuntimeServiceGrpcService.PodSandboxStats, calls::podSandboxStats);
        call(server, RuntimeServiceGrpcService.ListPodSandboxStats, calls::listPodSandboxStats);
        call(server, RuntimeServiceGrpcService.StreamPodSandboxStats, calls::listPodSandboxStats);
        call(server, RuntimeServiceGrpcService.ListMetricDescriptors, calls::listMetricDescriptors);
        call(server, RuntimeServiceGrpcService.ListPodSandboxMetrics, calls::listPodSandboxMetrics);
        call(server, RuntimeServiceGrpcService.StreamPodSandboxMetrics, calls::listPodSandboxMetrics);
    }

    private static void images(GrpcServer server, ImageCalls calls) {
        call(server, ImageServiceGrpcService.ListImages, calls::listImages);
        call(server, ImageServiceGrpcService.StreamImages, calls::listImages);
        call(server, ImageServiceGrpcService.ImageStatus, calls::imageStatus);
        call(server, ImageServiceGrpcService.PullImage, calls::pullImage);
        call(server, ImageServiceGrpcService.RemoveImage, calls::removeImage);
        call(server, ImageServiceGrpcService.ImageFsInfo, calls::imageFsInfo);
    }

    /** One answer to one question; where CRI streams a list, it comes in one piece. */
    private static <Q, R> void call(GrpcServer server, ServiceMethod<Q, R> method, Function<Q, Future<R>> answer) {
        server.callHandler(
                method,
                call -> call.handler(question -> {
                    Future<R> answered;
                    try {
                        answered = answer.apply(question);
                    } catch (RuntimeException refused) {
                        answered = Future.failedFuture(refused);
                    }
                    answered.onComplete(
                            told -> call.response().end(told).onFailure(CriServer::left),
                            why -> refuse(call.response(), why));
                }));
    }

    private static void refuse(GrpcServerResponse<?, ?> response, Throwable why) {
        CriException told = CriCodes.served(why);
        response.status(CriCodes.status(told.code()))
                .statusMessage(String.valueOf(told.getMessage()))
                .end()
                .onFailure(CriServer::left);
    }

    private static void unknown(GrpcServerRequest<?, ?> call) {
        call.response()
                .status(GrpcStatus.UNIMPLEMENTED)
                .statusMessage("minik does not have " + call.fullMethodName())
                .end()
                .onFailure(CriServer::left);
    }
}
