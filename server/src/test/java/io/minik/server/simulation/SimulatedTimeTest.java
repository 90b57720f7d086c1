package io.minik.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.loop.Loop;
import io.minik.store.Bytes;
import io.minik.store.Txn;
import io.minik.store.memory.MemoryStore;
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
            MemoryStore.Stepped store = MemoryStore.stepped(time.vertx(), time.loop());
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
}
