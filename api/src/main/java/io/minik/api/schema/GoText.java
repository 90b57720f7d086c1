package io.minik.api.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import io.minik.ground.json.Json;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** How Go prints what has no type, and says that it does not fit one: for the errors of patches. */
final class GoText {
    private GoText() {}

    /** As {@code %+v} prints it: {@code map[spec:map[replicas:x]]}. */
    static String of(JsonNode value) {
        if (value.isObject()) {
            TreeMap<String, String> sorted = new TreeMap<>();
            value.properties().forEach(entry -> sorted.put(entry.getKey(), of(entry.getValue())));
            return sorted.entrySet().stream()
                    .map(entry -> entry.getKey() + ":" + entry.getValue())
                    .collect(Collectors.joining(" ", "map[", "]"));
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(GoText::of)
                    .collect(Collectors.joining(" ", "[", "]"));
        }
        return value.isNull() ? "<nil>" : value.asText();
    }

    /** A map as Go writes it in JSON: by its keys' order. */
    static JsonNode sorted(JsonNode value) {
        try {
            return Json.MAPPER.readTree(Json.MAPPER
                    .writer()
                    .with(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
                    .writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree could not be written", e);
        }
    }

    /** @param container slice, map, struct, or empty for a single value */
    static String unconvertible(JsonNode value, String container, String goType) {
        String kind = kind(value);
        if (container.equals("struct")) {
            return "cannot restore struct from: " + kind;
        }
        if (!container.isEmpty()) {
            return "cannot restore " + container + " from " + kind;
        }
        boolean number = kind.equals("int64") || kind.equals("float64");
        boolean converts = number && !goType.equals("bool") && !(kind.equals("float64") && goType.equals("string"));
        return converts ? "cannot convert " + kind + " to " + goType : "unrecognized type: " + goType;
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "slice";
            case OBJECT, POJO -> "map";
            case BOOLEAN -> "bool";
            case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
            case STRING, BINARY -> "string";
            case NULL, MISSING -> "invalid";
        };
    }
}
