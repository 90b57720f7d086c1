package io.minik.ground.loop;

import java.time.Duration;
import java.time.Instant;

/**
 * Seconds that a user gave, as a time. The API takes numbers that no clock can be moved by and that overflow once they are
 * milliseconds: what is further away than a hundred years is a hundred years away.
 */
public final class Seconds {
    public static final Duration CENTURY = Duration.ofDays(36_525);

    private Seconds() {}

    public static Duration duration(long seconds) {
        return Duration.ofSeconds(within(seconds));
    }

    public static long millis(long seconds) {
        return within(seconds) * 1000;
    }

    /** So many seconds later, or earlier. */
    public static Instant after(Instant time, long seconds) {
        return time.plusSeconds(within(seconds));
    }

    /** The delay, or a century. */
    public static Duration atMost(Duration delay) {
        return delay.compareTo(CENTURY) > 0 ? CENTURY : delay;
    }

    private static long within(long seconds) {
        return Math.max(-CENTURY.toSeconds(), Math.min(CENTURY.toSeconds(), seconds));
    }
}
