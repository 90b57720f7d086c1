package io.minik.ground.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoopTest {
    private final ManualLoop loop = new ManualLoop();

    @Test
    void aPeriodicTaskRunsOnceAPeriodUntilItIsCancelled() {
        List<Instant> ran = new ArrayList<>();
        Instant start = loop.now();
        Loop.Timer timer = loop.every(Duration.ofSeconds(10), () -> ran.add(loop.now()));
        loop.advance(Duration.ofSeconds(35));
        assertEquals(List.of(start.plusSeconds(10), start.plusSeconds(20), start.plusSeconds(30)), ran);
        timer.cancel();
        loop.advance(Duration.ofMinutes(5));
        assertEquals(3, ran.size());
        assertEquals(0, loop.timers());
    }

    @Test
    void aPeriodicTaskThatThrowsRunsAgain() {
        List<Instant> ran = new ArrayList<>();
        loop.every(Duration.ofSeconds(1), () -> {
            ran.add(loop.now());
            throw new IllegalStateException("this time");
        });
        assertThrows(IllegalStateException.class, () -> loop.advance(Duration.ofSeconds(1)));
        assertThrows(IllegalStateException.class, () -> loop.advance(Duration.ofSeconds(1)));
        assertEquals(2, ran.size());
    }

    @Test
    void aPeriodicTaskMayCancelItself() {
        List<Loop.Timer> self = new ArrayList<>();
        List<Instant> ran = new ArrayList<>();
        self.add(loop.every(Duration.ofSeconds(1), () -> {
            ran.add(loop.now());
            self.get(0).cancel();
        }));
        loop.advance(Duration.ofSeconds(10));
        assertEquals(1, ran.size());
        assertEquals(0, loop.timers());
    }

    @Test
    void aHundredThousandStepsThatEndAtOnceAreTakenInOrder() {
        List<Integer> taken = new ArrayList<>();
        List<Integer> items = IntStream.range(0, 100_000).boxed().toList();
        Promise<Void> first = Promise.promise();
        Future<Void> done = loop.inTurns(items, item -> {
            taken.add(item);
            return item == 0 ? first.future() : Future.succeededFuture();
        });
        loop.settle();
        assertEquals(List.of(0), taken);
        first.complete();
        loop.settle();
        assertTrue(done.succeeded());
        assertEquals(items, taken);
    }

    /** Informers give out views of what they know, which changes between two turns. */
    @Test
    void stepsInTurnsGoByWhatThereWasAtFirst() {
        List<Integer> items = new ArrayList<>(List.of(1, 2, 3));
        List<Integer> seen = new ArrayList<>();
        Future<Void> done = loop.inTurns(items, item -> {
            seen.add(item);
            items.add(item + 10);
            return Future.succeededFuture();
        });
        loop.settle();
        assertTrue(done.succeeded());
        assertEquals(List.of(1, 2, 3), seen);
    }

    @Test
    void theFirstStepThatFailsIsTheLast() {
        List<Integer> taken = new ArrayList<>();
        Future<Void> done = loop.inTurns(List.of(1, 2, 3), item -> {
            taken.add(item);
            if (item == 2) {
                throw new IllegalStateException("two");
            }
            return Future.succeededFuture();
        });
        loop.settle();
        assertEquals("two", done.cause().getMessage());
        assertEquals(List.of(1, 2), taken);
    }

    @Test
    void aSeedReplaysItsChance() {
        assertEquals(Uuids.next(new ManualLoop(7).random()), Uuids.next(new ManualLoop(7).random()));
        assertNotEquals(Uuids.next(new ManualLoop(7).random()), Uuids.next(new ManualLoop(8).random()));
    }

    @Test
    void namesAreOfVersionFour() {
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            UUID name = Uuids.next(random);
            assertEquals(4, name.version());
            assertEquals(2, name.variant());
        }
    }

    @Test
    void aVertxLoopTicksOnItsOwnContext() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Context context = vertx.getOrCreateContext();
            CountDownLatch ticks = new CountDownLatch(3);
            List<Boolean> own = new CopyOnWriteArrayList<>();
            Loop real = Loop.on(context);
            real.every(Duration.ofMillis(1), () -> {
                own.add(context.equals(Vertx.currentContext()));
                ticks.countDown();
            });
            assertTrue(ticks.await(10, TimeUnit.SECONDS));
            assertTrue(own.stream().limit(3).allMatch(each -> each));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
