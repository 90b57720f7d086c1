package io.minik.store;

import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Time that goes when the test says so. */
public final class DrivenClock implements Loop {
    private record Pending(long atMillis, Runnable action) {}

    private final List<Pending> timers = new ArrayList<>();
    private final Random random = new Random(0);
    private long now = 1_000_000;

    @Override
    public synchronized long millis() {
        return now;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable action) {
        Pending timer = new Pending(now + delay.toMillis(), action);
        timers.add(timer);
        return () -> cancel(timer);
    }

    @Override
    public void run(Runnable task) {
        task.run();
    }

    @Override
    public synchronized Instant now() {
        return Instant.ofEpochMilli(now);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    private synchronized void cancel(Pending timer) {
        timers.remove(timer);
    }

    public synchronized int armed() {
        return timers.size();
    }

    /** Goes forward and runs what is due, on this thread. */
    public void advance(long millis) {
        due(millis).forEach(timer -> timer.action().run());
    }

    private synchronized List<Pending> due(long millis) {
        now += millis;
        List<Pending> due =
                timers.stream().filter(timer -> timer.atMillis() <= now).toList();
        timers.removeAll(due);
        return due;
    }
}
