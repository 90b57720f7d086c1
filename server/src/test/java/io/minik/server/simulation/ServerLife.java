package io.minik.server.simulation;

import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Transport;
import io.minik.api.meta.Resource;
import io.minik.api.schema.Kinds;
import io.minik.ground.room.Room;
import io.minik.server.authn.User;
import io.minik.server.controllers.Controllers;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.ApiServer;
import io.minik.server.http.DevServer;
import io.minik.server.scheduler.Scheduler;
import io.minik.server.watchcache.FaultyStore;
import io.minik.store.Store;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One run of the server's process, between two starts: API server, controllers, scheduler. */
final class ServerLife {
    private static final Duration MONITOR = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(40);

    final FaultyStore store;
    final ControllerContext controllers;
    final Neighbour neighbour;
    private final MortalLoop loop;
    private final ApiServer server;
    private final Cast cast;
    private final List<Room> rooms = new ArrayList<>();

    ServerLife(SimulatedTime time, Store disk, Cast cast) {
        this.cast = cast;
        store = new FaultyStore(time.vertx(), disk);
        loop = new MortalLoop(time.loop());
        server = DevServer.simulated(time.vertx(), store, time, time.random());
        ApiClient client = new ApiClient(transport(), "kube-controller-manager");
        controllers = ControllerContext.of(loop, client);
        neighbour = new Neighbour(controllers);
    }

    Transport transport() {
        return server.transport(User.system("admin", User.MASTERS));
    }

    Future<Void> start() {
        return server.prepare().compose(prepared -> {
            List<Room> all = Controllers.all(
                    controllers,
                    new Controllers.Config(
                            "PEM",
                            "10.42.0.0/16",
                            24,
                            new BuiltIn(),
                            MONITOR,
                            GRACE,
                            "",
                            new Controllers.Box(true, 6443, Optional.empty(), true, true)));
            rooms.addAll(cast.rooms(controllers, all));
            rooms.add(neighbour);
            rooms.add(new Scheduler(
                    loop,
                    controllers.client(),
                    controllers.informers(),
                    new EventRecorder(loop, controllers.client(), Scheduler.DEFAULT_NAME, ""),
                    Scheduler.DEFAULT_NAME));
            return Future.all(rooms.stream().map(Room::start).toList()).mapEmpty();
        });
    }

    /** What its rooms say of themselves, besides that they are well. */
    List<String> complaints() {
        return rooms.stream()
                .filter(room -> !room.health().ready())
                .map(room -> room.name() + ": " + room.health().message())
                .toList();
    }

    /** The disk fails under it: the process ends, and with it all that it had under way. */
    Future<Void> die() {
        store.halt();
        loop.die();
        controllers.informers().stop();
        return server.stop();
    }

    private record BuiltIn() implements Controllers.Served {
        private static final List<Resource> ALL = Kinds.builtIn().now().watched();

        @Override
        public List<Resource> now() {
            return ALL;
        }

        @Override
        public void onChange(Runnable changed) {}
    }
}
