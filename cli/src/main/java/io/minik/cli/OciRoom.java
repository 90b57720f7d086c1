package io.minik.cli;

import io.minik.ground.room.Room;
import io.minik.runtime.oci.OciServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The socket for clients of {@code minik runc}: with it they need no JVM of their own. */
final class OciRoom implements Room {
    private final Vertx vertx;
    private final Path folder;
    private final AtomicReference<Optional<OciServer>> server = new AtomicReference<>(Optional.empty());

    OciRoom(Vertx vertx, Path runDir) {
        this.vertx = vertx;
        this.folder = runDir.resolve("oci");
    }

    @Override
    public String name() {
        return "oci";
    }

    @Override
    public Future<Void> start() {
        return vertx.executeBlocking(() -> OciServer.listen(folder))
                .onSuccess(listening -> server.set(Optional.of(listening)))
                .mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        return vertx.executeBlocking(() -> {
            Optional<OciServer> listening = server.getAndSet(Optional.empty());
            if (listening.isPresent()) {
                listening.get().close();
            }
            return null;
        });
    }

    @Override
    public Health health() {
        return Objects.requireNonNull(server.get()).isPresent()
                ? Health.READY
                : Health.notReady("the socket is closed");
    }
}
