package io.minik.runtime.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class KeyedWorkerTest {
    @Test
    void whatHoldsAllThreadsShowsInTheWaitOfTheOthers() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            WorkerExecutor executor = vertx.createSharedWorkerExecutor("test", 1);
            KeyedWorker worker = new KeyedWorker(executor);
            CountDownLatch began = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            Future<String> hanging = worker.on("a", () -> {
                began.countDown();
                release.await();
                return "a";
            });
            began.await();
            assertThat(worker.waitingMillis()).as("what runs does not wait").isZero();
            Future<String> waiting = worker.on("b", () -> "b");
            while (worker.waitingMillis() < 5) {
                Thread.onSpinWait();
            }
            release.countDown();
            assertThat(hanging.toCompletionStage().toCompletableFuture().get()).isEqualTo("a");
            assertThat(waiting.toCompletionStage().toCompletableFuture().get()).isEqualTo("b");
            assertThat(worker.waitingMillis()).isZero();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }
}
