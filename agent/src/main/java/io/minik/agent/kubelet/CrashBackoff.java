package io.minik.agent.kubelet;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long to wait before something that failed is tried again: 10 s, doubling to 300 s or what else is set, forgotten
 * after 10 quiet minutes. Immutable.
 *
 * @param delay zero: nothing failed yet
 */
record CrashBackoff(Duration delay, Instant updated) {
    static final CrashBackoff NONE = new CrashBackoff(Duration.ZERO, Instant.EPOCH);
    private static final Duration FIRST = Duration.ofSeconds(10);
    /** Upstream's maxContainerRestartPeriod. */
    static final Duration MOST = Duration.ofMinutes(5);

    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /** What is left to wait if it failed at the given time; empty if nothing. */
    Optional<Duration> remaining(Instant failed, Instant now) {
        if (delay.isZero() || Duration.between(updated, failed).compareTo(FORGOTTEN_AFTER) > 0) {
            return Optional.empty();
        }
        Duration left = Duration.between(now, failed.plus(delay));
        return left.isNegative() || left.isZero() ? Optional.empty() : Optional.of(left);
    }

    /** The pause after another try that failed, at most the usual longest. */
    CrashBackoff next(Instant now) {
        return next(now, MOST);
    }

    /** The same with another longest wait, which may be shorter than the usual first one. */
    CrashBackoff next(Instant now, Duration most) {
        boolean first = delay.isZero() || Duration.between(updated, now).compareTo(FORGOTTEN_AFTER) > 0;
        Duration wait = first ? FIRST : delay.multipliedBy(2);
        return new CrashBackoff(wait.compareTo(most) > 0 ? most : wait, now);
    }

    /** What it must be after so many restarts, the last at the given time: for containers that an earlier minik restarted. */
    static CrashBackoff after(int restarts, Instant last, Duration most) {
        CrashBackoff backoff = NONE;
        for (int i = 0; i < restarts && backoff.delay.compareTo(most) < 0; i++) {
            backoff = backoff.next(last, most);
        }
        return backoff;
    }

    /** {@code 10s}, {@code 2m40s}, {@code 5m0s}: as Go prints durations. */
    static String text(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }
}
