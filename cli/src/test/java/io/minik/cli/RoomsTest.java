package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.room.Room;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The order of lives: started one after the other, stopped in reverse, each on its own loop, whatever fails. */
class RoomsTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> story = Collections.synchronizedList(new ArrayList<>());
    private final Rooms rooms = new Rooms(vertx);

    private final class Told implements Room {
        private final String name;
        private final Supplier<Future<Void>> start;
        private final Supplier<Future<Void>> stop;
        private final Promise<Void> failed = Promise.promise();

        Told(String name, Supplier<Future<Void>> start, Supplier<Future<Void>> stop) {
            this.name = name;
            this.start = start;
            this.stop = stop;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Future<Void> start() {
            story.add("start " + name);
            return start.get().onComplete(done -> story.add((done.succeeded() ? "started " : "not started ") + name));
        }

        @Override
        public Future<Void> stop() {
            story.add("stop " + name);
            return stop.get();
        }

        @Override
        public Health health() {
            return Health.READY;
        }

        @Override
        public Future<Void> failed() {
            return failed.future();
        }
    }

    private Told room(String name) {
        return new Told(name, Future::succeededFuture, Future::succeededFuture);
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : new CompletionException(failed.getCause());
        }
    }

    @Test
    void roomsStartInOrderAndStopInReverse() throws Exception {
        Context loop = await(Rooms.loop(vertx));
        Promise<Void> slow = Promise.promise();
        Told first = new Told("first", slow::future, Future::succeededFuture);
        Future<Void> all = rooms.startAll(loop, List.of(first, room("second"), room("third")));
        await(Rooms.on(loop, Future::succeededFuture));
        assertThat(story).containsExactly("start first");
        slow.complete();
        await(all);
        assertThat(rooms.all()).extracting(Room::name).containsExactly("first", "second", "third");
        await(rooms.stop());
        assertThat(story)
                .containsExactly(
                        "start first",
                        "started first",
                        "start second",
                        "started second",
                        "start third",
                        "started third",
                        "stop third",
                        "stop second",
                        "stop first");
        assertThat(rooms.all()).isEmpty();
    }

    @Test
    void oneThatDoesNotStartEndsTheStartAndIsStoppedToo() throws Exception {
        Context loop = await(Rooms.loop(vertx));
        Told broken = new Told("broken", () -> Future.failedFuture("the port is taken"), Future::succeededFuture);
        Future<Void> all = rooms.startAll(loop, List.of(room("first"), broken, room("never")));
        assertThatThrownBy(() -> await(all)).hasMessage("the port is taken");
        await(rooms.stop());
        assertThat(story)
                .containsExactly(
                        "start first",
                        "started first",
                        "start broken",
                        "not started broken",
                        "stop broken",
                        "stop first");
    }

    @Test
    void oneThatThrowsHasNotStarted() throws Exception {
        Context loop = await(Rooms.loop(vertx));
        Told broken = new Told(
                "broken",
                () -> {
                    throw new IllegalStateException("no such file");
                },
                Future::succeededFuture);
        assertThatThrownBy(() -> await(rooms.start(loop, broken))).hasMessage("no such file");
    }

    @Test
    void oneThatDoesNotStopKeepsNoOtherFromIt() throws Exception {
        Context loop = await(Rooms.loop(vertx));
        Told stuck = new Told("stuck", Future::succeededFuture, () -> Future.failedFuture("still busy"));
        Told thrower = new Told("thrower", Future::succeededFuture, () -> {
            throw new IllegalStateException("and this");
        });
        await(rooms.startAll(loop, List.of(room("first"), stuck, thrower)));
        await(rooms.stop());
        assertThat(story).endsWith("stop thrower", "stop stuck", "stop first");
    }

    @Test
    void theFirstThatCanNotGoOnIsTold() throws Exception {
        Context loop = await(Rooms.loop(vertx));
        Told one = room("one");
        Told other = room("other");
        await(rooms.startAll(loop, List.of(one, other)));
        assertThat(rooms.failed().isComplete()).isFalse();
        other.failed.fail("the disk is gone");
        one.failed.fail("and later this");
        assertThatThrownBy(() -> await(rooms.failed())).hasMessage("the disk is gone");
    }

    @Test
    void eachRoomLivesOnTheLoopThatItWasGiven() throws Exception {
        Context one = await(Rooms.loop(vertx));
        Context other = await(Rooms.loop(vertx));
        List<Context> seen = Collections.synchronizedList(new ArrayList<>());
        Supplier<Future<Void>> look = () -> {
            seen.add(Vertx.currentContext());
            return Future.succeededFuture();
        };
        await(rooms.start(one, new Told("a", look, look)));
        await(rooms.start(other, new Told("b", look, look)));
        await(rooms.start(one, new Told("c", look, look)));
        assertThat(rooms.loops().values()).containsExactly("a, c", "b");
        await(rooms.stop());
        assertThat(seen).containsExactly(one, other, one, one, other, one);
    }
}
