package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** One object said in JSON, in YAML and in protobuf is one object: equal as trees, before and after it was stored. */
class SameBodyTest {
    private static final Schema SCHEMA = Schema.load();
    private static final long SEED = Long.getLong("seed", 20_360_511L);
    private static final int OBJECTS_PER_KIND = 6;
    /** Deep enough for a container's env of a CronJob; JSONSchemaProps holds itself and ends here. */
    private static final int DEEPEST = 10;

    private final Random random = new Random(SEED);

    @Test
    void bodiesOfEveryKindAreEqualInAllFormats() {
        List<KindRow> kinds = SCHEMA.kinds().stream()
                .filter(kind -> !kind.type().apiVersion().isEmpty())
                .toList();
        assertThat(kinds).hasSizeGreaterThan(60);
        for (KindRow kind : kinds) {
            for (int i = 0; i < OBJECTS_PER_KIND; i++) {
                Type type = kind.type();
                ObjectNode said = struct(type, 0);
                said.put("apiVersion", type.apiVersion()).put("kind", type.simpleName());
                String what = type.name() + ", -Dseed=" + SEED + ": " + said;
                byte[] yaml = new Yaml()
                        .dump(Json.MAPPER.convertValue(said, Object.class))
                        .getBytes(StandardCharsets.UTF_8);
                ObjectNode json = decode(type, Json.bytes(said), Format.JSON);
                assertThat(decode(type, yaml, Format.YAML)).as(what).isEqualTo(json);
                byte[] protobuf = encode(type, json);
                assertThat(decode(type, protobuf, Format.PROTOBUF)).as(what).isEqualTo(json);
                assertThat(decode(type, UpstreamMessages.rewritten(type, protobuf), Format.PROTOBUF))
                        .as(what)
                        .isEqualTo(json);
                assertThat(Json.parseObject(Json.bytes(json))).as(what).isEqualTo(json);
            }
        }
    }

    @Test
    void aNumberIsOneNodeWhoeverSaysIt() {
        ObjectNode put = Json.object();
        put.put("seconds", 300L).put("ratio", 5.0).put("much", 1L << 40).put("part", 0.25);
        put.set("decimal", Json.NODES.numberNode(new BigDecimal("300.0")));
        String text = "{\"seconds\":300,\"ratio\":5.0,\"much\":1099511627776,\"part\":2.5e-1,\"decimal\":3e2}";
        assertThat(put).isEqualTo(Json.parse(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(put)
                .hasToString("{\"seconds\":300,\"ratio\":5,\"much\":1099511627776,\"part\":0.25,\"decimal\":300}");
    }

    private static byte[] encode(Type type, ObjectNode tree) {
        return ProtobufEncoder.object(type, type.apiVersion(), type.simpleName(), Json.bytes(tree));
    }

    private static ObjectNode decode(Type type, byte[] body, Format format) {
        return Decoder.decode(type, body, format, FieldValidation.STRICT).tree();
    }

    private ObjectNode struct(Type type, int depth) {
        ObjectNode object = Json.object();
        for (Field field : type.fields()) {
            if (field.number() > 0 || type.message().stream().noneMatch(own -> own == field)) {
                if (random.nextInt(100) < (depth < 3 ? 70 : 35) && depth < DEEPEST) {
                    object.set(field.name(), shaped(field, depth));
                }
            }
        }
        object.remove(List.of("kind", "apiVersion"));
        return object;
    }

    private JsonNode shaped(Field field, int depth) {
        return switch (field.shape()) {
            case SINGLE -> value(field, depth);
            case LIST -> {
                ArrayNode list = Json.array();
                for (int i = random.nextInt(2) + 1; i > 0; i--) {
                    list.add(value(field, depth));
                }
                yield list;
            }
            case MAP -> Json.object().<ObjectNode>set(word(), value(field, depth));
        };
    }

    /** Never a zero: protobuf has none where Go has no pointer. */
    private JsonNode value(Field field, int depth) {
        return switch (field.kind()) {
            case STRING -> Json.NODES.textNode(word());
            case BOOL -> Json.NODES.booleanNode(true);
            case INT32 -> Json.NODES.numberNode(1 + random.nextInt(Integer.MAX_VALUE - 1));
            case INT64 -> Json.NODES.numberNode(random.nextBoolean() ? 300L : 1L + random.nextLong(Long.MAX_VALUE - 1));
            case DOUBLE ->
                Json.NODES.numberNode(random.nextBoolean() ? 1 + random.nextInt(100) : 1 + random.nextDouble());
            case BYTES ->
                Json.NODES.textNode(Base64.getEncoder().encodeToString(word().getBytes(StandardCharsets.UTF_8)));
            case MESSAGE -> message(field.type(), depth + 1);
        };
    }

    private JsonNode message(Type type, int depth) {
        return switch (type.form()) {
            case STRUCT -> struct(type, depth);
            case QUANTITY -> Json.NODES.textNode((1 + random.nextInt(900)) + (random.nextBoolean() ? "Mi" : "m"));
            case INT_OR_STRING ->
                random.nextBoolean() ? Json.NODES.numberNode(random.nextInt(65_536)) : Json.NODES.textNode("25%");
            case TIME ->
                Json.NODES.textNode(
                        Instant.ofEpochSecond(1 + random.nextInt(2_000_000_000)).toString());
            case MICRO_TIME -> Json.NODES.textNode("2026-01-02T03:04:05.%06dZ".formatted(random.nextInt(1_000_000)));
            case DURATION -> Json.NODES.textNode("1m" + (1 + random.nextInt(58)) + "s");
            case FIELDS -> Json.object().set("f:" + word(), Json.object());
            case RAW, JSON -> Json.object().put(word(), random.nextLong()).put("half", 0.5);
            case STRING_LIST -> Json.array().add(word());
            case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS ->
                struct(
                        type.message().stream()
                                .filter(inner -> inner.structured() && inner.shape() == Field.Shape.SINGLE)
                                .findFirst()
                                .orElseThrow()
                                .type(),
                        depth);
        };
    }

    private String word() {
        return "w" + Integer.toString(1 + random.nextInt(1_000_000), 36);
    }
}
