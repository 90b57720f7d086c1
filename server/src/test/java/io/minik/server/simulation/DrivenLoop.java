package io.minik.server.simulation;

import io.minik.ground.loop.Loop;
import io.minik.ground.loop.TestLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** A loop of simulated time that its test moves; it counts the timers that were set on it. */
public final class DrivenLoop implements TestLoop {
    private final SimulatedTime time;
    private final Loop loop;
    private final Set<Pending> timers = new LinkedHashSet<>();

    public DrivenLoop(SimulatedTime time) {
        this.time = time;
        this.loop = time.loop();
    }

    @Override
    public void settle() {
        time.settle();
    }

    @Override
    public boolean step() {
        return time.turn();
    }

    @Override
    public void advance(Duration by) {
        time.pass(by);
    }

    @Override
    public int timers() {
        return timers.size();
    }

    @Override
    public void run(Runnable task) {
        loop.run(task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Pending timer = new Pending();
        timers.add(timer);
        timer.inner = loop.after(delay, () -> {
            timers.remove(timer);
            task.run();
        });
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
