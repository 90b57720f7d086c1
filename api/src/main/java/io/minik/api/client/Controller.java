package io.minik.api.client;

import io.minik.ground.room.Room;
import io.vertx.core.Future;
import java.util.List;

/** A room that is one reconcile loop. */
public interface Controller extends Room, Queued {
    ReconcileLoop work();

    @Override
    default String name() {
        return work().name();
    }

    @Override
    default Future<Void> start() {
        return work().start();
    }

    @Override
    default Future<Void> stop() {
        return work().stop();
    }

    @Override
    default Health health() {
        return work().health();
    }

    @Override
    default List<QueueFigures> queues() {
        return work().queues();
    }
}
