package io.minik.ground.loop;

import java.time.Duration;

/** A task that starts its own timer anew before each run: one that throws goes on all the same. */
final class Periodic implements Loop.Timer {
    private final Loop loop;
    private final Duration period;
    private final Runnable task;
    private Loop.Timer pending = NONE;
    private volatile boolean cancelled;

    Periodic(Loop loop, Duration period, Runnable task) {
        this.loop = loop;
        this.period = period;
        this.task = task;
    }

    Periodic next() {
        pending = loop.after(period, this::tick);
        return this;
    }

    private void tick() {
        if (!cancelled) {
            next();
            task.run();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        pending.cancel();
    }
}
