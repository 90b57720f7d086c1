package io.minik.store.mvcc;

import io.vertx.core.Vertx;

/** Time for leases and lazy syncs: tests drive their own. */
public interface StoreClock {
    /** Milliseconds that only go forward; their zero means nothing. */
    long millis();

    /**
     * Runs the action once, later, on some thread that must not be blocked.
     *
     * @return cancels it if it has not run
     */
    Runnable after(long delayMillis, Runnable action);

    static StoreClock of(Vertx vertx) {
        return new StoreClock() {
            @Override
            public long millis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public Runnable after(long delayMillis, Runnable action) {
                long timer = vertx.setTimer(Math.max(1, delayMillis), fired -> action.run());
                return () -> vertx.cancelTimer(timer);
            }
        };
    }
}
