package io.minik.ground.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LeafLifetimeTest {
    private static final Instant END = Instant.parse("2027-01-01T00:00:00Z");

    @Test
    void aYearsCertificateIsDue120DaysBeforeItsEnd() {
        assertThat(LeafLifetime.YEAR.due(END, END.minus(Duration.ofDays(121)))).isFalse();
        assertThat(LeafLifetime.YEAR.due(END, END.minus(Duration.ofDays(119)))).isTrue();
        assertThat(LeafLifetime.YEAR.lookEvery()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void aShortLifeIsRenewedInItsLastThird() {
        LeafLifetime minute = new LeafLifetime(Duration.ofMinutes(1));
        assertThat(minute.due(END, END.minusSeconds(21))).isFalse();
        assertThat(minute.due(END, END.minusSeconds(19))).isTrue();
        assertThat(minute.lookEvery()).isEqualTo(Duration.ofSeconds(5));
    }
}
