package io.minik.cli;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code minik server}: the control plane and, unless told otherwise, a node. */
@Command(
        name = "server",
        description = "Run a server: API server, store, scheduler, controllers and, by default, a node.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServerCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    ServerOptions server = new ServerOptions();

    @Mixin
    NodeOptions node = new NodeOptions();

    @Option(names = "--exit-when-ready", hidden = true, description = "for the class archive: start, then end")
    boolean exitWhenReady;

    @Override
    public Integer call() {
        node.openLog();
        ConfigKeys.check(spec);
        Preflight preflight = Preflight.ofThisMachine();
        preflight.root();
        check();
        Daemon.refuseSecond(node.runDir);
        if (server.backup.clusterReset) {
            return new ClusterReset(node.dataDir, InstantSource.system())
                    .run(Path.of(server.backup.restorePath), true, server.tokens.token);
        }
        if (!server.disableAgent) {
            preflight.node();
            if (node.protectKernelDefaults) {
                preflight.kernelDefaults();
            }
            Preflight.nodePorts(node);
        }
        Preflight.port(server.bindAddress, server.httpsListenPort, "--https-listen-port");
        if (server.etcdPort > 0) {
            Preflight.port("127.0.0.1", server.etcdPort, "--etcd-port");
        }
        try (Daemon daemon = Daemon.open(node.runDir, node.dataDir)) {
            ClusterReset.passed(node.dataDir);
            ControlPlane.Opening opening =
                    new ControlPlane.Opening(daemon.vertx(), node, server, node.resolvedNodeName(), node.nodeIp);
            return daemon.run(
                    ControlPlane.start(opening, daemon.rooms()).compose(plane -> agent(daemon, opening, plane)),
                    "minik ready in %d ms: kubectl --kubeconfig " + server.writeKubeconfig + " get nodes",
                    Daemon.Patience.LIMITED,
                    exitWhenReady);
        }
    }

    /** All options, before anything listens or is written. @throws StartFailure naming the first that is wrong */
    void check() {
        node.check();
        node.findAddress();
        server.check(node);
    }

    private Future<Void> agent(Daemon daemon, ControlPlane.Opening opening, ControlPlane plane) {
        return server.disableAgent ? Future.succeededFuture() : AgentRooms.besideServer(daemon, opening, plane);
    }
}
