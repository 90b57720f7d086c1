package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.PackedSchema;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random structural schemas, with random objects that fit them and some that do not in one place. */
class RandomSchemaTest {
    private static final int ROUNDS = 300;
    private static final Schema BUILT_IN = Schema.load();
    private static final Resource RESOURCE = new Resource("example.com", "v1", "widgets", "Widget", true);

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    private ObjectNode schema(int depth) {
        ObjectNode schema = Json.object();
        switch (random.nextInt(depth > 2 ? 4 : 7)) {
            case 0 -> schema.put("type", "string").put("maxLength", 5);
            case 1 -> schema.put("type", "integer").put("minimum", -3).put("maximum", 9);
            case 2 -> schema.put("type", "boolean");
            case 3 -> schema.put("x-kubernetes-int-or-string", true);
            case 4 -> schema.put("type", "array").put("maxItems", 3).set("items", schema(depth + 1));
            case 5 -> schema.put("type", "object").set("additionalProperties", schema(depth + 1));
            default -> {
                schema.put("type", "object");
                struct(schema, depth);
            }
        }
        if (random.nextInt(5) == 0) {
            schema.put("nullable", true);
        }
        return schema;
    }

    private void struct(ObjectNode schema, int depth) {
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (int at = random.nextInt(4); at >= 0; at--) {
            ObjectNode part = schema(depth + 1);
            properties.set("f" + at, part);
            if (random.nextInt(3) == 0) {
                part.set("default", value(part));
            }
            if (random.nextInt(3) == 0) {
                required.add("f" + at);
            }
        }
    }

    /** One that fits. */
    private JsonNode value(JsonNode schema) {
        if (schema.path("nullable").asBoolean(false) && random.nextInt(4) == 0) {
            return Json.NODES.nullNode();
        }
        return switch (Json.text(schema, "type")) {
            case "string" -> Json.NODES.textNode("abcde".substring(random.nextInt(6)));
            case "integer" -> Json.NODES.numberNode(random.nextInt(13) - 3);
            case "boolean" -> Json.NODES.booleanNode(random.nextBoolean());
            case "array" -> {
                ArrayNode list = Json.array();
                for (int left = random.nextInt(4); left > 0; left--) {
                    list.add(value(schema.path("items")));
                }
                yield list;
            }
            case "object" -> object(schema);
            default -> random.nextBoolean() ? Json.NODES.numberNode(1) : Json.NODES.textNode("1%");
        };
    }

    private ObjectNode object(JsonNode schema) {
        ObjectNode object = Json.object();
        List<String> required = Json.stringList(schema, "required");
        schema.path("properties").properties().forEach(part -> {
            if (required.contains(part.getKey()) || random.nextBoolean()) {
                object.set(part.getKey(), value(part.getValue()));
            }
        });
        if (schema.has("additionalProperties")) {
            object.set("k", value(schema.path("additionalProperties")));
        }
        return object;
    }

    private static ObjectNode widget(JsonNode spec) {
        ObjectNode tree = Json.object().put("apiVersion", "example.com/v1").put("kind", "Widget");
        tree.putObject("metadata").put("name", "w").put("namespace", "n");
        tree.set("spec", spec);
        return tree;
    }

    private static ObjectNode whole(KindRow kind, ObjectNode tree, FieldValidation level) {
        ObjectNode decoded = Decoder.decode(kind.type(), tree, level).tree();
        Defaults.apply(kind, decoded);
        return decoded;
    }

    private static List<Cause> errors(KindRow kind, ObjectNode tree) {
        return Validator.validate(kind, tree, Optional.empty(), "");
    }

    @Test
    void whatFitsIsTakenAndStaysAsItIsAndWhatDoesNotIsToldWhereItIs() {
        for (int round = 0; round < ROUNDS; round++) {
            ObjectNode spec = Json.object().put("type", "object");
            struct(spec, 0);
            ((ObjectNode) spec.path("properties"))
                    .putObject("n")
                    .put("type", "integer")
                    .put("maximum", 9);
            ObjectNode schema = Json.object().put("type", "object");
            schema.putObject("properties").set("spec", spec);
            KindRow kind = new AddedKind(
                            RESOURCE,
                            new AddedKind.Words("widget", "WidgetList", List.of(), List.of()),
                            RESOURCE,
                            PackedSchema.of(schema),
                            false,
                            Optional.empty(),
                            AddedKind.Versions.ONE,
                            false,
                            Optional.empty(),
                            List.of())
                    .row(BUILT_IN);
            ObjectNode fits = widget(object(spec));
            String told = "-Dseed=" + seed + " round " + round + ": " + fits + " against " + schema;

            ObjectNode once = whole(kind, fits.deepCopy(), FieldValidation.STRICT);
            assertThat(errors(kind, once)).as(told).isEmpty();
            assertThat(whole(kind, once.deepCopy(), FieldValidation.STRICT))
                    .as(told)
                    .isEqualTo(once);

            ObjectNode wide = fits.deepCopy();
            ((ObjectNode) wide.path("spec")).put("stranger", 1);
            assertThat(whole(kind, wide, FieldValidation.IGNORE)).as(told).isEqualTo(once);

            ObjectNode wrong = once.deepCopy();
            ((ObjectNode) wrong.path("spec")).put("n", 10);
            assertThat(errors(kind, wrong)).as(told).extracting(Cause::field).containsExactly("spec.n");
            assertThat(Validator.validate(kind, wrong, Optional.of(wrong.deepCopy()), ""))
                    .as(told)
                    .isEmpty();
        }
    }
}
