package io.minik.server.resourcemetrics;

import java.time.Duration;
import java.util.Optional;

/**
 * A node's or a container's counters at one moment.
 *
 * @param atMillis of the kubelet's clock
 * @param cpuSeconds used since the start of what is measured
 * @param memoryBytes the working set
 * @param startedMillis when what is measured began; 0 if nobody said
 */
record Reading(long atMillis, double cpuSeconds, long memoryBytes, long startedMillis) {
    private static final double NANOS = 1e9;

    /** Less than this is more noise than time. */
    private static final long LEAST_MILLIS = 500;

    /** What a reading says together with the one before it. @param window that the rate is over */
    record Usage(long cpuNanos, long memoryBytes, long atMillis, Duration window) {}

    /** Empty as long as there is nothing to divide by. @param before of the same thing, if it was there */
    Optional<Usage> since(Optional<Reading> before) {
        Optional<Reading> earlier = before.filter(
                reading -> reading.startedMillis() == startedMillis && reading.cpuSeconds() <= cpuSeconds);
        long from = earlier.map(Reading::atMillis).orElse(startedMillis);
        long millis = atMillis - from;
        if (from == 0 || millis < LEAST_MILLIS) {
            return Optional.empty();
        }
        double used = cpuSeconds - earlier.map(Reading::cpuSeconds).orElse(0.0);
        long nanos = Math.round(used * NANOS / Duration.ofMillis(millis).toNanos() * NANOS);
        return Optional.of(new Usage(nanos, memoryBytes, atMillis, Duration.ofMillis(millis)));
    }
}
