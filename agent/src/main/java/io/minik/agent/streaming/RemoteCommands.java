package io.minik.agent.streaming;

import io.minik.agent.kubelet.Kubelet;
import io.minik.api.core.Pod;
import io.minik.api.object.ObjectKey;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.cri.Session;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** /exec, /attach and /portForward: checks first, while an answer can still be plain HTTP, then the upgrade. */
final class RemoteCommands {
    /** kubectl 1.31 and later: SPDY's bytes in a WebSocket's binary messages. */
    static final String TUNNELLED_PORT_FORWARD = "SPDY/3.1+portforward.k8s.io";

    private static final Logger log = LoggerFactory.getLogger(RemoteCommands.class);
    private static final String SPDY = "SPDY/3.1";
    private static final String VERSION_HEADER = "X-Stream-Protocol-Version";
    private static final String PIPE = "minik-pipe";
    private static final String PORT_FORWARD = "portforward.k8s.io";

    private final Kubelet kubelet;
    private final RuntimeService runtime;

    RemoteCommands(Kubelet kubelet, RuntimeService runtime) {
        this.kubelet = kubelet;
        this.runtime = runtime;
    }

    /** What the client asks for. */
    private record Wanted(boolean stdin, boolean stdout, boolean stderr, boolean tty, List<String> command) {
        static Wanted of(HttpServerRequest request) {
            boolean tty = ContainerLogs.flag(request, "tty");
            return new Wanted(
                    either(request, "stdin", "input"),
                    either(request, "stdout", "output"),
                    // A terminal has one stream.
                    either(request, "stderr", "error") && !tty,
                    tty,
                    request.params().getAll("command"));
        }

        private static boolean either(HttpServerRequest request, String name, String other) {
            return ContainerLogs.flag(request, name) || ContainerLogs.flag(request, other);
        }
    }

    /** {@code /exec/ns/pod/container}, or with the pod's UID before the container. */
    void command(HttpServerRequest request, String[] path) {
        if (path.length != 4 && path.length != 5) {
            KubeletServer.refuse(request, 400, "want /" + path[0] + "/{namespace}/{pod}/{container}");
            return;
        }
        ObjectKey key = ObjectKey.of(path[1], path[2]);
        Optional<Pod> pod =
                kubelet.pod(key).filter(p -> path.length == 4 || p.uid().equals(path[3]));
        if (pod.isEmpty()) {
            KubeletServer.refuse(request, 404, "pod does not exist");
            return;
        }
        String name = path[path.length - 1];
        Optional<Cri.ContainerStatus> running =
                kubelet.container(key, name, false).filter(c -> c.state() == Cri.ContainerState.CONTAINER_RUNNING);
        if (running.isEmpty()) {
            KubeletServer.refuse(request, 404, "container not found (\"" + name + "\")");
            return;
        }
        Wanted wanted = Wanted.of(request);
        if (!wanted.stdin() && !wanted.stdout() && !wanted.stderr()) {
            KubeletServer.refuse(request, 400, "you must specify at least 1 of stdin, stdout, stderr");
            return;
        }
        boolean exec = path[0].equals("exec");
        if (exec && wanted.command().isEmpty()) {
            KubeletServer.refuse(request, 400, "you must specify a command");
            return;
        }
        String id = running.get().id();
        upgrade(request, wanted)
                .compose(client -> begin(exec, id, wanted)
                        .transform(process -> process.succeeded()
                                ? new ProcessSession(process.result(), client)
                                        .run(wanted.stdin(), wanted.stdout(), wanted.stderr())
                                : client.finish(ExecStatus.failed(failure(process.cause())))))
                .onFailure(error -> {
                    log.atDebug()
                            .addKeyValue("container", id)
                            .addKeyValue("err", error.toString())
                            .log("a remote command ended badly");
                    KubeletServer.refuse(request, 400, String.valueOf(error.getMessage()));
                });
    }

    private static String failure(Throwable error) {
        return "Internal error occurred: error executing command in container: " + error.getMessage();
    }

    private Future<Session> begin(boolean exec, String id, Wanted wanted) {
        return exec
                ? runtime.exec(new Cri.ExecRequest(id, wanted.command(), wanted.tty(), wanted.stdin()))
                : runtime.attach(new Cri.AttachRequest(id, wanted.stdin(), wanted.stdout(), wanted.stderr()));
    }

    private Future<RemoteStreams> upgrade(HttpServerRequest request, Wanted wanted) {
        if (isSpdy(request)) {
            Optional<String> protocol = agreed(request, SpdyStreams.PROTOCOLS);
            if (protocol.isEmpty()) {
                return Future.failedFuture("unable to upgrade: no subprotocol of " + SpdyStreams.PROTOCOLS);
            }
            return spdy(request, protocol.get()).compose(wire -> new SpdyStreams(
                            wire, protocol.get(), wanted.stdin(), wanted.stdout(), wanted.stderr(), wanted.tty())
                    .start());
        }
        if (!request.canUpgradeToWebSocket()) {
            return Future.failedFuture("unable to upgrade: missing upgrade headers in request");
        }
        return request.toWebSocket().map(socket -> new WebSocketStreams(socket, wanted.stdin(), wanted.stdout()));
    }

