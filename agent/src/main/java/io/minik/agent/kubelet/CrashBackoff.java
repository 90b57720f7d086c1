package io.minik.agent.kubelet;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long to wait before something that failed is tried again: 10 s, doubling to 300 s, forgotten after 10 quiet
 * minutes. Immutable.
 *
 * @param delay zero: nothing failed yet
 */
record CrashBackoff(Duration delay, Instant updated) {
    static final CrashBackoff NONE = new CrashBackoff(Duration.ZERO, Instant.EPOCH);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofMinutes(5);
    private static final Duration FORGOTTEN_AFTER = MOST.multipliedBy(2);

    /** What is left to wait if it failed at the given time; empty if nothing. */
    Optional<Duration> remaining(Instant failed, Instant now) {
        if (delay.isZero() || Duration.between(updated, failed).compareTo(FORGOTTEN_AFTER) > 0) {
            return Optional.empty();
        }
        Duration left = Duration.between(now, failed.plus(delay));
        return left.isNegative() || left.isZero() ? Optional.empty() : Optional.of(left);
    }

    /** Another try begins. */
    CrashBackoff next(Instant now) {
        if (delay.isZero() || Duration.between(updated, now).compareTo(FORGOTTEN_AFTER) > 0) {
            return new CrashBackoff(FIRST, now);
        }
        Duration doubled = delay.multipliedBy(2);
        return new CrashBackoff(doubled.compareTo(MOST) > 0 ? MOST : doubled, now);
    }

    /** What it must be after so many restarts, the last at the given time: for containers that an earlier minik restarted. */
    static CrashBackoff after(int restarts, Instant last) {
        CrashBackoff backoff = NONE;
        for (int i = 0; i < restarts && backoff.delay.compareTo(MOST) < 0; i++) {
            backoff = backoff.next(last);
        }
        return backoff;
    }

    /** {@code 10s}, {@code 2m40s}, {@code 5m0s}: as Go prints durations. */
    static String text(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }
}
