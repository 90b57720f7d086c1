package io.minik.ground.loop;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
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

    @Override
    public long millis() {
        return System.nanoTime() / 1_000_000;
    }

    @Override
    public RandomGenerator random() {
        return CHANCE;
    }
}
