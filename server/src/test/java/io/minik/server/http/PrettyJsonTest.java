package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrettyJsonTest {
    private static String pretty(List<byte[]> pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PrettyJson(pieces.iterator()).forEachRemaining(out::writeBytes);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<byte[]> cut(byte[] whole, Random random) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < whole.length; ) {
            int end = Math.min(whole.length, at + random.nextInt(9));
            pieces.add(Arrays.copyOfRange(whole, at, end));
            at = end;
        }
        return pieces;
    }

    @Test
    void valuesStandInLinesAndWhatIsEmptyInOne() {
        String compact = "{\"a\":\"x,y:{}\",\"b\":[1,{\"c\":\"\\\"\\\\\"}],\"d\":{},\"e\":[ ]}\n";
        assertThat(pretty(List.of(compact.getBytes(StandardCharsets.UTF_8)))).isEqualTo("""
                        {
                          "a": "x,y:{}",
                          "b": [
                            1,
                            {
                              "c": "\\"\\\\"
                            }
                          ],
                          "d": {},
                          "e": []
                        }""");
    }

    @Test
    void whatIsReadIsTheSameHoweverItIsCut() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            JsonNode value = value(random, 5);
            assertThat(Json.parse(pretty(cut(Json.bytes(value), random)).getBytes(StandardCharsets.UTF_8)))
                    .as("seed " + seed)
                    .isEqualTo(value);
        }
    }

    private static JsonNode value(Random random, int depth) {
        int kind = depth == 0 ? random.nextInt(3) : random.nextInt(5);
        return switch (kind) {
            case 0 -> Json.object().numberNode(random.nextInt());
            case 1 -> Json.object().textNode("\"\\ {}[],:é\n".substring(random.nextInt(10)));
            case 2 -> Json.object().nullNode();
            case 3 -> {
                ObjectNode object = Json.object();
                for (int at = random.nextInt(4); at > 0; at--) {
                    object.set("k" + at, value(random, depth - 1));
                }
                yield object;
            }
            default -> {
                ArrayNode list = Json.object().putArray("list");
                for (int at = random.nextInt(4); at > 0; at--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
        };
    }

    @Test
    void depthMakesNoAnswerLong() {
        int levels = 900;
        byte[] deep = ("[0,".repeat(levels) + "0" + "]".repeat(levels)).getBytes(StandardCharsets.UTF_8);
        assertThat(pretty(List.of(deep))).hasSizeLessThan(levels * 3 * 80);
    }

    @ParameterizedTest
    @CsvSource({
        "'', curl/8.5.0, true",
        "'', Wget/1.21, true",
        "'', Mozilla/5.0 (X11), true",
        "'', kubectl/v1.32.4, false",
        "'', '', false",
        "true, kubectl/v1.32.4, true",
        "1, '', true",
        "false, curl/8.5.0, false",
        "perhaps, curl/8.5.0, false",
    })
    void whoeverAsksForItOrReadsHimselfGetsIt(String parameter, String agent, boolean expected) {
        assertThat(PrettyJson.isAsked(parameter, agent)).isEqualTo(expected);
    }
}
