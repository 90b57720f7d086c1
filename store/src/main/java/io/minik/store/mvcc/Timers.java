package io.minik.store.mvcc;

import io.minik.store.Txn;
import org.jspecify.annotations.Nullable;

/** The only two reasons to wake an idle store: a lease that ends, and lazy writes that wait for a sync. The writer's. */
final class Timers {
    private final StoreClock clock;
    private final WriterQueue writer;
    private @Nullable Runnable cancelExpiry;
    private long expiryMillis = Long.MAX_VALUE;
    private @Nullable Runnable cancelSync;
    private boolean syncArmed;

    Timers(StoreClock clock, WriterQueue writer) {
        this.clock = clock;
        this.writer = writer;
    }

    /** A timer that is due no later is left alone: a renewal costs no timer, one early wake-up a TTL finds the new deadline. */
    void armExpiry(long deadlineMillis, WriterQueue.Command expire) {
        if (deadlineMillis < expiryMillis) {
            cancel(cancelExpiry);
            expiryMillis = deadlineMillis;
            cancelExpiry = clock.after(
                    deadlineMillis - clock.millis(),
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
            cancelSync = clock.after(
                    Txn.LAZY_SECONDS * 1000L,
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
            cancel(cancelSync);
        }
    }

    void disarm() {
        disarmSync();
        cancel(cancelExpiry);
        expiryMillis = Long.MAX_VALUE;
    }

    private static void cancel(@Nullable Runnable timer) {
        if (timer != null) {
            timer.run();
        }
    }
}
