package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.Structural;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;

/** What a definition's schema may say at all, node by node (apiextensions' validation of JSONSchemaProps). */
final class DefinitionSchemaRules {
    private static final List<String> TYPES = List.of("array", "boolean", "integer", "number", "object", "string");
    private static final List<String> UNSUPPORTED =
            List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref");

    /** The words that a root may use if its status is written apart, as upstream's Go names them. */
    private static final List<String> AT_ROOT = List.of(
            "Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern"
                    .split(" "));

    private static final List<String> ALSO_AT_ROOT =
            List.of(("MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example"
                            + " XPreserveUnknownFields XValidations")
                    .split(" "));
    private static final List<String> NOT_AT_ROOT = List.of(
            "id",
            "$schema",
            "$ref",
            "default",
            "enum",
            "maxProperties",
            "minProperties",
            "allOf",
            "oneOf",
            "anyOf",
            "not",
            "additionalProperties",
            "patternProperties",
            "dependencies",
            "additionalItems",
            "definitions",
            "nullable",
            "x-kubernetes-embedded-resource",
            "x-kubernetes-int-or-string",
            "x-kubernetes-list-map-keys",
            "x-kubernetes-list-type",
            "x-kubernetes-map-type");

    private final Causes causes;
    private final Tolerance tolerance;

    /** What an update may keep although it is wrong: the stored definition says it already. */
    record Tolerance(boolean types, boolean nonStructural, boolean unpruned, boolean sets, boolean mapKeys) {
        static final Tolerance NONE = new Tolerance(false, false, false, false, false);
    }

    /** @param noDefaults why none may stand here; empty if they may */
    private record Place(boolean root, boolean heads, String noDefaults) {
        Place below() {
            return new Place(false, heads, noDefaults);
        }
    }

    DefinitionSchemaRules(Causes causes, Tolerance tolerance) {
        this.causes = causes;
        this.tolerance = tolerance;
    }

    /** @param unchanged whether the stored definition has it already. @param path of the schema */
    void check(JsonNode schema, boolean status, boolean unchanged, String path) {
        Causes own = new Causes();
        new DefinitionSchemaRules(own, tolerance).form(schema, status, path);
        if (own.isEmpty()) {
            new ExpressionSchemaRules(own, unchanged).check(schema, path);
        }
        causes.addAll(own.list());
    }

    private void form(JsonNode schema, boolean status, String path) {
        if (status) {
            root(schema, path);
        }
        if (SchemaWords.says(schema, "nullable")) {
            causes.forbidden(path + ".nullable", "nullable cannot be true at the root");
        }
        if (!tolerance.nonStructural() && !SchemaWords.any(schema, each -> unreadable(each))) {
            List<Cause> violations = StructuralSchemaRules.violations(schema, path);
            causes.addAll(violations);
            if (violations.isEmpty()) {
                new SchemaDefaultRules(causes, !tolerance.unpruned()).check(schema, path);
            }
        }
        node(schema, new Place(true, false, ""), path);
    }

    /** What no structural schema can be made of: it is told node by node. */
    private static boolean unreadable(JsonNode schema) {
        return UNSUPPORTED.stream().anyMatch(word -> says(schema, word))
                || schema.path("items").isArray();
    }

