package io.minik.server.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The schema of a kind that was added, as clients read it: what its author wrote, with the heads that every object has. In
 * version 2, whose clients hold objects against it by themselves, nothing is said that they would misread.
 */
final class AddedDefinition {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private static final String API_VERSION =
            "APIVersion defines the versioned schema of this representation of an object.";
    private static final String KIND = "Kind is a string value representing the REST resource this object represents.";
    private static final String METADATA = "Standard object's metadata.";

    /** Version 2 has no words for these. */
    private static final Set<String> NOT_IN_V2 = Set.of("allOf", "anyOf", "oneOf", "not", "nullable", "default");
    /** What says of a value which form it has. */
    private static final List<String> FORM = List.of("type", "items", "properties", "required", "additionalProperties");

    private final boolean v2;

    AddedDefinition(boolean v2) {
        this.v2 = v2;
    }

    ObjectNode of(JsonNode source) {
        if (v2 && source.path("x-kubernetes-preserve-unknown-fields").asBoolean(false)) {
            // Of properties that are told, clients of version 2 would conclude that there are no others.
            return Json.object().put("type", "object");
        }
        ObjectNode root = (ObjectNode) schema(source.isObject() ? source : Json.object());
        ObjectNode properties = heads();
        for (Map.Entry<String, JsonNode> property : root.path("properties").properties()) {
            if (!properties.has(property.getKey())) {
                properties.set(property.getKey(), property.getValue());
            }
        }
        root.put("type", "object").set("properties", properties);
        return root;
    }

    /** What every object has. */
    private ObjectNode heads() {
        ObjectNode heads = Json.object();
        heads.putObject("apiVersion").put("description", API_VERSION).put("type", "string");
        heads.putObject("kind").put("description", KIND).put("type", "string");
        ObjectNode metadata = heads.putObject("metadata").put("description", METADATA);
        if (v2) {
            metadata.put("$ref", "#/definitions/" + META);
        } else {
            metadata.putArray("allOf").addObject().put("$ref", "#/components/schemas/" + META);
        }
        return heads;
    }

    /** An object in an object has heads, too, and says what it is. */
    private void embedded(ObjectNode schema) {
        heads().properties().forEach(head -> Json.child(schema, "properties").set(head.getKey(), head.getValue()));
        Set<String> required = new LinkedHashSet<>(Json.stringList(schema, "required"));
        required.addAll(List.of("kind", "apiVersion"));
        ArrayNode words = schema.putArray("required");
        required.forEach(words::add);
    }

    private JsonNode schema(JsonNode source) {
        if (!source.isObject()) {
            return source;
        }
        ObjectNode clean = Json.object();
        boolean any = v2
                && (source.path("nullable").asBoolean(false)
                        || source.path("x-kubernetes-int-or-string").asBoolean(false)
                        || source.path("x-kubernetes-preserve-unknown-fields").asBoolean(false));
        for (Map.Entry<String, JsonNode> word : source.properties()) {
            String name = word.getKey();
            if ((v2 && NOT_IN_V2.contains(name)) || (any && FORM.contains(name))) {
                continue;
            }
            clean.set(
                    name,
                    switch (name) {
                        case "properties" -> named(word.getValue());
                        case "items", "additionalProperties", "not" -> schema(word.getValue());
                        case "allOf", "anyOf", "oneOf" -> all(word.getValue());
                        default -> word.getValue();
                    });
        }
        if (!any && source.path("x-kubernetes-embedded-resource").asBoolean(false)) {
            embedded(clean);
        }
        return clean;
    }

    private ObjectNode named(JsonNode source) {
        ObjectNode named = Json.object();
        source.properties().forEach(entry -> named.set(entry.getKey(), schema(entry.getValue())));
        return named;
    }

    private JsonNode all(JsonNode source) {
        var list = Json.array();
        source.forEach(each -> list.add(schema(each)));
        return list;
    }
}
