package io.minik.ground.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistogramTest {
    @Test
    void bucketsHoldWhatIsBelowThemToo() {
        Histogram histogram = new Histogram(0.1, 1);
        histogram.record(TimeUnit.MILLISECONDS.toNanos(50));
        histogram.record(TimeUnit.MILLISECONDS.toNanos(100));
        histogram.record(TimeUnit.MILLISECONDS.toNanos(101));
        histogram.record(TimeUnit.SECONDS.toNanos(5));
        StringBuilder text = new StringBuilder();
        histogram.write(text, "took_seconds", "name=\"a\"");
        assertThat(text.toString().lines())
                .containsExactly(
                        "took_seconds_bucket{name=\"a\",le=\"0.1\"} 2",
                        "took_seconds_bucket{name=\"a\",le=\"1\"} 3",
                        "took_seconds_bucket{name=\"a\",le=\"+Inf\"} 4",
                        "took_seconds_sum{name=\"a\"} 5.251",
                        "took_seconds_count{name=\"a\"} 4");
    }

    @Test
    void boundsHaveTheDigitsOfUpstreams() {
        StringBuilder text = new StringBuilder();
        new Histogram(Histogram.exponential(1e-6, 10, 4)).write(text, "x", "a=\"b\"");
        assertThat(text.toString())
                .contains("le=\"1e-06\"", "le=\"9.999999999999999e-06\"", "le=\"9.999999999999999e-05\"");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "12,12", "0.25,0.25", "1e-9,1e-09", "2.5e-7,2.5e-07", "1e300,1e+300"})
    void numbersAreWrittenAsGoDoes(double value, String text) {
        assertThat(Histogram.number(value)).isEqualTo(text);
    }
}
