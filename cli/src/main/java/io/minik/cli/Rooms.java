package io.minik.cli;

import io.minik.ground.room.Room;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms of a process, each started on the loop that owns it, in list order, and stopped in reverse. */
final class Rooms {
    private static final Logger log = LoggerFactory.getLogger(Rooms.class);

    private final Vertx vertx;
    private final Deque<Owned> started = new ArrayDeque<>();
    private final Promise<Void> failed = Promise.promise();

    private record Owned(Room room, Context context) {}

    Rooms(Vertx vertx) {
        this.vertx = vertx;
    }

    /** A new event loop of ours: a verticle that only lends its context. */
    static Future<Context> loop(Vertx vertx) {
        Promise<Context> lent = Promise.promise();
        return vertx.deployVerticle(new AbstractVerticle() {
                    @Override
                    public void start() {
                        lent.complete(context);
                    }
                })
                .compose(id -> lent.future());
    }

    /** Runs on a loop and hands the outcome on. */
    static <T> Future<T> on(Context context, Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(unused -> {
            try {
                work.get().onComplete(promise);
            } catch (RuntimeException e) {
                promise.fail(e);
            }
        });
        return promise.future();
    }

    /** Starts a room on its loop; remembered for {@link #stop} even if it fails. */
    Future<Void> start(Context context, Room room) {
        synchronized (started) {
            started.push(new Owned(room, context));
        }
        long began = System.nanoTime();
        room.failed().onFailure(failed::tryFail);
        return on(context, room::start).onSuccess(unused -> log.atDebug()
                .addKeyValue("room", room.name())
                .addKeyValue("tookMillis", (System.nanoTime() - began) / 1_000_000)
                .log("room started"));
    }

    /** Fails with the first room that can't go on. */
    Future<Void> failed() {
        return failed.future();
    }

    /** One after the other. */
    Future<Void> startAll(Context context, List<? extends Room> rooms) {
        Future<Void> all = Future.succeededFuture();
        for (Room room : rooms) {
            all = all.compose(unused -> start(context, room));
        }
        return all;
    }

    /** The loops of all rooms, each with the names of those that it owns. */
    Map<Context, String> loops() {
        synchronized (started) {
            Map<Context, String> loops = new LinkedHashMap<>();
            started.descendingIterator()
                    .forEachRemaining(owned ->
                            loops.merge(owned.context(), owned.room().name(), (some, more) -> some + ", " + more));
            return loops;
        }
    }

    List<Room> all() {
        synchronized (started) {
            List<Room> rooms = new ArrayList<>();
            started.descendingIterator().forEachRemaining(owned -> rooms.add(owned.room()));
            return rooms;
        }
    }

    /** Stops all, last started first; one that fails is logged and does not keep the others. */
    Future<Void> stop() {
        Future<Void> all = Future.succeededFuture();
        while (true) {
            Owned next;
            synchronized (started) {
                next = started.poll();
            }
            if (next == null) {
                return all.eventually(vertx::close);
            }
            all = all.compose(unused -> on(next.context(), next.room()::stop).recover(error -> {
                log.atWarn()
                        .addKeyValue("room", next.room().name())
                        .setCause(error)
                        .log("room did not stop in order");
                return Future.succeededFuture();
            }));
        }
    }
}
