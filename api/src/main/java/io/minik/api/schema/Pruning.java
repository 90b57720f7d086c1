package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The decoder's part for kinds that were added: what their schema does not name is left out and told; what does not fit it
 * stays for validation to name. Metadata is decoded as that of any kind.
 */
final class Pruning {
    private final Consumer<String> unknown;
    private final Consumer<String> met;
    private final BiFunction<JsonNode, String, ObjectNode> metadata;

    /**
     * @param unknown takes the path of what is left out
     * @param met takes that of each field that is kept
     * @param metadata decodes metadata at a path; may throw {@link Decoder.Mismatch}
     */
    Pruning(Consumer<String> unknown, Consumer<String> met, BiFunction<JsonNode, String, ObjectNode> metadata) {
        this.unknown = unknown;
        this.met = met;
        this.metadata = metadata;
    }

    ObjectNode root(Structural schema, ObjectNode tree) {
        return object(schema, tree, "", true);
    }

    private ObjectNode object(Structural schema, ObjectNode tree, String path, boolean headed) {
        ObjectNode clean = Json.NODES.objectNode();
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            String at = path.isEmpty() ? name : path + "." + name;
            if (headed && Structural.HEADS.contains(name)) {
                met.accept(at);
                boolean meta = name.equals("metadata");
                if (!meta || !value.isNull()) {
                    clean.set(name, meta ? metadata.apply(value, at) : Json.canonical(value));
                }
                continue;
            }
            Optional<Structural> part = schema.part(name);
            if (part.isPresent()) {
                met.accept(at);
                clean.set(name, value(part.get(), value, at));
            } else if (schema.preserves()) {
                clean.set(name, Json.canonical(value));
            } else {
                unknown.accept(at);
            }
        }
        return clean;
    }

    private JsonNode value(Structural schema, JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return object(schema, object, path, schema.embedded());
        }
        if (value instanceof ArrayNode list && schema.items().isPresent()) {
            ArrayNode clean = Json.NODES.arrayNode(list.size());
            for (int at = 0; at < list.size(); at++) {
                clean.add(value(schema.items().get(), list.get(at), path + "[" + at + "]"));
            }
            return clean;
        }
        return Json.canonical(value);
    }
}
