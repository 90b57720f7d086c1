package io.minik.ground.loop;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * The one context that owns a piece of state, with the time and the chance that it knows: everything that a controller does
 * runs here, one thing after the other. Tests drive one by hand, and replay what chance did.
 */
public interface Loop {
    /** Runs later on this loop, in the order of the calls. From any thread. */
    void run(Runnable task);

    /** Runs on this loop once the delay has passed. Call it on the loop. */
    Timer after(Duration delay, Runnable task);

    /** The hour, which a person may move back and forth. */
    Instant now();

    /** Milliseconds that only go forward; their zero means nothing. */
    long millis();

    /** Chance that nobody's safety hangs on: waits that differ, names that are free. */
    RandomGenerator random();

    /** Runs on this loop again and again, the first time after one period. Call it on the loop. */
    default Timer every(Duration period, Runnable task) {
        return new Periodic(this, period, task).next();
    }

    /** The loop of a Vert.x context, on the system's clock. */
    static Loop on(Context context) {
        return new VertxLoop(context);
    }

    /** The loop that calls, or one of its own for a thread that is none. */
    static Loop here(Vertx vertx) {
        return on(vertx.getOrCreateContext());
    }

    /** A pending {@link #after}. */
    @FunctionalInterface
    interface Timer {
        /** What was never started, or is over. */
        Timer NONE = () -> {};

        /** Idempotent; no effect once it ran. */
        void cancel();
    }
}
