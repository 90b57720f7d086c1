package io.minik.agent.streaming;

import io.minik.agent.kubelet.Kubelet;
import io.minik.api.core.Pod;
import io.minik.api.object.ObjectKey;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.cri.Session;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** /exec, /attach and /portForward: checks first, while an answer can still be plain HTTP, then the upgrade. */
final class RemoteCommands {
    private static final Logger log = LoggerFactory.getLogger(RemoteCommands.class);
    private static final String PIPE = "minik-pipe";

    private final Kubelet kubelet;
    private final RuntimeService runtime;

    RemoteCommands(Kubelet kubelet, RuntimeService runtime) {
        this.kubelet = kubelet;
        this.runtime = runtime;
    }

    /** What the client asks for. */
    private record Wanted(Streams streams, List<String> command) {
        static Wanted of(HttpServerRequest request) {
            boolean tty = ContainerLogs.flag(request, "tty");
            return new Wanted(
                    new Streams(
                            either(request, "stdin", "input"),
                            either(request, "stdout", "output"),
                            // A terminal has one stream.
                            either(request, "stderr", "error") && !tty,
                            tty),
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
        Streams streams = wanted.streams();
        if (!streams.stdin() && !streams.stdout() && !streams.stderr()) {
            KubeletServer.refuse(request, 400, "you must specify at least 1 of stdin, stdout, stderr");
            return;
        }
        boolean exec = path[0].equals("exec");
        if (exec && wanted.command().isEmpty()) {
            KubeletServer.refuse(request, 400, "you must specify a command");
            return;
        }
        String id = running.get().id();
        Upgrades.join(request, id, wanted.streams(), () -> begin(exec, id, wanted));
    }

    private Future<Session> begin(boolean exec, String id, Wanted wanted) {
        Streams streams = wanted.streams();
        return exec
                ? runtime.exec(new Cri.ExecRequest(id, wanted.command(), streams.tty(), streams.stdin()))
                : runtime.attach(new Cri.AttachRequest(id, streams.stdin(), streams.stdout(), streams.stderr()));
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
        Upgrades.wire(request)
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
}
