package io.minik.agent.streaming;

import io.minik.runtime.cri.CriContract;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.AddedNotes;
import io.minik.runtime.criapi.CriClient;
import io.minik.runtime.criapi.CriServer;
import io.minik.runtime.criapi.HostPorts;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;

/** A runtime as it is seen through minik's own socket: client, gRPC, server, and the streams beside them. */
record OverSocket(CriServer server, StreamingServer urls, CriClient client, StreamClient dialer) {
    /** A runtime in memory has no node whose ports could be open. */
    private static final HostPorts NO_PORTS = new HostPorts() {
        @Override
        public void open(String podSandboxId, List<String> ips, List<Port> ports) {}

        @Override
        public void close(String podSandboxId) {}
    };

    /** @param context that the runtime answers on, and that the server lives on */
    static OverSocket of(Vertx vertx, Context context, RuntimeService runtime, ImageService images, Path dir) {
        StreamingServer urls = new StreamingServer(vertx, context, runtime);
        Path socket = dir.resolve("cri.sock");
        CriServer server = new CriServer(
                vertx, context, new CriServer.Parts(runtime, images, urls, NO_PORTS, socket, dir.resolve("etc")));
        RealNode.await(server.start());
        StreamClient dialer = new StreamClient(vertx);
        CriClient client = new CriClient(vertx, socket, dialer, AddedNotes.open(vertx, dir.resolve("notes")));
        return new OverSocket(server, urls, client, dialer);
    }

    CriContract.Node node(String image, AutoCloseable down) {
        return new CriContract.Node(client.runtime(), client.images(), image, false, () -> {
            RealNode.await(client.close());
            RealNode.await(dialer.close());
            RealNode.await(server.stop());
            RealNode.await(urls.stop());
            down.close();
        });
    }
}
