package io.minik.server.simulation;

import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The loop of a process that may be killed: what it still meant to do is never done. */
final class MortalLoop implements Loop {
    private final Loop loop;
    private final Set<Pending> timers = new LinkedHashSet<>();
    private boolean dead;

    MortalLoop(Loop loop) {
        this.loop = loop;
    }

    void die() {
        dead = true;
        List.copyOf(timers).forEach(Timer::cancel);
    }

    boolean dead() {
        return dead;
    }

    private Runnable whileAlive(Runnable task) {
        return () -> {
            if (!dead) {
                task.run();
            }
        };
    }

    @Override
    public void run(Runnable task) {
        loop.run(whileAlive(task));
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Pending timer = new Pending();
        timer.inner = loop.after(delay, whileAlive(() -> {
            timers.remove(timer);
            task.run();
        }));
        timers.add(timer);
        return timer;
    }

    private final class Pending implements Timer {
        private Timer inner = NONE;

        @Override
        public void cancel() {
            timers.remove(this);
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
