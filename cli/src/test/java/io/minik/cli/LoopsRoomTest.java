package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopsRoomTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final AtomicLong millis = new AtomicLong(1_000);
    private final LoopsRoom room = new LoopsRoom(() -> Map.of(loop, "scheduler"), millis::get);

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void turn() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        loop.runOnContext(unused -> done.countDown());
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aLoopThatIsHeldIsToldByTheNamesOfItsRooms() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        loop.runOnContext(unused -> {
            held.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(room.health().ready()).isTrue();
        millis.addAndGet(9_000);
        assertThat(room.health().ready()).isTrue();
        millis.addAndGet(3_000);
        assertThat(room.health().message()).isEqualTo("the event loop of scheduler has been held for 12 s");
        assertThat(room.heldMillis()).isEqualTo(12_000);
        release.countDown();
        turn();
        assertThat(room.health().ready()).isTrue();
    }

    @Test
    void aLoopThatTurnsIsWellHoweverRarelyItIsAsked() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(room.health().ready()).isTrue();
            turn();
            millis.addAndGet(3_600_000);
        }
        assertThat(room.heldMillis()).isZero();
    }
}
