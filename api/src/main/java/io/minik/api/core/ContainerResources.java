package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Map;

/** Quantities by resource name ({@code cpu}, {@code memory}, …), as text; io.minik.api.meta.Quantity reads them. */
public record ContainerResources(Map<String, String> requests, Map<String, String> limits) {
    public static ContainerResources of(JsonNode resources) {
        return new ContainerResources(Json.strings(resources, "requests"), Json.strings(resources, "limits"));
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object();
        put(tree, "requests", requests);
        put(tree, "limits", limits);
        return tree;
    }

    private static void put(ObjectNode tree, String field, Map<String, String> amounts) {
        if (!amounts.isEmpty()) {
            amounts.forEach(tree.putObject(field)::put);
        }
    }
}
