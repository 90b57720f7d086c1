package io.minik.cli;

import io.minik.ground.room.Room;
import io.minik.store.Store;
import io.minik.store.remote.RemoteStore;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * The store as the first room: it is closed last. One that halts takes the process with it: only a new start reads it.
 *
 * @param looked how it is
 */
record StoreRoom(String name, Store store, Supplier<Health> looked) implements Room {
    /** A batch takes milliseconds; the slowest flash was seen to take seconds. */
    private static final long STUCK_MILLIS = 15_000;

    static StoreRoom embedded(Store store) {
        return new StoreRoom("store", store, () -> looked(store));
    }

    /** An etcd elsewhere: that it does not answer is said, and waited out. */
    static StoreRoom elsewhere(RemoteStore store) {
        return new StoreRoom("etcd", store, () -> {
            String trouble = store.trouble();
            return trouble.isEmpty() ? Health.READY : Health.notReady(trouble);
        });
    }

    private static Health looked(Store store) {
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
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        return store.close();
    }

    @Override
    public Health health() {
        return looked.get();
    }

    @Override
    public Future<Void> failed() {
        return store.ended();
    }
}
