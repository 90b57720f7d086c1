package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.kubelet.Kubelet;
import io.minik.agent.logs.LogWatch;
import io.minik.agent.node.NodeFigures;
import io.minik.agent.volume.LocalVolumes;
import io.minik.agent.volume.VolumeFault;
import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Connections;
import io.minik.ground.net.MalformedQuery;
import io.minik.ground.net.UpgradeByPost;
import io.minik.ground.room.Room;
import io.minik.ground.tls.TlsEngine;
import io.minik.ground.tls.TlsIdentity;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kubelet's HTTPS server. Runs on the context it is given, which must be the kubelet's. */
public final class KubeletServer implements Room {
    private static final Logger log = LoggerFactory.getLogger(KubeletServer.class);
    /** What a client sends at once on a channel; kubectl sends 32 KiB. */
    private static final int MOST_MESSAGE_BYTES = 1 << 20;

    /** The path's parts after its first: namespace, pod, container and, from old clients, the UID. */
    private static final int MOST_PATH_PARTS = 5;

    /**
     * @param nodeName of this node
     * @param host and port to listen on; port 0 = any free one
     * @param servingCertPem and servingKeyPem: what clients see
     * @param version of Kubernetes, for metrics
     */
    public record Config(
            String nodeName, String host, int port, String servingCertPem, String servingKeyPem, String version) {
        @Override
        public String toString() {
            return "KubeletServer.Config[" + host + ":" + port + "]";
        }
    }

    /**
     * What of this machine is asked for.
     *
     * @param more figures in Prometheus' words, of other rooms; any thread
     * @param configuration the settings in force, as a KubeletConfiguration
     */
    public record Node(
            NodeFigures figures,
            LocalVolumes volumes,
            Supplier<String> more,
            SystemLogs logs,
            Supplier<ObjectNode> configuration) {}

    private final Vertx vertx;
    private final Context context;
    private final Config config;
    private final TlsIdentity identity;
    private final Gate gate;
    private final LogWatch watch = new LogWatch();
    private final Kubelet kubelet;
    private final KubeletMetrics metrics;
    private final RemoteCommands commands;
    private final ContainerLogs logs;
    private final Node node;
    private @Nullable HttpServer server;
    private volatile Health health = Health.notReady("not started");

    public KubeletServer(
            Vertx vertx,
            Context context,
            Config config,
            Gate gate,
            Kubelet kubelet,
            RuntimeService runtime,
            Node node) {
        this.vertx = vertx;
        this.context = context;
        this.config = config;
        this.identity = TlsIdentity.of(config.servingCertPem(), config.servingKeyPem());
        this.gate = gate;
        this.kubelet = kubelet;
        this.metrics = new KubeletMetrics(
                Loop.on(context),
                kubelet,
                runtime,
                config.nodeName(),
                () -> context.executeBlocking(node.figures()::usage, false));
        this.node = node;
        this.commands = new RemoteCommands(kubelet, runtime);
        this.logs = new ContainerLogs(context, kubelet, runtime, watch);
    }

    @Override
    public String name() {
        return "kubelet-server";
    }

    /** The port it really listens on. */
    public int port() {
        HttpServer present = server;
        return present == null ? config.port() : present.actualPort();
    }

