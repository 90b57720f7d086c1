package io.minik.server.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * What other API servers say of their kinds in version 2: their paths, and the definitions that these lead to. Never written to.
 *
 * @param definitions where two have the same name, the first: names have group and version in them
 */
public record Foreign(Map<String, JsonNode> paths, Map<String, JsonNode> definitions) {
    public static final Foreign NONE = new Foreign(new TreeMap<>(), new TreeMap<>());
    private static final String REFERENCE = "#/definitions/";

    /** Of a server's document what is below a path, {@code /apis/example.com/v1}: the rest is not its to say. */
    public static Foreign below(String path, JsonNode document) {
        Map<String, JsonNode> paths = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : document.path("paths").properties()) {
            if (entry.getKey().equals(path) || entry.getKey().startsWith(path + "/")) {
                paths.put(entry.getKey(), entry.getValue());
            }
        }
        Map<String, JsonNode> definitions = new TreeMap<>();
        Deque<JsonNode> left = new ArrayDeque<>(paths.values());
        while (!left.isEmpty()) {
            for (JsonNode reference : left.removeFirst().findValues("$ref")) {
                String name = reference.asText().replace(REFERENCE, "");
                JsonNode definition = document.path("definitions").path(name);
                if (definition.isObject() && definitions.putIfAbsent(name, definition) == null) {
                    left.add(definition);
                }
            }
        }
        return new Foreign(paths, definitions);
    }

    public static Foreign all(Collection<Foreign> servers) {
        Foreign all = new Foreign(new TreeMap<>(), new TreeMap<>());
        for (Foreign server : servers) {
            server.paths.forEach(all.paths::putIfAbsent);
            server.definitions.forEach(all.definitions::putIfAbsent);
        }
        return all;
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }
}
