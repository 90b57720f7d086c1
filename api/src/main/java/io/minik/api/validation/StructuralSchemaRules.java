package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.GoPattern;
import io.minik.api.meta.Status.Cause;
import io.minik.ground.json.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What makes a schema structural: each value's form is said outside of allOf, anyOf, oneOf and not, which only forbid
 * (apiextensions' pkg/apiserver/schema). Only of such a schema it is known what to prune and what to fill in.
 */
public final class StructuralSchemaRules {
    private static final ArrayNode INT_OR_STRING = Json.array()
            .add(Json.object().put("type", "integer"))
            .add(Json.object().put("type", "string"));

    /** What alternatives may not say, and what it must be instead. */
    private static final List<Map.Entry<String, String>> FORBIDDEN_BELOW = List.of(
            Map.entry("type", "empty"),
            Map.entry("additionalProperties", "undefined"),
            Map.entry("default", "undefined"),
            Map.entry("title", "empty"),
            Map.entry("description", "empty"),
            Map.entry("nullable", "false"),
            Map.entry("x-kubernetes-preserve-unknown-fields", "false"),
            Map.entry("x-kubernetes-embedded-resource", "false"),
            Map.entry("x-kubernetes-int-or-string", "false"),
            Map.entry("x-kubernetes-list-map-keys", "empty"),
            Map.entry("x-kubernetes-list-type", "undefined"),
            Map.entry("x-kubernetes-map-type", "undefined"),
            Map.entry("x-kubernetes-validations", "empty"));

    private static final String EMBEDDED = "x-kubernetes-embedded-resource";
    private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";
    private static final String EITHER = "x-kubernetes-int-or-string";

    private enum Level {
        ROOT("at the root"),
        ITEM("for specified array items"),
        FIELD("for specified object fields");

        private final String words;

        Level(String words) {
            this.words = words;
        }
    }

    private final Causes causes = new Causes();

    private StructuralSchemaRules() {}

    /** @param spec of a definition. @return all of its schemas', as one text; empty if all are structural */
    public static Optional<String> violations(JsonNode spec) {
        List<Cause> all = new DefinitionShape(spec)
                .schemas().stream()
                        .filter(part -> part.value().path("openAPIV3Schema").isObject())
                        .flatMap(part ->
                                violations(part.value().path("openAPIV3Schema"), part.path() + ".openAPIV3Schema")
                                        .stream())
                        .toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(Causes.text(all));
    }

    /** @return in the order of their words; empty if it is structural */
    static List<Cause> violations(JsonNode schema, String path) {
        StructuralSchemaRules rules = new StructuralSchemaRules();
        rules.form(schema, Level.ROOT, path);
        rules.completeness(schema, schema, path, path);
        return rules.causes.list().stream()
                .sorted(Comparator.comparing(cause -> cause.field() + ": " + cause.message()))
                .toList();
    }

    private void form(JsonNode schema, Level level, String path) {
        JsonNode items = schema.path("items");
        if (SchemaWords.type(schema).equals("array") && !items.isObject()) {
            causes.required(path + ".items", "must be specified");
        }
        if (items.isObject()) {
            form(items, Level.ITEM, path + ".items");
        }
        for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
            form(entry.getValue(), Level.FIELD, Causes.at(path + ".properties", entry.getKey()));
        }
        JsonNode additional = schema.path("additionalProperties");
        if (SchemaWords.present(schema, "additionalProperties")) {
            if (level == Level.ROOT) {
                causes.forbidden(path + ".additionalProperties", "must not be used at the root");
            }
            if (additional.isObject()) {
                form(additional, Level.FIELD, path + ".additionalProperties");
            }
        }
        extensions(schema, path);
        boolean skipAny = schema.path("anyOf").equals(INT_OR_STRING);
        boolean skipFirst = schema.path("allOf").path(0).path("anyOf").equals(INT_OR_STRING);
        alternatives(schema, skipAny, skipFirst, path);
        type(schema, level, path);
        metadata(schema, level, path);
        if (SchemaWords.says(schema, EMBEDDED)
                && !SchemaWords.says(schema, PRESERVE)
                && schema.path("properties").isEmpty()) {
            causes.required(
                    path + ".properties",
                    "must not be empty if x-kubernetes-embedded-resource is true without"
                            + " x-kubernetes-preserve-unknown-fields");
        }
    }

    private void extensions(JsonNode schema, String path) {
        if (SchemaWords.says(schema, EITHER)) {
            for (String other : List.of(PRESERVE, EMBEDDED)) {
                if (SchemaWords.says(schema, other)) {
                    causes.invalid(
                            path + "." + other,
                            schema.path(other),
                            "must be false if x-kubernetes-int-or-string is true");
                }
            }
        }
    }

    private void type(JsonNode schema, Level level, String path) {
        String type = SchemaWords.type(schema);
        boolean embedded = SchemaWords.says(schema, EMBEDDED);
        if (embedded && !type.equals("object")) {
            String why = "must be object if x-kubernetes-embedded-resource is true";
            if (type.isEmpty()) {
                causes.required(path + ".type", why);
            } else {
                causes.invalid(path + ".type", type, why);
            }
        } else if (type.isEmpty() && !SchemaWords.says(schema, EITHER) && !SchemaWords.says(schema, PRESERVE)) {
            causes.required(path + ".type", "must not be empty " + level.words);
        }
        if (embedded && SchemaWords.present(schema, "additionalProperties")) {
            causes.forbidden(
                    path + ".additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
        }
        if (level == Level.ROOT && !type.isEmpty() && !type.equals("object")) {
            causes.invalid(path + ".type", type, "must be object at the root");
        }
    }

    private void metadata(JsonNode schema, Level level, String path) {
        boolean headed = level == Level.ROOT || SchemaWords.says(schema, EMBEDDED);
        JsonNode properties = schema.path("properties");
        for (String head : List.of("kind", "apiVersion")) {
            String type = SchemaWords.type(properties.path(head));
            if (headed && properties.has(head) && !type.equals("string")) {
                causes.invalid(Causes.at(path + ".properties", head) + ".type", type, "must be string");
            }
        }
        if (!(properties.path("metadata") instanceof ObjectNode metadata)) {
            return;
        }
        String at = Causes.at(path + ".properties", "metadata");
        String type = SchemaWords.type(metadata);
        if (headed && !type.equals("object")) {
            causes.invalid(at + ".type", type, "must be object");
        }
        if (level == Level.ROOT && saysMore(metadata)) {
            causes.forbidden(
                    at,
                    "must not specify anything other than name and generateName, but metadata is implicitly specified");
        }
    }

    private static boolean saysMore(ObjectNode metadata) {
        ObjectNode rest = metadata.deepCopy();
        boolean onlyNames = true;
        for (Map.Entry<String, JsonNode> property : metadata.path("properties").properties()) {
            onlyNames &= Set.of("name", "generateName").contains(property.getKey());
        }
        if (onlyNames) {
            rest.remove("properties");
        }
        rest.remove(List.of("type", "default", "externalDocs", "example"));
        return rest.propertyStream().anyMatch(entry -> SchemaWords.says(rest, entry.getKey()));
    }

    private void alternatives(JsonNode schema, boolean skipAny, boolean skipFirst, String path) {
        for (String word : List.of("anyOf", "allOf", "oneOf")) {
            JsonNode list = schema.path(word);
            for (int at = 0; at < list.size() && !(skipAny && word.equals("anyOf")); at++) {
                boolean first = skipFirst && at == 0 && word.equals("allOf");
                nested(list.get(at), first, Causes.at(path + "." + word, at));
            }
        }
        if (schema.path("not").isObject()) {
            nested(schema.path("not"), false, path + ".not");
        }
        String pattern = Json.text(schema, "pattern");
        try {
            GoPattern.of(pattern);
        } catch (PatternSyntaxException e) {
            causes.invalid(
                    path + ".pattern", pattern, "must be a valid regular expression, but isn't: " + e.getMessage());
        }
    }

    private void nested(JsonNode schema, boolean skipAny, String path) {
        alternatives(schema, skipAny, false, path);
        if (schema.path("items").isObject()) {
            nested(schema.path("items"), false, path + ".items");
        }
        for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
            nested(entry.getValue(), false, Causes.at(path + ".properties", entry.getKey()));
        }
        for (Map.Entry<String, String> row : FORBIDDEN_BELOW) {
            boolean pointer = row.getValue().equals("undefined");
            boolean said = pointer ? SchemaWords.present(schema, row.getKey()) : SchemaWords.says(schema, row.getKey());
            if (said) {
                causes.forbidden(path + "." + row.getKey(), "must be " + row.getValue() + " to be structural");
            }
        }
        if (schema.path("properties").has("metadata")) {
            causes.forbidden(Causes.at(path + ".properties", "metadata"), "must not be specified in a nested context");
        }
    }

    /** What an alternative names must be named outside of it too. @param wanted where */
    private void completeness(JsonNode nested, JsonNode form, String path, String wanted) {
        for (String word : List.of("allOf", "anyOf", "oneOf")) {
            for (int at = 0; at < nested.path(word).size(); at++) {
                named(nested.path(word).get(at), form, Causes.at(path + "." + word, at), wanted);
            }
        }
        if (nested.path("not").isObject()) {
            named(nested.path("not"), form, path + ".not", wanted);
        }
    }

    private void named(JsonNode nested, JsonNode form, String path, String wanted) {
        completeness(nested, form, path, wanted);
        if (nested.path("items").isObject()) {
            below(nested.path("items"), form.path("items"), path + ".items", wanted + ".items");
        }
        for (Map.Entry<String, JsonNode> entry : nested.path("properties").properties()) {
            String name = entry.getKey();
            below(
                    entry.getValue(),
                    form.path("properties").path(name),
                    Causes.at(path + ".properties", name),
                    Causes.at(wanted + ".properties", name));
        }
    }

    private void below(JsonNode nested, JsonNode form, String path, String wanted) {
        if (form.isObject()) {
            named(nested, form, path, wanted);
        } else {
            causes.required(wanted, "because it is defined in " + path);
        }
    }
}
