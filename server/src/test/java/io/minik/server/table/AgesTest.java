package io.minik.server.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "119,119s",
        "120,2m",
        "125,2m5s",
        "599,9m59s",
        "600,10m",
        "10799,179m",
        "10800,3h",
        "11100,3h5m",
        "28800,8h",
        "172799,47h",
        "172800,2d",
        "176400,2d1h",
        "691200,8d",
        "63072000,2y",
        "68256000,2y60d",
        "252288000,8y",
        "-1,0s",
        "-5,<invalid>"
    })
    void shortensAsKubectlDoes(long seconds, String expected) {
        assertThat(Ages.human(Duration.ofSeconds(seconds))).isEqualTo(expected);
    }

    @Test
    void saysUnknownForAnAbsentOrBrokenTime() {
        assertThat(Ages.of("", Instant.EPOCH)).isEqualTo("<unknown>");
        assertThat(Ages.of("yesterday", Instant.EPOCH)).isEqualTo("<unknown>");
        assertThat(Ages.of("1970-01-01T00:00:00Z", Instant.ofEpochSecond(60))).isEqualTo("60s");
    }
}
