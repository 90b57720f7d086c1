package io.minik.ground.loop;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** A Vert.x context as a {@link Loop}. */
record VertxLoop(Context context) implements Loop {
    /** Any thread may hold it: each draws from its own. */
    private static final RandomGenerator CHANCE =
            () -> ThreadLocalRandom.current().nextLong();

    @Override
    public void run(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Vertx vertx = context.owner();
        // Vert.x takes no delay below 1 ms.
        long id = vertx.setTimer(Math.max(1, Seconds.atMost(delay).toMillis()), ignored -> {
            if (context.equals(Vertx.currentContext())) {
                task.run();
            } else {
                run(task);
            }
        });
        return () -> vertx.cancelTimer(id);
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    /** By the clock of the loop's timers, so that a deadline and its timer agree. */
    @Override
    public long millis() {
        return ((ContextInternal) context).nettyEventLoop().ticker().nanoTime() / 1_000_000;
    }

    @Override
    public RandomGenerator random() {
        return CHANCE;
    }
}
