package io.minik.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    private static final String[] SUFFIXES = {"n", "u", "m", "", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E-2"
    };

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "1000m, 1",
        "0.5, 500m",
        "1.5Gi, 1536Mi",
        "1024, 1024",
        "1Ki, 1Ki",
        "1000, 1k",
        "1500, 1500",
        "1500k, 1500k",
        "2000k, 2M",
        "0.5Mi, 512Ki",
        "100Ki, 100Ki",
        "1e3, 1e3",
        "12E6, 12e6",
        "1.1Ki, 1126400m",
        "0.1n, 1n",
        "1E, 1E",
        "500Mi, 500Mi",
        "1024Mi, 1Gi",
        "-5, -5",
        "0.0001, 100u",
        "512, 512",
        "1Ei, 1Ei",
        "999999999999999999999, 9223372036854775807",
        "1e-12, 1e-9"
    })
    void theCanonicalFormIsKubernetes(String text, String canonical) {
        assertThat(Quantity.parse(text).toString()).isEqualTo(canonical);
    }

    @Test
    void whatIsNoQuantityIsRefusedInKubernetesWords() {
        assertThatThrownBy(() -> Quantity.parse("five"))
                .hasMessage(
                        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        assertThatThrownBy(() -> Quantity.parse("1Kii")).hasMessage("unable to parse quantity's suffix");
        assertThatThrownBy(() -> Quantity.parse("1.1.1")).hasMessage("unable to parse numeric part of quantity");
        assertThat(Quantity.find("")).isEmpty();
    }

    @Test
    void valuesRoundUp() {
        assertThat(Quantity.parse("1500m").value()).isEqualTo(2);
        assertThat(Quantity.parse("0.1m").milliValue()).isEqualTo(1);
        assertThat(Quantity.parse("2Gi").value()).isEqualTo(2L << 30);
        assertThat(Quantity.parse("9E").milliValue()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void canonicalTextsReadBackAsTheSameAmountAndSettleAtOnce() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            int fraction = random.nextInt(4);
            String number = (random.nextBoolean() ? "" : "-")
                    + random.nextInt(100_000)
                    + (fraction == 0 ? "" : "." + random.nextInt(1000));
            Quantity quantity = Quantity.parse(number + SUFFIXES[random.nextInt(SUFFIXES.length)]);
            Quantity again = Quantity.parse(quantity.toString());
            assertThat(again).as("seed %d: %s", seed, quantity).isEqualTo(quantity);
            // A binary amount without a binary suffix that fits, 17216000, is read back as the decimal 17216k.
            assertThat(Quantity.parse(again.toString()).toString())
                    .as("seed %d", seed)
                    .isEqualTo(again.toString());
            assertThat(quantity.add(again).subtract(again)).as("seed %d", seed).isEqualTo(quantity);
        }
    }

    @Test
    void whatIsNoAmountCountsAsNothingWhereOneIsTakenAnyway() {
        assertThat(Quantity.orZero("64Mi").value()).isEqualTo(64L << 20);
        assertThat(Quantity.orZero("100m").milliValue()).isEqualTo(100);
        assertThat(Quantity.orZero("much")).isEqualTo(Quantity.ZERO);
        assertThat(Quantity.orZero("")).isEqualTo(Quantity.ZERO);
    }
}
