package io.minik.cli;

import io.minik.agent.streaming.StreamingServer;
import io.minik.ground.room.Room;
import io.minik.runtime.criapi.CriServer;
import io.minik.runtime.criapi.HostPorts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/** The runtime's socket for crictl and the like, and the streams that its clients come for. */
record CriRoom(CriServer server, StreamingServer streams) implements Room {
    static CriRoom of(Vertx vertx, Context context, NodeRuntime runtime, HostPorts ports, Path runDir) {
        StreamingServer streams = new StreamingServer(vertx, context, runtime.clientsRuntime());
        CriServer.Parts parts = new CriServer.Parts(
                runtime.clientsRuntime(),
                runtime.imageService(),
                streams,
                ports,
                runDir.resolve("cri.sock"),
                runDir.resolve("cri"));
        return new CriRoom(new CriServer(vertx, context, parts), streams);
    }

    @Override
    public String name() {
        return server.name();
    }

    @Override
    public Future<Void> start() {
        return server.start();
    }

    @Override
    public Future<Void> stop() {
        return server.stop().eventually(streams::stop);
    }

    @Override
    public Health health() {
        return server.health();
    }
}
