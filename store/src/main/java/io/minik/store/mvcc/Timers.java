package io.minik.store.mvcc;

import io.minik.ground.loop.Loop;
import io.minik.store.Txn;
import java.time.Duration;

/** The only two reasons to wake an idle store: a lease that ends, and lazy writes that wait for a sync. The writer's. */
final class Timers {
    private final Loop clock;
    private final WriterQueue writer;
    private Loop.Timer expiry = Loop.Timer.NONE;
    private long expiryMillis = Long.MAX_VALUE;
    private Loop.Timer sync = Loop.Timer.NONE;
    private boolean syncArmed;

    Timers(Loop clock, WriterQueue writer) {
        this.clock = clock;
        this.writer = writer;
    }

    /** A timer that is due no later is left alone: a renewal costs no timer, one early wake-up a TTL finds the new deadline. */
    void armExpiry(long deadlineMillis, WriterQueue.Command expire) {
        if (deadlineMillis < expiryMillis) {
            expiry.cancel();
            expiryMillis = deadlineMillis;
            expiry = clock.after(
                    Duration.ofMillis(deadlineMillis - clock.millis()),
                    () -> writer.addCommand(() -> {
                        if (expiryMillis == deadlineMillis) {
                            expiryMillis = Long.MAX_VALUE;
                            expire.run();
                        }
                    }));
        }
    }

    void armSync(WriterQueue.Command sync) {
        if (!syncArmed) {
            syncArmed = true;
            this.sync = clock.after(
                    Duration.ofSeconds(Txn.LAZY_SECONDS),
                    () -> writer.addCommand(() -> {
                        if (syncArmed) {
                            sync.run();
                        }
                    }));
        }
    }

    void disarmSync() {
        if (syncArmed) {
            syncArmed = false;
            sync.cancel();
        }
    }

    void disarm() {
        disarmSync();
        expiry.cancel();
        expiryMillis = Long.MAX_VALUE;
    }
}
