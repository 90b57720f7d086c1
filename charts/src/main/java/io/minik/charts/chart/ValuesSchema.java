package io.minik.charts.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.meta.GoPattern;
import io.minik.charts.functions.GoJson;
import io.minik.charts.template.Budget;
import io.minik.charts.template.GoFloats;
import io.minik.charts.template.GoValues;
import io.minik.ground.json.Json;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code values.schema.json}: the words of JSON Schema that drafts 4 to 2020-12 share. References stay inside the file: one to
 * elsewhere is an error, nothing is fetched. Patterns are Go's; the words of errors are those that Helm's users know.
 */
final class ValuesSchema {
    private static final int MOST_ERRORS = 20;

    private final Object root;
    private final Budget budget;
    private final List<String> errors = new ArrayList<>();

    private ValuesSchema(Object root, Budget budget) {
        this.root = root;
        this.budget = budget;
    }

    /** What is wrong with the values, a sentence each with its place. */
    static List<String> check(byte[] schema, Map<String, @Nullable Object> values, Budget budget) {
        JsonNode tree;
        try {
            tree = Json.parse(schema);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new ChartException("values.schema.json: " + e.getMessage());
        }
        Object root = GoJson.value(tree);
        if (root == null) {
            return List.of();
        }
        ValuesSchema check = new ValuesSchema(root, budget);
        check.value(root, values, "");
        return check.errors;
    }

    private void wrong(String path, String what) {
        if (errors.size() < MOST_ERRORS) {
            errors.add("- " + (path.isEmpty() ? "(root)" : path.substring(1)) + ": " + what);
        }
    }

    private boolean fits(@Nullable Object schema, @Nullable Object value, String path) {
        ValuesSchema other = new ValuesSchema(root, budget);
        other.value(schema, value, path);
        return other.errors.isEmpty();
    }

    private void value(@Nullable Object said, @Nullable Object value, String path) {
        if (Boolean.FALSE.equals(said)) {
            wrong(path, "False always fails validation");
        }
        if (!(said instanceof Map)) {
            return;
        }
        budget.enter();
        Map<String, @Nullable Object> schema = GoValues.map(said);
        if (schema.get("$ref") instanceof String reference) {
            value(resolve(reference), value, path);
        }
        type(schema, value, path);
        alternatives(schema, value, path);
        if (value instanceof String text) {
            text(schema, text, path);
        } else if (value instanceof Double || GoValues.isInteger(value)) {
            number(schema, ((Number) Objects.requireNonNull(real(value))).doubleValue(), path);
        } else if (value instanceof List) {
            list(schema, GoValues.list(value), path);
        } else if (value instanceof Map) {
            map(schema, GoValues.map(value), path);
        }
        budget.leave();
    }

    private static @Nullable Object real(@Nullable Object value) {
        return value instanceof Double || value instanceof Long
                ? value
                : value == null ? null : Double.valueOf(value.toString());
    }

    private @Nullable Object resolve(String reference) {
        if (!reference.startsWith("#")) {
            throw new ChartException(
                    "values.schema.json: $ref " + reference + " leads out of the file, which is not followed");
        }
        Object at = root;
        for (String part : reference.substring(1).split("/")) {
            if (part.isEmpty()) {
                continue;
            }
            String key = part.replace("~1", "/").replace("~0", "~").replace("%25", "%");
            if (at instanceof Map) {
                at = GoValues.map(at).get(key);
            } else if (at instanceof List<?> list && key.matches("[0-9]{1,6}") && Integer.parseInt(key) < list.size()) {
                at = list.get(Integer.parseInt(key));
            } else {
                at = null;
            }
        }
        if (at == null) {
            throw new ChartException("values.schema.json: $ref " + reference + " is not there");
        }
        return at;
    }

