package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What lists promise by their type. */
record ListTypeRules(Causes causes, DefinitionSchemaRules.Tolerance tolerance) {
    private static final String KEYS = "x-kubernetes-list-map-keys";
    private static final String LIST_TYPE = "x-kubernetes-list-type";

    void check(JsonNode schema, String path) {
        String listType = Json.text(schema, LIST_TYPE);
        if (!tolerance.sets() && listType.equals("set")) {
            set(schema, path);
        }
        if (SchemaWords.says(schema, KEYS) && !listType.equals("map")) {
            String why = "must be map if x-kubernetes-list-map-keys is non-empty";
            if (listType.isEmpty()) {
                causes.required(path + "." + LIST_TYPE, why);
            } else {
                causes.invalid(path + "." + LIST_TYPE, listType, why);
            }
        }
        if (listType.equals("map")) {
            map(schema, path);
        }
        if (!tolerance.mapKeys()) {
            found(schema, listType, path);
        }
    }

    static boolean hasWrongSets(JsonNode schema) {
        return SchemaWords.any(schema, each -> {
            Causes own = new Causes();
            if (Json.text(each, LIST_TYPE).equals("set")) {
                new ListTypeRules(own, DefinitionSchemaRules.Tolerance.NONE).set(each, "");
            }
            return !own.isEmpty();
        });
    }

    static boolean hasWrongMapKeys(JsonNode schema) {
        return SchemaWords.any(schema, each -> {
            Causes own = new Causes();
            new ListTypeRules(own, DefinitionSchemaRules.Tolerance.NONE).found(each, Json.text(each, LIST_TYPE), "");
            return !own.isEmpty();
        });
    }

    private void set(JsonNode schema, String path) {
        JsonNode items = schema.path("items");
        String why = "must be atomic as item of a list with x-kubernetes-list-type=set";
        String type = SchemaWords.type(schema).equals("array") ? SchemaWords.type(items) : "";
        if (type.equals("array")) {
            JsonNode below = items.path(LIST_TYPE);
            if (below.isTextual() && !below.textValue().equals("atomic")) {
                causes.invalid(path + ".items." + LIST_TYPE, below, why);
            }
        } else if (type.equals("object")) {
            if (!Json.text(items, "x-kubernetes-map-type").equals("atomic")) {
                causes.invalid(path + ".items.x-kubernetes-map-type", items.path(LIST_TYPE), why);
            }
        }
    }

    private void map(JsonNode schema, String path) {
        if (!SchemaWords.says(schema, KEYS)) {
            causes.required(path + "." + KEYS, "must not be empty if x-kubernetes-list-type is map");
        }
        JsonNode items = schema.path("items");
        if (items.isMissingNode()) {
            causes.required(path + ".items", "must have a schema if x-kubernetes-list-type is map");
            return;
        }
        if (!items.isObject()) {
            causes.invalid(path + ".items", items, "must only have a single schema if x-kubernetes-list-type is map");
            return;
        }
        if (!SchemaWords.type(items).equals("object")) {
            causes.invalid(
                    path + ".items.type",
                    SchemaWords.type(items),
                    "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (JsonNode key : schema.path(KEYS)) {
            JsonNode property = items.path("properties").path(key.asText());
            String type = SchemaWords.type(property);
            if (!property.isObject()) {
                causes.invalid(path + "." + KEYS, schema.path(KEYS), "entries must all be names of item properties");
            } else if (type.equals("array") || type.equals("object")) {
                causes.invalid(
                        Causes.at(path + ".items.properties", key.asText()) + ".type",
                        SchemaWords.type(items),
                        "must be a scalar type if parent array's x-kubernetes-list-type is map");
            }
            if (!seen.add(key.asText())) {
                causes.invalid(path + "." + KEYS, schema.path(KEYS), "must not contain duplicate entries");
            }
        }
    }

    /** Items of sets and maps are found again by what they are: none may be null, and every key must be there. */
    private void found(JsonNode schema, String listType, String path) {
        JsonNode items = schema.path("items");
        if (!items.isObject() || !Set.of("set", "map").contains(listType)) {
            return;
        }
        if (SchemaWords.says(items, "nullable")) {
            causes.forbidden(path + ".items.nullable", "cannot be nullable when x-kubernetes-list-type is " + listType);
        }
        if (!listType.equals("map")) {
            return;
        }
        List<String> required = Json.stringList(items, "required");
        for (JsonNode key : schema.path(KEYS)) {
            JsonNode property = items.path("properties").path(key.asText());
            String at = Causes.at(path + ".items.properties", key.asText());
            if (!property.isObject()) {
                continue;
            }
            if (!required.contains(key.asText()) && !SchemaWords.present(property, "default")) {
                causes.required(
                        at + ".default",
                        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required"
                                + " property");
            }
            if (SchemaWords.says(property, "nullable")) {
                causes.forbidden(
                        at + ".nullable", "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
            }
        }
    }
}
