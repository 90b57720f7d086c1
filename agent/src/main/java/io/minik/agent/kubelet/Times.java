package io.minik.agent.kubelet;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Instants between the runtime (nanoseconds since the epoch) and the API (RFC 3339, whole seconds). */
final class Times {
    private static final long NANOS = 1_000_000_000L;

    private Times() {}

    static Instant ofNanos(long nanos) {
        return Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    }

    static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    static String text(long nanos) {
        return nanos == 0 ? "" : text(ofNanos(nanos));
    }

    static Optional<Instant> parse(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
