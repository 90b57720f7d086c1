package io.minik.agent.logs;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** core/v1 PodLogOptions as a file reader wants them. @param stream {@code stdout}, {@code stderr}, or empty for both */
public record LogOptions(
        boolean follow,
        OptionalLong tailLines,
        Optional<Instant> since,
        boolean timestamps,
        OptionalLong limitBytes,
        String stream) {
    public static final LogOptions ALL =
            new LogOptions(false, OptionalLong.empty(), Optional.empty(), false, OptionalLong.empty(), "");
}
