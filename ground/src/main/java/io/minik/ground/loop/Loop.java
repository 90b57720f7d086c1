package io.minik.ground.loop;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
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

    /**
     * One step after the other, each in a turn of its own, however fast they end: thousands that complete at once are neither
     * calls within each other nor one long turn. Ends with the first that fails. Call it on the loop. The items are those that
     * there are now: what is passed may change between two turns, as views of informers do.
     */
    default <T> Future<Void> inTurns(Collection<T> items, Function<T, Future<Void>> step) {
        Promise<Void> done = Promise.promise();
        new InTurns<>(this, List.copyOf(items).iterator(), step, done).next();
        return done.future();
    }

    /** The loop of a Vert.x context, on the system's clock. */
    static Loop on(Context context) {
        return new VertxLoop(context);
    }

    /** The loop that calls, or one of its own for a thread that is none. */
    static Loop here(Vertx vertx) {
        return on(vertx.getOrCreateContext());
    }

    /**
     * The same, or a TimeoutException once the time is over, on the loop that calls, whoever completes what is waited for. Vert.x'
     * own timeout of a Future without a context goes off on a thread of nobody's, by no clock that a test could drive.
     */
    static <T> Future<T> within(Duration most, Future<T> waited) {
        Context here = Vertx.currentContext();
        if (waited.isComplete() || here == null) {
            return waited.isComplete() ? waited : waited.timeout(most.toMillis(), TimeUnit.MILLISECONDS);
        }
        Promise<T> first = ((ContextInternal) here).promise();
        Timer timer = on(here).after(
                        most, () -> first.tryFail(new TimeoutException("not done within " + most.toMillis() + " ms")));
        waited.onComplete(done -> {
            timer.cancel();
            if (done.succeeded()) {
                first.tryComplete(done.result());
            } else {
                first.tryFail(done.cause());
            }
        });
        return first.future();
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
