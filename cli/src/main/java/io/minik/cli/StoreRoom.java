package io.minik.cli;

import io.minik.api.room.Room;
import io.minik.store.Store;
import io.vertx.core.Future;

/** The store as the first room: it is closed last. One that halts takes the process with it: only a new start reads it. */
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
        Future<Void> ended = store.ended();
        if (ended.failed()) {
            return Health.notReady(String.valueOf(ended.cause().getMessage()));
        }
        return ended.succeeded() ? Health.notReady("closed") : Health.READY;
    }

    @Override
    public Future<Void> failed() {
        return store.ended();
    }
}
