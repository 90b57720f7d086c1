package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times, in the form that they come in and in the form that they are kept in. */
class ScalarsTest {
    private static final int ROUNDS = 20_000;
    private static final String LETTERS = "0123456789-:TZ+. ";
    private final long seed = Long.getLong("seed", System.nanoTime());

    private static String time(String text) {
        return Scalars.canonical(Type.Form.TIME, Json.NODES.textNode(text)).textValue();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-30T17:08:09Z, 2026-11-30T17:08:09Z",
        "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
        "2026-11-30T17:08:09.999Z, 2026-11-30T17:08:09Z",
        "2026-11-30T17:08:09+01:00, 2026-11-30T16:08:09Z",
        "2026-12-31T23:59:59Z, 2026-12-31T23:59:59Z"
    })
    void timesAreKeptInSecondsOfUtc(String said, String kept) {
        assertThat(time(said)).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-30T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-00-01T00:00:00Z",
                "2026-01-00T00:00:00Z",
                "2026-01-01T24:00:01Z",
                "2026-01-01T00:60:00Z",
                "2026-01-01T00:00:60Z",
                "2026-01-01 00:00:00Z",
                "2026/01/01T00:00:00Z",
                "2026-01-01T00:00:00X",
                "20260101T000000Z",
                ""
            })
    void whatIsNoTimeIsRefusedInGosWords(String said) {
        assertThat(Scalars.isCanonical(said)).isFalse();
        assertThatThrownBy(() -> time(said))
                .isInstanceOf(Decoder.Mismatch.class)
                .hasMessage("parsing time \"" + said + "\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"" + said
                        + "\" as \"2006\"");
    }

    /** What is taken at a glance is what the long way makes of it. */
    @Test
    void aGlanceIsNeverWrong() {
        Random random = new Random(seed);
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder("2026-11-30T17:08:09Z");
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                text.setCharAt(random.nextInt(text.length()), LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
            if (Scalars.isCanonical(text.toString())) {
                taken++;
                assertThat(OffsetDateTime.parse(text).toInstant().toString())
                        .as("-Dseed=" + seed + " round " + round)
                        .isEqualTo(text.toString());
            } else {
                refusedOrWrittenAnew(text.toString(), round);
            }
        }
        assertThat(taken).as("-Dseed=" + seed).isPositive();
    }

    private void refusedOrWrittenAnew(String text, int round) {
        boolean parses;
        try {
            OffsetDateTime.parse(text);
            parses = true;
        } catch (DateTimeException e) {
            parses = false;
        }
        String told = "-Dseed=" + seed + " round " + round + ": " + text;
        JsonNode value = Json.NODES.textNode(text);
        if (parses) {
            assertThat(Scalars.canonical(Type.Form.TIME, value).isTextual())
                    .as(told)
                    .isTrue();
        } else {
            assertThatThrownBy(() -> Scalars.canonical(Type.Form.TIME, value))
                    .as(told)
                    .isInstanceOf(Decoder.Mismatch.class);
        }
    }
}
