package io.minik.server.controllers;

import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Transport;
import io.minik.api.meta.Resource;
import io.minik.api.schema.Schema;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.scheduler.Scheduler;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All controllers, the scheduler and one hollow node on a running API. */
public final class LiveControllers {
    private LiveControllers() {}

    public static Future<Void> start(Vertx vertx, Transport transport) {
        return start(vertx, transport, new Fixed());
    }

    public static Future<Void> start(Vertx vertx, Transport transport, Controllers.Served served) {
        Context context = vertx.getOrCreateContext();
        Loop loop = Loop.on(context);
        ApiClient client = new ApiClient(transport, "minik");
        Promise<Void> started = Promise.promise();
        context.runOnContext(ignored -> {
            ControllerContext controllers = ControllerContext.of(loop, client);
            List<Room> rooms = new ArrayList<>(Controllers.all(
                    controllers,
                    new Controllers.Config(
                            "PEM",
                            "10.42.0.0/16",
                            24,
                            served,
                            Duration.ofSeconds(5),
                            Duration.ofMinutes(10),
                            "",
                            new Controllers.Box(true, 6443, Optional.empty(), true, true))));
            rooms.add(new Scheduler(
                    loop,
                    client,
                    controllers.informers(),
                    new EventRecorder(loop, client, Scheduler.DEFAULT_NAME, ""),
                    Scheduler.DEFAULT_NAME));
            Future.all(rooms.stream().map(Room::start).toList())
                    .compose(all -> new HollowKubelet(loop, client, "hollow").start())
                    .onComplete(started);
        });
        return started.future();
    }

    static List<Resource> served() {
        return Schema.load().watched();
    }

    private static final class Fixed implements Controllers.Served {
        @Override
        public List<Resource> now() {
            return served();
        }

        @Override
        public void onChange(Runnable changed) {}
    }
}
