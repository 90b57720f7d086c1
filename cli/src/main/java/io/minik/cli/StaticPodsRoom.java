package io.minik.cli;

import io.minik.agent.kubelet.Kubelet;
import io.minik.ground.files.FolderWatch;
import io.minik.ground.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/** Tells the kubelet when something comes, changes or goes in the folder of static pods. */
final class StaticPodsRoom implements Room {
    private static final long STOP_MILLIS = 2_000;

    private final Vertx vertx;
    private final FolderWatch watch;

    StaticPodsRoom(Vertx vertx, Kubelet kubelet, Path folder) {
        this.vertx = vertx;
        this.watch = new FolderWatch("minik-static-pods", folder, kubelet::staticPodsChanged);
    }

    @Override
    public String name() {
        return "static-pods";
    }

    @Override
    public Future<Void> start() {
        watch.start();
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return vertx.executeBlocking(() -> {
            watch.stop(STOP_MILLIS);
            return null;
        });
    }

    @Override
    public Health health() {
        return Health.READY;
    }
}