    private void root(JsonNode schema, String path) {
        String type = SchemaWords.type(schema);
        if (!type.isEmpty() && !type.equals("object")) {
            causes.invalid(
                    path + ".type",
                    type,
                    "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
        }
        if (NOT_AT_ROOT.stream().anyMatch(word -> SchemaWords.says(schema, word))) {
            causes.invalid(
                    path,
                    schema,
                    "only [" + String.join(" ", AT_ROOT) + " " + String.join(" ", ALSO_AT_ROOT)
                            + "] fields are allowed at the root of the schema if the status subresource is enabled");
        }
    }

    private void node(JsonNode schema, Place place, String path) {
        if (!schema.isObject()) {
            return;
        }
        words(schema, place, path);
        below(schema, place, path);
        if (schema.path("x-kubernetes-preserve-unknown-fields").isBoolean()
                && !SchemaWords.says(schema, "x-kubernetes-preserve-unknown-fields")) {
            causes.invalid(
                    path + ".x-kubernetes-preserve-unknown-fields",
                    schema.path("x-kubernetes-preserve-unknown-fields"),
                    "must be true or undefined");
        }
        of(schema, "x-kubernetes-map-type", "object", List.of("atomic", "granular"), path);
        of(schema, "x-kubernetes-list-type", "array", List.of("atomic", "set", "map"), path);
        new ListTypeRules(causes, tolerance).check(schema, path);
        ExpressionSchemaRules.words(causes, schema, path);
    }

    private void words(JsonNode schema, Place place, String path) {
        String type = SchemaWords.type(schema);
        if (!tolerance.types() && !type.isEmpty() && !TYPES.contains(type)) {
            causes.unsupported(path + ".type", type, TYPES);
        }
        if (SchemaWords.present(schema, "default") && !place.noDefaults().isEmpty()) {
            causes.forbidden(path + ".default", "must not be set " + place.noDefaults());
        }
        for (String word : UNSUPPORTED) {
            if (says(schema, word)) {
                causes.forbidden(path + "." + word, word + " is not supported");
            }
        }
        if (type.equals("null")) {
            causes.forbidden(path + ".type", "type cannot be set to null, use nullable as an alternative");
        }
        if (schema.path("items").isArray()) {
            causes.forbidden(path + ".items", "items must be a schema object and not an array");
        }
        if (place.heads() && SchemaWords.says(schema, "x-kubernetes-embedded-resource")) {
            causes.forbidden(path + ".x-kubernetes-embedded-resource", "must not be used inside of resource meta");
        }
        if (SchemaWords.says(schema, "uniqueItems")) {
            causes.forbidden(
                    path + ".uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
    }

    /** These are said by being there, though they say nothing; of maps an entry is. */
    private static boolean says(JsonNode schema, String word) {
        boolean pointer = word.equals("$ref") || word.equals("additionalItems") || word.equals("dependencies");
        return pointer
                ? SchemaWords.present(schema, word)
                : SchemaWords.says(schema, word)
                        && (schema.path(word).isValueNode()
                                || !schema.path(word).isEmpty());
    }

    private void below(JsonNode schema, Place place, String path) {
        JsonNode additional = schema.path("additionalProperties");
        boolean contradicts = additional.isObject() || (additional.isBoolean() && !additional.booleanValue());
        if (contradicts && !schema.path("properties").isEmpty()) {
            causes.forbidden(
                    path + ".additionalProperties", "additionalProperties and properties are mutual exclusive");
        }
        Place values = place.heads()
                ? new Place(false, true, "inside additionalProperties applying to object metadata")
                : place.below();
        node(additional, values, path + ".additionalProperties");
        boolean resource = place.root() || SchemaWords.says(schema, "x-kubernetes-embedded-resource");
        for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
            String name = entry.getKey();
            boolean head = resource && Structural.HEADS.contains(name);
            String none = head && place.root() ? "in top-level " + name : place.noDefaults();
            node(
                    entry.getValue(),
                    new Place(false, place.heads() || head, none),
                    Causes.at(path + ".properties", name));
        }
        node(schema.path("not"), place.below(), path + ".not");
        for (String word : List.of("allOf", "oneOf", "anyOf", "items")) {
            JsonNode list = schema.path(word);
            for (int at = 0; list.isArray() && at < list.size(); at++) {
                node(list.get(at), place.below(), Causes.at(path + "." + word, at));
            }
        }
        node(schema.path("items"), place.below(), path + ".items");
    }

    /** A word that only one type may have, with the values that it knows. */
    private void of(JsonNode schema, String word, String type, List<String> values, String path) {
        String value = Json.text(schema, word);
        String is = SchemaWords.type(schema);
        if (!SchemaWords.present(schema, word)) {
            return;
        }
        String why = "must be " + type + " if " + word + " is specified";
        if (is.isEmpty()) {
            causes.required(path + ".type", why);
        } else if (!is.equals(type)) {
            causes.invalid(path + ".type", is, why);
        }
        if (!values.contains(value)) {
            causes.unsupported(path + "." + word, value, values);
        }
    }

    static boolean hasWrongTypes(JsonNode schema) {
        return SchemaWords.any(
                schema, each -> !SchemaWords.type(each).isEmpty() && !TYPES.contains(SchemaWords.type(each)));
    }
}
