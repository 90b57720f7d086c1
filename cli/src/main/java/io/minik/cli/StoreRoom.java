package io.minik.cli;

import io.minik.api.room.Room;
import io.minik.store.Store;
import io.vertx.core.Future;

/** The store as the first room: it is closed last. */
record StoreRoom(Store store) implements Room {
    @Override
    public String name() {
        return "store";
    }

    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return store.close();
    }

    @Override
    public Health health() {
        return Health.READY;
    }
}
