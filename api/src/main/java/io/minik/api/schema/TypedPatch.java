package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether what is applied fits its type. Unlike other bodies it is not pruned: a field that the type does not have is an
 * error whatever fieldValidation says, since nobody could own it. The words are structured-merge-diff's.
 */
final class TypedPatch {
    /** As with fields that are unknown elsewhere: more would fill the answer. */
    private static final int MAX_ERRORS = Decoder.MAX_STRICT_ERRORS;

    private final List<String> errors = new ArrayList<>();

    private TypedPatch() {}

    /** @throws ApiException 500, as upstream, whose apply takes no wrong type for the client's fault */
    static void check(Type type, ObjectNode tree) {
        TypedPatch patch = new TypedPatch();
        patch.struct(type, tree, "");
        if (patch.errors.isEmpty()) {
            return;
        }
        String what =
                patch.errors.size() == 1 ? patch.errors.get(0) : "errors:\n  " + String.join("\n  ", patch.errors);
        String namespace = Json.text(tree, "metadata", "namespace");
        throw ApiException.of(
                Reason.Unknown,
                "failed to create typed patch object (" + namespace + "/" + Json.text(tree, "metadata", "name") + "; "
                        + type.apiVersion() + ", Kind=" + type.simpleName() + "): " + what,
                Details.NONE);
    }

    private void add(String path, String what) {
        if (errors.size() < MAX_ERRORS) {
            errors.add((path.isEmpty() ? "" : path + ": ") + what);
        }
    }

    private void struct(Type type, JsonNode value, String path) {
        if (!value.isObject()) {
            add(path, "expected map, got &{" + shown(value) + "}");
            return;
        }
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String at = path + "." + entry.getKey();
            Field field = type.field(entry.getKey()).orElse(null);
            if (field == null && type.structural().map(Structural::preserves).orElse(false)) {
                continue;
            }
            if (field == null) {
                add(at, "field not declared in schema");
            } else if (!entry.getValue().isNull()) {
                field(field, entry.getValue(), at);
            }
        }
    }

    private void field(Field field, JsonNode value, String path) {
        switch (field.shape()) {
            case SINGLE -> single(field, value, path);
            case LIST -> list(field, value, path);
            case MAP -> {
                if (!value.isObject()) {
                    add(path, "expected map, got &{" + shown(value) + "}");
                    return;
                }
                value.properties().forEach(entry -> {
                    if (!entry.getValue().isNull()) {
                        single(field, entry.getValue(), path + "." + entry.getKey());
                    }
                });
            }
        }
    }

    private void list(Field field, JsonNode value, String path) {
        if (!value.isArray()) {
            add(path, "expected list, got &{" + shown(value) + "}");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < value.size(); i++) {
            JsonNode item = value.get(i);
            List<String> keys = field.keyed() ? field.listMapKeys() : List.of();
            String step = "[" + i + "]";
            if (!keys.isEmpty() && item.isObject()) {
                String missing = missing(field, item, keys);
                if (!missing.isEmpty()) {
                    add(
                            path,
                            "element " + i + ": associative list with keys has an element that omits key field \""
                                    + missing + "\" (and doesn't have default value)");
                    continue;
                }
                step = step(field, item, keys);
            } else if (field.set()) {
                step = "[=" + item + "]";
            }
            if ((field.set() || !keys.isEmpty()) && !seen.add(step)) {
                add(path, "duplicate entries for key " + step);
            }
            single(field, item, path + step);
        }
    }

    private static String missing(Field field, JsonNode item, List<String> keys) {
        for (String key : keys) {
            boolean hasDefault = field.type()
                    .field(key)
                    .map(Field::defaultJson)
                    .filter(json -> !json.isEmpty())
                    .isPresent();
            if (!item.has(key) && !hasDefault) {
                return key;
            }
        }
        return "";
    }

    /** {@code [name="c"]} */
    private static String step(Field field, JsonNode item, List<String> keys) {
        List<String> steps = new ArrayList<>();
        for (String key : keys) {
            String value = item.has(key)
                    ? item.get(key).toString()
                    : field.type().field(key).map(Field::defaultJson).orElse("");
            steps.add(key + "=" + value);
        }
        return "[" + String.join(",", steps) + "]";
    }

    private void single(Field field, JsonNode value, String path) {
        switch (field.kind()) {
            case STRING, BYTES -> {
                if (!value.isTextual()) {
                    add(path, "expected string, got &value.valueUnstructured{Value:" + shown(value) + "}");
                }
            }
            case BOOL -> {
                if (!value.isBoolean()) {
                    add(path, "expected boolean, got &{" + shown(value) + "}");
                }
            }
            case INT32, INT64, DOUBLE -> {
                if (!value.isNumber()) {
                    add(path, "expected numeric (int or float), got " + goType(value));
                }
            }
            case MESSAGE -> message(field.type(), value, path);
        }
    }

    private void message(Type type, JsonNode value, String path) {
        switch (type.form()) {
            case STRUCT -> struct(type, value, path);
            case QUANTITY, INT_OR_STRING, TIME, MICRO_TIME, DURATION -> {
                if (value.isContainerNode()) {
                    add(path, "expected any scalar, got &{" + shown(value) + "}");
                }
            }
            default -> {
                // Of any form: there is nothing that it would not fit.
            }
        }
    }

    private static String shown(JsonNode value) {
        return value.isTextual() ? value.textValue() : GoText.of(value);
    }

    private static String goType(JsonNode value) {
        return value.isTextual()
                ? "string"
                : value.isBoolean() ? "bool" : value.isArray() ? "[]interface {}" : "map[string]interface {}";
    }
}