    private static String typeOf(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Boolean) {
            return "boolean";
        }
        if (value instanceof Double real) {
            return real == Math.rint(real) && !Double.isInfinite(real) ? "integer" : "number";
        }
        return value instanceof String
                ? "string"
                : value instanceof List ? "array" : value instanceof Map ? "object" : "integer";
    }

    private void type(Map<String, @Nullable Object> schema, @Nullable Object value, String path) {
        Object type = schema.get("type");
        String is = typeOf(value);
        List<?> allowed = type instanceof List<?> list ? list : type == null ? List.of() : List.of(type);
        boolean fits =
                allowed.isEmpty() || allowed.contains(is) || (is.equals("integer") && allowed.contains("number"));
        if (!fits) {
            String wanted = allowed.size() == 1
                    ? String.valueOf(allowed.get(0))
                    : allowed.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
            wrong(path, "Invalid type. Expected: " + wanted + ", given: " + is);
        }
        if (schema.get("enum") instanceof List<?> choices
                && choices.stream().noneMatch(choice -> GoValues.deepEqual(choice, value, budget))) {
            String all = choices.stream().map(this::shown).collect(Collectors.joining(", "));
            wrong(path, last(path) + " must be one of the following: " + all);
        }
        if (schema.containsKey("const") && !GoValues.deepEqual(schema.get("const"), value, budget)) {
            wrong(path, last(path) + " does not match: " + shown(schema.get("const")));
        }
    }

    private String shown(@Nullable Object value) {
        return value instanceof String text ? "\"" + text + "\"" : GoValues.text(value, budget);
    }

    private static String last(String path) {
        return path.isEmpty() ? "(root)" : path.substring(1);
    }

    private void alternatives(Map<String, @Nullable Object> schema, @Nullable Object value, String path) {
        if (schema.get("allOf") instanceof List<?> all) {
            all.forEach(one -> value(one, value, path));
        }
        if (schema.get("anyOf") instanceof List<?> any && any.stream().noneMatch(one -> fits(one, value, path))) {
            wrong(path, "Must validate at least one schema (anyOf)");
        }
        if (schema.get("oneOf") instanceof List<?> one) {
            long count = one.stream().filter(each -> fits(each, value, path)).count();
            if (count != 1) {
                wrong(path, "Must validate one and only one schema (oneOf)");
            }
        }
        if (schema.containsKey("not") && fits(schema.get("not"), value, path)) {
            wrong(path, "Must not validate the schema (not)");
        }
        if (schema.containsKey("if")) {
            String next = fits(schema.get("if"), value, path) ? "then" : "else";
            value(schema.get(next), value, path);
        }
    }

    private void text(Map<String, @Nullable Object> schema, String text, String path) {
        int length = text.codePointCount(0, text.length());
        bound(schema, "minLength", least -> length >= least, path, "String length must be greater than or equal to ");
        bound(schema, "maxLength", most -> length <= most, path, "String length must be less than or equal to ");
        if (schema.get("pattern") instanceof String pattern && !matches(pattern, text)) {
            wrong(path, "Does not match pattern '" + pattern + "'");
        }
    }

    private boolean matches(String pattern, String text) {
        try {
            GoPattern compiled = GoPattern.of(pattern);
            budget.spend(compiled.steps());
            return compiled.takesLong(text) || compiled.isFoundIn(text);
        } catch (PatternSyntaxException e) {
            throw new ChartException("values.schema.json: pattern " + pattern + ": " + e.getMessage());
        }
    }

    private interface Bound {
        boolean holds(double limit);
    }

    private void bound(Map<String, @Nullable Object> schema, String word, Bound bound, String path, String what) {
        if (schema.get(word) instanceof Double limit && !bound.holds(limit)) {
            wrong(path, what + GoFloats.text(limit));
        }
    }

    private void number(Map<String, @Nullable Object> schema, double value, String path) {
        boolean above = Boolean.TRUE.equals(schema.get("exclusiveMinimum"));
        boolean below = Boolean.TRUE.equals(schema.get("exclusiveMaximum"));
        bound(
                schema,
                "minimum",
                least -> above ? value > least : value >= least,
                path,
                "Must be greater than or equal to ");
        bound(schema, "maximum", most -> below ? value < most : value <= most, path, "Must be less than or equal to ");
        bound(schema, "exclusiveMinimum", least -> value > least, path, "Must be greater than ");
        bound(schema, "exclusiveMaximum", most -> value < most, path, "Must be less than ");
        bound(
                schema,
                "multipleOf",
                of -> of == 0 || value / of == Math.rint(value / of),
                path,
                "Must be a multiple of ");
    }

    private void list(Map<String, @Nullable Object> schema, List<@Nullable Object> list, String path) {
        bound(schema, "minItems", least -> list.size() >= least, path, "Array must have at least this many items: ");
        bound(schema, "maxItems", most -> list.size() <= most, path, "Array must have at most this many items: ");
        List<?> first = schema.get("prefixItems") instanceof List<?> prefix
                ? prefix
                : schema.get("items") instanceof List<?> items ? items : List.of();
        Object rest = schema.get("items") instanceof List ? schema.get("additionalItems") : schema.get("items");
        boolean found = false;
        for (int i = 0; i < list.size(); i++) {
            String at = path + "." + i;
            Object item = list.get(i);
            value(i < first.size() ? first.get(i) : rest, item, at);
            found |= schema.containsKey("contains") && fits(schema.get("contains"), item, at);
            if (Boolean.TRUE.equals(schema.get("uniqueItems"))) {
                for (int j = 0; j < i; j++) {
                    if (GoValues.deepEqual(item, list.get(j), budget)) {
                        wrong(path, "array items[" + j + "," + i + "] must be unique");
                    }
                }
            }
        }
        if (schema.containsKey("contains") && !found) {
            wrong(path, "At least one of the items must match");
        }
    }

    private void map(Map<String, @Nullable Object> schema, Map<String, @Nullable Object> map, String path) {
        bound(schema, "minProperties", least -> map.size() >= least, path, "Must have at least this many properties: ");
        bound(schema, "maxProperties", most -> map.size() <= most, path, "Must have at most this many properties: ");
        if (schema.get("required") instanceof List<?> required) {
            required.stream()
                    .filter(name -> !map.containsKey(String.valueOf(name)))
                    .forEach(name -> wrong(path, name + " is required"));
        }
        Map<String, @Nullable Object> properties = table(schema.get("properties"));
        Map<String, @Nullable Object> patterns = table(schema.get("patternProperties"));
        Object others = schema.get("additionalProperties");
        map.forEach((name, value) -> {
            String at = path + "." + name;
            boolean known = properties.containsKey(name);
            if (known) {
                value(properties.get(name), value, at);
            }
            for (Map.Entry<String, @Nullable Object> pattern : patterns.entrySet()) {
                if (matches(pattern.getKey(), name)) {
                    known = true;
                    value(pattern.getValue(), value, at);
                }
            }
            if (!known && Boolean.FALSE.equals(others)) {
                wrong(path, "Additional property " + name + " is not allowed");
            } else if (!known) {
                value(others, value, at);
            }
            value(schema.get("propertyNames"), name, at);
        });
        dependent(schema, map, path);
    }

    private void dependent(Map<String, @Nullable Object> schema, Map<String, @Nullable Object> map, String path) {
        for (String word : Set.of("dependencies", "dependentRequired", "dependentSchemas")) {
            table(schema.get(word)).forEach((name, needs) -> {
                if (!map.containsKey(name)) {
                    return;
                }
                if (needs instanceof List<?> names) {
                    names.stream()
                            .filter(other -> !map.containsKey(String.valueOf(other)))
                            .forEach(other -> wrong(path, "Has a dependency on " + other));
                } else {
                    value(needs, map, path);
                }
            });
        }
    }

    private static Map<String, @Nullable Object> table(@Nullable Object value) {
        return value instanceof Map ? GoValues.map(value) : new LinkedHashMap<>();
    }
}
