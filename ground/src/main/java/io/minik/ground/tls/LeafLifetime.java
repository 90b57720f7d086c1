package io.minik.ground.tls;

import java.time.Duration;
import java.time.Instant;

/** How long certificates of this cluster's own live, and when they are made anew. @param length from issue to end */
public record LeafLifetime(Duration length) {
    public static final LeafLifetime YEAR = new LeafLifetime(Duration.ofDays(365));

    /** A device that is off for a season still starts. */
    private static final Duration MOST_BEFORE = Duration.ofDays(120);

    private static final Duration MOST_BETWEEN = Duration.ofDays(1);
    private static final int PARTS_BEFORE = 3;
    private static final int LOOKS_BEFORE = 4;

    /** Whether what ends then should be made anew now: 120 days before, or a third of a shorter life. */
    public boolean due(Instant end, Instant now) {
        return now.plus(before()).isAfter(end);
    }

    private Duration before() {
        return least(MOST_BEFORE, length.dividedBy(PARTS_BEFORE));
    }

    /** How often to look: daily, and several times before the end of a shorter life. */
    public Duration lookEvery() {
        return least(MOST_BETWEEN, before().dividedBy(LOOKS_BEFORE));
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
