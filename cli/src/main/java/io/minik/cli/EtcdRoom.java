package io.minik.cli;

import io.minik.ground.room.Room;
import io.minik.store.etcdapi.EtcdApi;
import io.vertx.core.Future;

/** The etcd face as a room. */
record EtcdRoom(EtcdApi api) implements Room {
    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public Future<Void> start() {
        return api.start().mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        return api.stop();
    }

    @Override
    public Health health() {
        return Health.READY;
    }
}
