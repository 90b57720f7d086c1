package io.minik.cli;

import io.minik.agent.ingress.IngressRoom;
import io.minik.agent.ingress.IngressRoom.Port;
import io.minik.agent.pki.NodeIdentity;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The ingress of a node, as both commands have it. */
final class IngressRooms {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    /** One of a machine's cores is left to pods. */
    private static final int MOST_LOOPS = 2;

    private IngressRooms() {}

    static IngressRoom of(IngressRoom.Parts parts, NodeOptions node, NodeIdentity identity) {
        Map<Integer, String> reserved = new HashMap<>(Map.of(HTTP, "the ingress", HTTPS, "the ingress"));
        identity.cluster()
                .apiServers()
                .forEach(server -> reserved.put(URI.create(server).getPort(), "the API server"));
        int loops = Math.max(1, Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()));
        return new IngressRoom(
                parts,
                new IngressRoom.Settings(
                        identity.nodeName(),
                        new Parts(identity.cluster().disabled()).has(Parts.INGRESS),
                        List.of(new Port("0.0.0.0", HTTP, false), new Port("0.0.0.0", HTTPS, true)),
                        Map.copyOf(reserved),
                        node.ingressAccessLog.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Path.of(node.ingressAccessLog)),
                        () -> vertx(loops),
                        loops));
    }

    /** As the process' own, without its checks that wake an idle process. */
    private static Vertx vertx(int loops) {
        return Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(loops)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setBlockedThreadCheckInterval(1)
                .setBlockedThreadCheckIntervalUnit(TimeUnit.HOURS)
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    }
}
