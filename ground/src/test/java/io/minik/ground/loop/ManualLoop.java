package io.minik.ground.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.random.RandomGenerator;

/** A loop whose tasks and time move only when a test says so. */
public final class ManualLoop implements TestLoop {
    /** More steps than any test needs: beyond it something spins. */
    private static final int MOST_STEPS = 300_000;

    private record Pending(Instant due, long order, Runnable task) {}

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Pending> timers =
            new PriorityQueue<>(Comparator.comparing(Pending::due).thenComparingLong(Pending::order));
    private final Instant start = Instant.parse("2026-01-01T00:00:00Z");
    private final Random random;
    private Instant now = start;
    private long order;

    public ManualLoop() {
        this(0);
    }

    public ManualLoop(long seed) {
        random = new Random(seed);
    }

    @Override
    public void run(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Pending pending = new Pending(now.plus(delay), order++, task);
        timers.add(pending);
        return () -> timers.remove(pending);
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long millis() {
        return Duration.between(start, now).toMillis();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** Runs all that is ready, and what that makes ready, without letting time pass. */
    @Override
    public void settle() {
        for (int step = 0; !tasks.isEmpty(); step++) {
            if (step > MOST_STEPS) {
                throw new AssertionError("the loop does not come to rest");
            }
            tasks.remove().run();
        }
    }

    /** Runs one task; false if there was none. */
    @Override
    public boolean step() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** Lets time pass, with all timers in their order, and settles after each. */
    @Override
    public void advance(Duration by) {
        settle();
        Instant end = now.plus(by);
        while (!timers.isEmpty() && !timers.peek().due().isAfter(end)) {
            Pending next = timers.remove();
            now = next.due();
            next.task().run();
            settle();
        }
        now = end;
    }

    /** How many timers wait: an idle loop has none. */
    @Override
    public int timers() {
        return timers.size();
    }
}
