package io.minik.ground.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SecondsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void usualOnesAreWhatTheySay() {
        assertThat(Seconds.millis(30)).isEqualTo(30_000);
        assertThat(Seconds.duration(30)).isEqualTo(Duration.ofSeconds(30));
        assertThat(Seconds.after(NOW, 30)).isEqualTo(NOW.plusSeconds(30));
        assertThat(Seconds.after(NOW, -30)).isEqualTo(NOW.minusSeconds(30));
        assertThat(Seconds.atMost(Duration.ofDays(1))).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void whatNoClockCanBeMovedByIsAHundredYears() {
        for (long seconds : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 1000, Long.MAX_VALUE / 1000 + 1, 1L << 40}) {
            assertThat(Seconds.millis(seconds)).isEqualTo(Seconds.CENTURY.toMillis());
            assertThat(Seconds.duration(seconds)).isEqualTo(Seconds.CENTURY);
            assertThat(Seconds.after(NOW, seconds)).isEqualTo("2126-01-02T00:00:00Z");
        }
        assertThat(Seconds.after(NOW, Long.MIN_VALUE)).isEqualTo(NOW.minus(Seconds.CENTURY));
        assertThat(Seconds.atMost(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Seconds.CENTURY);
    }
}
