package io.minik.cli;

import io.minik.ground.room.Room;
import io.minik.store.Store;
import io.vertx.core.Future;

/** The store as the first room: it is closed last. One that halts takes the process with it: only a new start reads it. */
record StoreRoom(Store store) implements Room {
    /** A batch takes milliseconds; the slowest flash was seen to take seconds. */
    private static final long STUCK_MILLIS = 15_000;

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
        if (store.busyMillis() > STUCK_MILLIS) {
            return Health.notReady(
                    "the store has been writing for " + store.busyMillis() / 1000 + " s: its disk hangs");
        }
        return ended.succeeded() ? Health.notReady("closed") : Health.READY;
    }

    @Override
    public Future<Void> failed() {
        return store.ended();
    }
}
