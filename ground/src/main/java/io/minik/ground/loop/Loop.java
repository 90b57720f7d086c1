package io.minik.ground.loop;

import io.vertx.core.Context;
import java.time.Duration;
import java.time.Instant;

/**
 * The one context that owns a piece of state, and the time that passes on it: everything that a controller does runs
 * here, one thing after the other. Tests drive one by hand.
 */
public interface Loop {
    /** Runs later on this loop, in the order of the calls. From any thread. */
    void run(Runnable task);

    /** Runs on this loop once the delay has passed. Call it on the loop. */
    Timer after(Duration delay, Runnable task);

    Instant now();

    /** The loop of a Vert.x context, on the system's clock. */
    static Loop on(Context context) {
        return new VertxLoop(context);
    }

    /** A pending {@link #after}. */
    @FunctionalInterface
    interface Timer {
        /** Idempotent; no effect once it ran. */
        void cancel();
    }
}
