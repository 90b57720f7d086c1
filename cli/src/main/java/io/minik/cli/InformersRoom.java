package io.minik.cli;

import io.minik.api.client.Informers;
import io.minik.ground.room.Room;
import io.vertx.core.Future;

/**
 * The mirrors that the rooms of a loop share. They start with the first room that asks; listed before those rooms, they
 * stop after the last of them, and before the API that they watch.
 */
record InformersRoom(String name, Informers informers) implements Room {
    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        informers.stop();
        return Future.succeededFuture();
    }

    @Override
    public Health health() {
        return informers.health();
    }
}
