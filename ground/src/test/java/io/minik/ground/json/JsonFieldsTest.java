package io.minik.ground.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonFieldsTest {
    private static final int ROUNDS = 2000;

    @Test
    void findsWhatTheParserFindsInEveryPlace() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            ObjectNode tree = RandomJson.object(random);
            byte[] json = random.nextBoolean() ? Json.bytes(tree) : bytes(tree.toPrettyString());
            walk(json, tree, new ArrayList<>(), "-Dseed=" + seed + " round " + round);
        }
    }

    private static void walk(byte[] json, ObjectNode tree, List<String> path, String seed) {
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            if (!isPlain(field.getKey())) {
                continue;
            }
            path.add(field.getKey());
            JsonFields.Span place =
                    JsonFields.find(json, path.toArray(String[]::new)).orElseThrow();
            assertThat(Json.parse(json, place)).as(seed).isEqualTo(field.getValue());
            if (field.getValue() instanceof ObjectNode inner) {
                walk(json, inner, path, seed);
            }
            path.remove(path.size() - 1);
        }
        path.add("absent");
        assertThat(JsonFields.find(json, path.toArray(String[]::new))).as(seed).isEmpty();
        path.remove(path.size() - 1);
    }

    /** Written as it is: names are compared as they are written. */
    private static boolean isPlain(String name) {
        return name.chars().noneMatch(each -> each < ' ' || "\"\\<>&".indexOf(each) >= 0);
    }

    @Test
    void tellsTheFieldsInTheirOrder() {
        byte[] json = bytes("{ \"a\" : 1 , \"b\":{\"c\":[1,\"]}\"]},\"d\":null }");
        JsonFields fields = JsonFields.of(json, 0);
        List<String> seen = new ArrayList<>();
        while (fields.next()) {
            seen.add(text(json, fields.field()) + " = " + text(json, fields.value()));
        }
        assertThat(seen)
                .containsExactly("\"a\" : 1 = 1", "\"b\":{\"c\":[1,\"]}\"]} = {\"c\":[1,\"]}\"]}", "\"d\":null = null");
        assertThat(fields.next()).isFalse();
    }

    @Test
    void aPathThroughWhatIsNoObjectLeadsNowhere() {
        byte[] json = bytes("{\"a\":[{\"b\":1}],\"c\":\"{\"}");
        assertThat(JsonFields.find(json, "a", "b")).isEmpty();
        assertThat(JsonFields.find(json, "c", "b")).isEmpty();
        assertThat(JsonFields.find(bytes(" {}"), "a")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[1]",
                "{",
                "{\"a",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":}",
                "{\"a\":[1",
                "{\"a\":\"x",
                "{\"b\":1",
                "{\"b\":1 2}",
                "{1:2}"
            })
    void whatIsNotWholeIsRefused(String text) {
        assertThatThrownBy(() -> JsonFields.find(bytes(text), "a").orElseThrow())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a JSON object");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json, JsonFields.Span place) {
        return new String(json, place.from(), place.length(), StandardCharsets.UTF_8);
    }
}
