package io.minik.server.controllers.autoscaling;

import java.time.Duration;
import java.time.Instant;

/**
 * One pod's figure.
 *
 * @param value in thousandths
 * @param window over which it was measured, ending at the timestamp
 */
record PodMetric(long value, Instant timestamp, Duration window) {
    PodMetric(long value) {
        this(value, Instant.EPOCH, Duration.ZERO);
    }
}
