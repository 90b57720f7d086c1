package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.schema.Structural;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What x-kubernetes-list-type promises: a set has no item twice, a map has no key twice. */
final class ListRules {
    private final Causes causes;

    ListRules(Causes causes) {
        this.causes = causes;
    }

    void check(Structural schema, JsonNode value, Optional<? extends JsonNode> old, String path) {
        if (old.isPresent() && old.get().equals(value)) {
            return;
        }
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                String name = entry.getKey();
                String at = StructuralRules.at(schema, path, name);
                Optional<JsonNode> before = old.map(tree -> tree.get(name));
                schema.part(name).ifPresent(part -> check(part, entry.getValue(), before, at));
            }
        } else if (value instanceof ArrayNode list) {
            switch (schema.listType()) {
                case "set" -> set(list, path);
                case "map" -> map(schema.listMapKeys(), list, path);
                default -> {
                    // An atomic list may hold what it likes.
                }
            }
            schema.items().ifPresent(items -> {
                for (int at = 0; at < list.size(); at++) {
                    check(items, list.get(at), sameItem(schema, list.get(at), old), Causes.at(path, at));
                }
            });
        }
    }

    /** What an item was before: only the items of a map are known again. */
    static Optional<JsonNode> sameItem(Structural schema, JsonNode item, Optional<? extends JsonNode> old) {
        if (old.isEmpty() || !schema.listType().equals("map")) {
            return Optional.empty();
        }
        ObjectNode key = key(schema.listMapKeys(), item);
        for (JsonNode before : old.get()) {
            if (key(schema.listMapKeys(), before).equals(key)) {
                return Optional.of(before);
            }
        }
        return Optional.empty();
    }

    private static ObjectNode key(List<String> names, JsonNode item) {
        ObjectNode key = Json.object();
        for (String name : names) {
            if (item.has(name)) {
                key.set(name, item.path(name));
            }
        }
        return key;
    }

    private void set(ArrayNode list, String path) {
        Map<JsonNode, Integer> seen = new HashMap<>();
        for (int at = 0; at < list.size(); at++) {
            twice(seen, list.get(at), Causes.at(path, at));
        }
    }

    private void map(List<String> keys, ArrayNode list, String path) {
        for (int at = 0; at < list.size(); at++) {
            if (!list.get(at).isObject() && !list.get(at).isNull()) {
                causes.invalid(Causes.at(path, at), list.get(at), "must be an object for an array of list-type map");
                return;
            }
        }
        Map<JsonNode, Integer> seen = new HashMap<>();
        for (int at = 0; at < list.size(); at++) {
            twice(seen, key(keys, list.get(at)), Causes.at(path, at));
        }
    }

    /** Told once of each, at the second. */
    private void twice(Map<JsonNode, Integer> seen, JsonNode value, String path) {
        if (seen.merge(value, 1, Integer::sum) == 2) {
            causes.duplicate(path, value);
        }
    }
}
