package io.minik.store;

import io.minik.store.mvcc.StoreClock;
import java.util.ArrayList;
import java.util.List;

/** Time that goes when the test says so. */
public final class DrivenClock implements StoreClock {
    private record Timer(long atMillis, Runnable action) {}

    private final List<Timer> timers = new ArrayList<>();
    private long now = 1_000_000;

    @Override
    public synchronized long millis() {
        return now;
    }

    @Override
    public synchronized Runnable after(long delayMillis, Runnable action) {
        Timer timer = new Timer(now + delayMillis, action);
        timers.add(timer);
        return () -> cancel(timer);
    }

    private synchronized void cancel(Timer timer) {
        timers.remove(timer);
    }

    public synchronized int armed() {
        return timers.size();
    }

    /** Goes forward and runs what is due, on this thread. */
    public void advance(long millis) {
        due(millis).forEach(timer -> timer.action().run());
    }

    private synchronized List<Timer> due(long millis) {
        now += millis;
        List<Timer> due =
                timers.stream().filter(timer -> timer.atMillis() <= now).toList();
        timers.removeAll(due);
        return due;
    }
}