    // ---- port-forward

    void portForward(HttpServerRequest request, String[] path) {
        if (path.length != 3 && path.length != 4) {
            KubeletServer.refuse(request, 400, "want /portForward/{namespace}/{pod}");
            return;
        }
        ObjectKey key = ObjectKey.of(path[1], path[2]);
        if (kubelet.pod(key).isEmpty()) {
            KubeletServer.refuse(request, 404, "pod does not exist");
            return;
        }
        PortForward forward = new PortForward(path[2], port -> kubelet.sandbox(key)
                .map(sandbox -> runtime.portForward(sandbox.id(), port))
                .orElseGet(() -> Future.failedFuture("the pod's sandbox does not run")));
        wire(request)
                .onSuccess(forward::serve)
                .onFailure(error -> KubeletServer.refuse(request, 400, String.valueOf(error.getMessage())));
    }

    /**
     * {@code /pipe/ns/pod/port}: a connection to a port inside the pod and nothing around its bytes, for a server whose host has no
     * way to pods.
     */
    void pipe(HttpServerRequest request, String[] path) {
        if (path.length != 4 || !path[3].matches("\\d{1,5}") || !PIPE.equals(request.getHeader("Upgrade"))) {
            KubeletServer.refuse(request, 400, "want /pipe/{namespace}/{pod}/{port} with Upgrade: " + PIPE);
            return;
        }
        ObjectKey key = ObjectKey.of(path[1], path[2]);
        int port = Integer.parseInt(path[3]);
        if (kubelet.pod(key).isEmpty()) {
            KubeletServer.refuse(request, 404, "pod does not exist");
            return;
        }
        request.response().putHeader("Connection", "Upgrade").putHeader("Upgrade", PIPE);
        request.toNetSocket()
                .compose(socket -> {
                    socket.pause();
                    return kubelet.sandbox(key)
                            .map(sandbox -> runtime.portForward(sandbox.id(), port))
                            .orElseGet(() -> Future.failedFuture("the pod's sandbox does not run"))
                            .onSuccess(connection -> join(socket, connection))
                            .onFailure(error -> socket.close().onFailure(RemoteCommands::gone));
                })
                .onFailure(RemoteCommands::gone);
    }

    private static void join(NetSocket socket, Connection connection) {
        connection.in().pipeTo(socket).onFailure(error -> {
            gone(error);
            socket.close().onFailure(RemoteCommands::gone);
        });
        socket.pipeTo(connection.out()).onFailure(error -> {
            gone(error);
            connection.close().run();
        });
    }

    private static void gone(Throwable error) {
        log.atDebug().addKeyValue("err", error.toString()).log("a pipe into a pod ended badly");
    }

    private static Future<SpdyCarrier> wire(HttpServerRequest request) {
        if (isSpdy(request)) {
            return agreed(request, List.of(PORT_FORWARD)).isEmpty()
                    ? Future.failedFuture("unable to upgrade: no subprotocol " + PORT_FORWARD)
                    : spdy(request, PORT_FORWARD);
        }
        String offered = String.valueOf(request.getHeader("Sec-WebSocket-Protocol"));
        if (!request.canUpgradeToWebSocket() || !offered.contains(TUNNELLED_PORT_FORWARD)) {
            return Future.failedFuture(
                    "unable to upgrade: port-forward needs " + SPDY + " or the subprotocol " + TUNNELLED_PORT_FORWARD);
        }
        return request.toWebSocket().map(SpdyCarrier::of);
    }

    private static boolean isSpdy(HttpServerRequest request) {
        return String.valueOf(request.getHeader("Upgrade"))
                .toUpperCase(Locale.ROOT)
                .equals(SPDY);
    }

    /** The client's first that we know; clients that offer none mean the oldest. */
    private static Optional<String> agreed(HttpServerRequest request, List<String> known) {
        List<String> offered = request.headers().getAll(VERSION_HEADER).stream()
                .flatMap(line -> List.of(line.split("\\s*,\\s*")).stream())
                .toList();
        return offered.isEmpty()
                ? Optional.of(known.get(known.size() - 1))
                : offered.stream().filter(known::contains).findFirst();
    }

    private static Future<SpdyCarrier> spdy(HttpServerRequest request, String protocol) {
        if (!request.method().equals(HttpMethod.POST) && !request.method().equals(HttpMethod.GET)) {
            return Future.failedFuture("unable to upgrade: " + request.method());
        }
        request.response()
                .putHeader("Connection", "Upgrade")
                .putHeader("Upgrade", SPDY)
                .putHeader(VERSION_HEADER, protocol);
        return request.toNetSocket().map(SpdyCarrier::of);
    }
}
