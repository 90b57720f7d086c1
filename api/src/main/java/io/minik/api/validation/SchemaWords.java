package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** How a schema's JSON says things: which of its words count as said, and which schemas stand below it. */
final class SchemaWords {
    private static final List<String> LISTS = List.of("allOf", "anyOf", "oneOf");
    private static final List<String> MAPS = List.of("properties", "patternProperties", "definitions", "dependencies");

    private SchemaWords() {}

    /** Whether the word is there and more than its zero value. */
    static boolean says(JsonNode schema, String word) {
        JsonNode value = schema.path(word);
        return switch (value.getNodeType()) {
            case MISSING, NULL -> false;
            case BOOLEAN -> value.booleanValue();
            case STRING -> !value.textValue().isEmpty();
            case ARRAY -> !value.isEmpty();
            default -> true;
        };
    }

    static boolean present(JsonNode schema, String word) {
        JsonNode value = schema.path(word);
        return !value.isMissingNode() && !value.isNull();
    }

    static String type(JsonNode schema) {
        return Json.text(schema, "type");
    }

    /** Whether the schema or one below it is such. */
    static boolean any(JsonNode schema, Predicate<JsonNode> wanted) {
        return schema.isObject()
                && (wanted.test(schema) || below(schema).stream().anyMatch(each -> any(each, wanted)));
    }

    private static List<JsonNode> below(JsonNode schema) {
        List<JsonNode> below = new ArrayList<>();
        MAPS.forEach(word -> schema.path(word).forEach(below::add));
        LISTS.forEach(word -> schema.path(word).forEach(below::add));
        below.add(schema.path("not"));
        below.add(schema.path("additionalProperties"));
        below.add(schema.path("additionalItems"));
        if (schema.path("items").isArray()) {
            schema.path("items").forEach(below::add);
        } else {
            below.add(schema.path("items"));
        }
        return below;
    }
}
