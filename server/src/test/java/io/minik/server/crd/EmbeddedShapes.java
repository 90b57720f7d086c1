package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.Kinds;
import io.minik.ground.json.Json;
import io.minik.server.openapi.OpenApi;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kubernetes' own types as schemas without references, the way definitions carry a whole pod's template. */
final class EmbeddedShapes {
    /** What definitions may not have, or have only at their root. */
    private static final List<String> NOT_OF_DEFINITIONS = List.of(
            "x-kubernetes-group-version-kind",
            "x-kubernetes-patch-strategy",
            "x-kubernetes-patch-merge-key",
            "x-kubernetes-unions");

    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private final Map<String, JsonNode> types = new HashMap<>();

    EmbeddedShapes() {
        OpenApi documents = new OpenApi(Kinds.builtIn(), "v1.36.4");
        JsonNode index =
                Json.parse(documents.document("/openapi/v3").orElseThrow().body());
        index.path("paths").fieldNames().forEachRemaining(group -> {
            byte[] document =
                    documents.document("/openapi/v3/" + group).orElseThrow().body();
            Json.at(Json.parse(document), "components", "schemas")
                    .properties()
                    .forEach(type -> types.putIfAbsent(type.getKey(), type.getValue()));
        });
    }

    ObjectNode of(String name) {
        if (name.equals(META)) {
            return Json.object().put("type", "object");
        }
        if (name.endsWith(".Quantity")) {
            return new ShapeNotation(Map.of(), this::of, true).schema("quantity");
        }
        if (name.endsWith(".IntOrString")) {
            return new ShapeNotation(Map.of(), this::of, true).schema("intstr");
        }
        if (!types.containsKey(name)) {
            throw new IllegalArgumentException("no type " + name);
        }
        return (ObjectNode) resolved(types.get(name));
    }

    private JsonNode resolved(JsonNode schema) {
        if (schema.isArray()) {
            ArrayNode list = Json.array();
            schema.forEach(one -> list.add(resolved(one)));
            return list;
        }
        if (!schema.isObject()) {
            return schema;
        }
        String reference = Json.text(schema, "$ref")
                + schema.path("allOf").path(0).path("$ref").asText();
        ObjectNode whole = Json.object();
        if (!reference.isEmpty()) {
            whole.setAll(of(reference.substring(reference.lastIndexOf('/') + 1)));
        }
        schema.properties().forEach(part -> {
            if (part.getKey().equals("properties")) {
                ObjectNode fields = whole.putObject("properties");
                part.getValue().properties().forEach(field -> fields.set(field.getKey(), resolved(field.getValue())));
            } else if (!part.getKey().equals("$ref")
                    && !NOT_OF_DEFINITIONS.contains(part.getKey())
                    && !(part.getKey().equals("allOf") && !reference.isEmpty())) {
                whole.set(part.getKey(), resolved(part.getValue()));
            }
        });
        return whole;
    }
}
