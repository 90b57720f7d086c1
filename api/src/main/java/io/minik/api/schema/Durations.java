package io.minik.api.schema;

import java.time.Duration;

/** Durations as Go writes them: {@code 1m30s}, {@code 250ms}. */
public final class Durations {
    private Durations() {}

    /** @throws IllegalArgumentException in the words of Go's time.ParseDuration */
    public static Duration parse(String text) {
        try {
            return Duration.ofNanos(Scalars.durationNanos(text));
        } catch (Decoder.Mismatch e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
