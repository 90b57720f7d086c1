package io.minik.runtime.criapi;

import java.time.Instant;

/** CRI's times. */
final class Nanos {
    private static final long PER_SECOND = 1_000_000_000L;

    private Nanos() {}

    /** @return nanoseconds since the epoch */
    static long of(Instant at) {
        return at.getEpochSecond() * PER_SECOND + at.getNano();
    }
}
