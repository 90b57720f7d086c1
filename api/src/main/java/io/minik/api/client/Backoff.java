package io.minik.api.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential delays: first, first*2, … up to a ceiling, each stretched by up to {@code jitter} of itself so that many
 * clients of a server that came back do not knock together. Owned by one loop.
 */
public final class Backoff {
    private final long firstMillis;
    private final long mostMillis;
    private final double jitter;
    private final RandomGenerator random;
    private int failures;

    public Backoff(Duration first, Duration most, double jitter, RandomGenerator random) {
        this.firstMillis = first.toMillis();
        this.mostMillis = most.toMillis();
        this.jitter = jitter;
        this.random = random;
    }

    /** The delay before the next try; each call counts one failure more. */
    public Duration next() {
        long plain = exponential(firstMillis, mostMillis, failures++);
        return Duration.ofMillis(plain + (long) (plain * jitter * random.nextDouble()));
    }

    public void reset() {
        failures = 0;
    }

    /** {@code min(most, first * 2^failures)} without overflow. */
    static long exponential(long first, long most, int failures) {
        long delay = first;
        for (int i = 0; i < failures && delay < most; i++) {
            delay *= 2;
        }
        return Math.min(delay, most);
    }
}
