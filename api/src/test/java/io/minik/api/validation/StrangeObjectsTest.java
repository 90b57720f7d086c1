package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.Field;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random objects of every kind, made from the graph: the way in answers or refuses, it never breaks. */
class StrangeObjectsTest {
    private static final int ROUNDS = 24;
    private static final int DEEPEST = 9;
    private static final Schema SCHEMA = Schema.load();
    private static final List<String> WORDS = List.of(
            "",
            "a",
            "A_b",
            "1",
            "5%",
            "Always",
            "Never",
            "None",
            "10.0.0.1",
            "a/b",
            "../x",
            "ClusterIP",
            "Exists",
            "In",
            "*");

    private static final int LONG = 20_000;

    /** -Xss of the launcher. */
    private static final int STACK_BYTES = 512 * 1024;

    private final Random random;
    private List<String> words = WORDS;
    private final long seed = Long.getLong("seed", System.nanoTime());

    StrangeObjectsTest() {
        random = new Random(seed);
    }

    @Test
    void everyKindIsDecodedDefaultedAndValidatedOrRefused() {
        tryAll(ROUNDS);
    }

    /** What java.util.regex recurses on ends such a thread; what is quadratic shows in the time that this test takes. */
    @Test
    void longTextsAreReadOnASmallStack() throws InterruptedException {
        words = Stream.of("a", "a.", "a-", "1", "a/", "0.", "A_", "-", "1,", "..", ":", "%", "1-2,")
                .map(piece -> piece.repeat(LONG / piece.length()) + "a")
                .toList();
        AtomicReference<Throwable> broken = new AtomicReference<>();
        Thread small = new Thread(null, () -> tryAll(4), "small", STACK_BYTES);
        small.setUncaughtExceptionHandler((thread, error) -> broken.set(error));
        small.start();
        small.join();
        assertThat(broken.get()).as("seed %d", seed).isNull();
    }

    private void tryAll(int rounds) {
        int validated = 0;
        for (KindRow row : SCHEMA.kinds()) {
            Optional<ObjectNode> old = Optional.empty();
            for (int round = 0; round < rounds; round++) {
                ObjectNode tree = object(row.type(), 0, round % 2 == 0 ? 0 : 3);
                tree.remove(List.of("kind", "apiVersion"));
                try {
                    ObjectNode clean = Decoder.decode(row.type(), tree, FieldValidation.WARN)
                            .tree();
                    Defaults.apply(row, clean);
                    ObjectNode again = clean.deepCopy();
                    Defaults.apply(row, again);
                    assertThat(again)
                            .as("seed %d: defaults of %s are idempotent", seed, row.resource())
                            .isEqualTo(clean);
                    assertThat(Decoder.decode(row.type(), clean, FieldValidation.STRICT)
                                    .tree())
                            .as("seed %d: decoding %s is idempotent", seed, row.resource())
                            .isEqualTo(clean);
                    Validator.validate(row, clean, Optional.empty(), "");
                    Validator.validate(row, clean, old, "");
                    old = Optional.of(clean);
                    validated++;
                } catch (ApiException refused) {
                    assertThat(refused.status().code())
                            .as("seed %d: %s", seed, refused.getMessage())
                            .isEqualTo(400);
                } catch (RuntimeException broken) {
                    throw new AssertionError("seed " + seed + ": " + row.resource() + " broke on " + tree, broken);
                }
            }
        }
        assertThat(validated).as("seed %d", seed).isGreaterThan(rounds);
    }

    /** @param mistakes in a hundred values */
    private ObjectNode object(Type type, int depth, int mistakes) {
        ObjectNode tree = Json.object();
        for (Field field : type.fields()) {
            int chance = field.required() ? 90 : depth < 3 ? 45 : 20;
            if (random.nextInt(100) < chance && depth < DEEPEST) {
                tree.set(field.name(), random.nextInt(100) < mistakes ? strange() : field(field, depth, mistakes));
            }
        }
        return tree;
    }

    private JsonNode field(Field field, int depth, int mistakes) {
        return switch (field.shape()) {
            case SINGLE -> value(field, depth, mistakes);
            case LIST -> {
                ArrayNode list = Json.array();
                for (int left = random.nextInt(3); left > 0; left--) {
                    list.add(value(field, depth, mistakes));
                }
                yield list;
            }
            case MAP -> {
                ObjectNode map = Json.object();
                for (int left = random.nextInt(3); left > 0; left--) {
                    map.set(word(), value(field, depth, mistakes));
                }
                yield map;
            }
        };
    }

    private JsonNode value(Field field, int depth, int mistakes) {
        return switch (field.kind()) {
            case STRING -> Json.array().add(word()).get(0);
            case BOOL -> Json.array().add(random.nextBoolean()).get(0);
            case INT32, INT64 -> Json.array().add(random.nextInt(-2, 70_000)).get(0);
            case DOUBLE -> Json.array().add(random.nextDouble()).get(0);
            case BYTES -> Json.array().add("YWJj").get(0);
            case MESSAGE -> message(field.type(), depth, mistakes);
        };
    }

    private JsonNode message(Type type, int depth, int mistakes) {
        return switch (type.form()) {
            case STRUCT -> object(type, depth + 1, mistakes);
            case QUANTITY -> Json.array().add(random.nextInt(-1, 2000) + "m").get(0);
            case INT_OR_STRING ->
                random.nextBoolean()
                        ? Json.array().add(word()).get(0)
                        : Json.array().add(random.nextInt(100)).get(0);
            case TIME, MICRO_TIME -> Json.array().add("2026-01-02T03:04:05Z").get(0);
            case DURATION -> Json.array().add("1m30s").get(0);
            case FIELDS, RAW -> Json.object().put("raw", word());
            case JSON -> strange();
            case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS ->
                Json.object().put("type", "string");
            case STRING_LIST -> Json.array().add(word());
        };
    }

    private JsonNode strange() {
        return switch (random.nextInt(5)) {
            case 0 -> Json.object().put("x", 1);
            case 1 -> Json.array().add(1);
            case 2 -> Json.array().add(true).get(0);
            case 3 -> Json.array().add(1.5).get(0);
            default -> Json.array().add(word()).get(0);
        };
    }

    private String word() {
        return words.get(random.nextInt(words.size()));
    }
}