    @Override
    public Future<Void> start() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> listen().onComplete(done));
        return done.future();
    }

    private Future<Void> listen() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setSsl(true)
                .setSslEngineOptions(TlsEngine.forServers())
                .setUseAlpn(true)
                // Upgrades need HTTP/1.1; whoever offers both gets it.
                .setAlpnVersions(List.of(HttpVersion.HTTP_1_1))
                .setSslHandshakeTimeout(Connections.HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setKeyCertOptions(KeyCertOptions.wrap(identity))
                // Who is not known gets 401: Gate verifies.
                .setTrustOptions(TrustOptions.wrap(gate.clients().trustManager()))
                .setClientAuth(ClientAuth.REQUEST)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketMessageSize(MOST_MESSAGE_BYTES)
                .setMaxWebSocketFrameSize(MOST_MESSAGE_BYTES);
        WebSocketStreams.PROTOCOLS.forEach(options::addWebSocketSubProtocol);
        options.addWebSocketSubProtocol(Upgrades.TUNNELLED_PORT_FORWARD);
        Connections connections = new Connections(vertx, Connections.MAX_STRANGERS);
        HttpServer made = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    UpgradeByPost.allow(connection);
                    connections.opened(connection);
                })
                .requestHandler(request -> {
                    Connections.Guard guard = connections.of(request.connection());
                    guard.inTurn(request, () -> MalformedQuery.refuse(request, guard, () -> handle(request, guard)));
                })
                .exceptionHandler(error -> log.atDebug()
                        .addKeyValue("err", error.toString())
                        .log("a connection to the kubelet broke off"));
        server = made;
        return made.listen().map(listening -> {
            logs.start();
            health = Health.READY;
            log.atInfo().addKeyValue("port", listening.actualPort()).log("kubelet serves");
            return null;
        });
    }

    /** A renewed serving certificate: new connections get it. */
    public void renew(String certPem, String keyPem) {
        identity.renew(certPem, keyPem);
    }

    @Override
    public Future<Void> stop() {
        health = Health.notReady("stopped");
        try {
            watch.close();
        } catch (IOException e) {
            log.atWarn().addKeyValue("err", e.toString()).log("log watch could not be closed");
        }
        HttpServer present = server;
        return present == null ? Future.succeededFuture() : present.close();
    }

    @Override
    public Health health() {
        return health;
    }

    // ---- routes

    private void handle(HttpServerRequest request, Connections.Guard guard) {
        guard.begin();
        // What is upgraded has no end of its own: it is never idle, and ends with its container or its client.
        request.response().endHandler(unused -> guard.end());
        gate.pass(request, () -> {
            guard.known();
            route(request);
        });
    }

    private void route(HttpServerRequest request) {
        String[] parts = request.path().substring(1).split("/", MOST_PATH_PARTS + 1);
        switch (parts[0]) {
            case "healthz" -> say(request, "text/plain", Buffer.buffer("ok"));
            case "pods" -> pods(request);
            case "containerLogs" -> logs.serve(request, parts);
            case "exec", "attach" -> commands.command(request, parts);
            case "portForward" -> commands.portForward(request, parts);
            case "pipe" -> commands.pipe(request, parts);
            case "runningpods" -> json(request, metrics.runningPods());
            case "configz" -> configz(request);
            case "logs" -> node.logs().serve(request);
            case "stats" -> stats(request, parts.length > 1 ? parts[1] : "");
            case "checkpoint" -> checkpoint(request, parts);
            case "localVolumes" -> localVolume(request, parts.length == 2 ? parts[1] : "");
            case "metrics" -> metrics(request, parts.length > 1 ? parts[1] : "");
            default -> refuse(request, 404, "404 page not found");
        }
    }

    private void configz(HttpServerRequest request) {
        ObjectNode tree = Json.object();
        tree.set("kubeletconfig", node.configuration().get());
        say(request, "application/json", Buffer.buffer(Json.bytes(tree)));
    }

    private void stats(HttpServerRequest request, String which) {
        if (which.equals("summary")) {
            json(request, metrics.summary("true".equals(request.getParam("only_cpu_and_memory"))));
        } else {
            refuse(request, 404, "404 page not found");
        }
    }

    /** Asked for as of upstream's kubelet on a runtime that makes none. */
    private void checkpoint(HttpServerRequest request, String[] parts) {
        if (parts.length != 4 || !request.method().name().equals("POST")) {
            refuse(request, 404, "404 page not found");
            return;
        }
        Optional<Pod> pod = kubelet.pod(ObjectKey.of(parts[1], parts[2]));
        if (pod.isEmpty()) {
            refuse(request, 404, "pod does not exist");
        } else if (pod.get().spec().container(parts[3]).isEmpty()) {
            refuse(request, 404, "container " + parts[3] + " does not exist");
        } else {
            refuse(
                    request,
                    500,
                    "checkpointing of " + parts[1] + "/" + parts[2] + "/" + parts[3]
                            + " failed (rpc error: code = Unimplemented desc = containers are not checkpointed by minik)");
        }
    }

    private void pods(HttpServerRequest request) {
        var list = Json.object().put("kind", "PodList").put("apiVersion", "v1");
        list.putObject("metadata");
        var items = list.putArray("items");
        kubelet.pods().stream().map(KubeObject::tree).forEach(items::add);
        say(request, "application/json", Buffer.buffer(Json.bytes(list)));
    }

    private static void json(HttpServerRequest request, Future<Buffer> answer) {
        answer.onComplete(result -> {
            if (result.succeeded()) {
                say(request, "application/json", result.result());
            } else {
                refuse(request, 500, String.valueOf(result.cause().getMessage()));
            }
        });
    }

    /** minik's own: the API server has a directory made, which it is told, or removed. */
    private void localVolume(HttpServerRequest request, String name) {
        Future<String> done =
                switch (request.method().name()) {
                    case "PUT" -> node.volumes().make(name).map(Path::toString);
                    case "DELETE" -> node.volumes().remove(name).map("");
                    default -> Future.failedFuture(new VolumeFault("PUT or DELETE"));
                };
        json(request, done.map(Buffer::buffer));
    }

    private void metrics(HttpServerRequest request, String which) {
        Future<String> text =
                switch (which) {
                    case "" ->
                        Future.succeededFuture(
                                metrics.own(config.version()) + node.more().get());
                    case "cadvisor" -> metrics.cadvisor();
                    case "resource" -> metrics.resource();
                    case "probes" -> Future.succeededFuture(kubelet.probeMetrics());
                    default -> Future.failedFuture("no such metrics");
                };
        text.onComplete(result -> {
            if (result.succeeded()) {
                say(request, "text/plain; version=0.0.4; charset=utf-8", Buffer.buffer(result.result()));
            } else {
                refuse(request, 404, "404 page not found");
            }
        });
    }

    static void refuse(HttpServerRequest request, int status, String text) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        request.response().setStatusCode(status);
        say(request, "text/plain; charset=utf-8", Buffer.buffer(text));
    }

    private static void say(HttpServerRequest request, String contentType, Buffer body) {
        Unheard.note(request.response().putHeader("Content-Type", contentType).end(body));
    }
}
