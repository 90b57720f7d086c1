package io.minik.server.simulation;

import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Another loop, of which it is known what timers were set by way of this one. */
abstract class TimedLoop implements Loop {
    final Set<Timer> pending = new LinkedHashSet<>();
    private final Loop loop;

    TimedLoop(Loop loop) {
        this.loop = loop;
    }

    @Override
    public void run(Runnable task) {
        loop.run(task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Pending timer = new Pending();
        pending.add(timer);
        timer.inner = loop.after(delay, () -> {
            pending.remove(timer);
            task.run();
        });
        return timer;
    }

    private final class Pending implements Timer {
        private Timer inner = NONE;

        @Override
        public void cancel() {
            pending.remove(this);
            inner.cancel();
        }
    }

    @Override
    public Instant now() {
        return loop.now();
    }

    @Override
    public long millis() {
        return loop.millis();
    }

    @Override
    public RandomGenerator random() {
        return loop.random();
    }
}
