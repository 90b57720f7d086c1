package io.minik.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.Txn;
import io.minik.store.memory.MemoryStore;
import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SimulatedTimeTest {
    @Test
    void timersOfVertxAndOfLoopsFollowItsClockAlone() {
        try (SimulatedTime time = new SimulatedTime(1)) {
            Instant start = time.instant();
            List<String> seen = new ArrayList<>();
            Loop loop = time.loop();
            loop.run(() -> loop.every(
                    Duration.ofMinutes(1),
                    () -> seen.add(Duration.between(start, loop.now()).toString())));
            time.vertx()
                    .timer(90, TimeUnit.SECONDS)
                    .onSuccess(late -> seen.add("late " + Duration.between(start, time.instant())));
            time.pass(Duration.ofMinutes(3));
            assertThat(seen).containsExactly("PT1M", "late PT1M30S", "PT2M", "PT3M");
            assertThat(time.instant()).isEqualTo(start.plusSeconds(180));
        }
    }

    @Test
    void workersAndAStoreGoOnWhenTheLoopIsAtRest() {
        try (SimulatedTime time = new SimulatedTime(1)) {
            MemoryStore.Stepped store = MemoryStore.stepped(time.vertx(), time.loop(), StoreLimits.defaults());
            time.alongside(store.writer());
            List<String> seen = new ArrayList<>();
            time.vertx()
                    .executeBlocking(() -> "worked")
                    .onSuccess(seen::add)
                    .compose(done -> store.store().txn(Txn.put(Bytes.utf8("k"), Bytes.utf8("v"))))
                    .onSuccess(written -> seen.add("written at " + written.revision()));
            time.settle();
            assertThat(seen).containsExactly("worked", "written at 2");
        }
    }

    @Test
    void waitingIsBoundedByTheClockOfWhoeverWaits() {
        try (SimulatedTime time = new SimulatedTime(1)) {
            List<String> seen = new ArrayList<>();
            Promise<String> never = Promise.promise();
            Promise<String> soon = Promise.promise();
            time.loop().run(() -> {
                Context here = Vertx.currentContext();
                Loop.within(Duration.ofMinutes(10), never.future())
                        .onFailure(late -> seen.add(
                                late.getClass().getSimpleName() + " here: " + here.equals(Vertx.currentContext())));
                Loop.within(Duration.ofMinutes(10), soon.future())
                        .onSuccess(value -> seen.add(value + " here: " + here.equals(Vertx.currentContext())));
            });
            time.pass(Duration.ofMinutes(9));
            soon.complete("soon");
            time.settle();
            assertThat(seen).containsExactly("soon here: true");
            time.pass(Duration.ofMinutes(2));
            assertThat(seen).containsExactly("soon here: true", "TimeoutException here: true");
            assertThat(time.timers()).isZero();
        }
    }
}
