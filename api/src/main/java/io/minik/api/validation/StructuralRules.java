package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.Structural;
import io.minik.ground.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Holds an object of a kind that was added against its schema, in the words of kube-openapi's validation. What an update
 * leaves as it was is not held against it again: a schema may have become stricter since.
 */
final class StructuralRules {
    /** Errors of what is no field: upstream prints a path that is nil. */
    static final String NOWHERE = "<nil>";

    private final Causes causes;

    private StructuralRules(Causes causes) {
        this.causes = causes;
    }

    /** @param old the stored object on update */
    static void check(Structural schema, ObjectNode tree, Optional<ObjectNode> old, Causes causes) {
        new StructuralRules(causes).value(schema, tree, old, "");
        new EmbeddedRules(causes).check(schema, tree, "");
        new ListRules(causes).check(schema, tree, old, "");
    }

    /** Of a value that stands nowhere yet: {@link #below} says where the causes' fields are then. */
    static List<Cause> ofValue(Structural schema, JsonNode value) {
        Causes causes = new Causes();
        new StructuralRules(causes).value(schema, value, Optional.empty(), "");
        new EmbeddedRules(causes).check(schema, value, "");
        new ListRules(causes).check(schema, value, Optional.empty(), "");
        return causes.list();
    }

    /** How errors name what an object has: a field by a point, an entry of a map in brackets. */
    static String at(Structural schema, String path, String name) {
        if (!schema.properties().containsKey(name)) {
            return Causes.at(path, name);
        }
        return path.isEmpty() ? name : path + "." + name;
    }

    static String below(String path, String field) {
        if (field.isEmpty() || field.equals(NOWHERE)) {
            return path;
        }
        return field.startsWith("[") ? path + field : path + "." + field;
    }

    private void value(Structural schema, JsonNode value, Optional<? extends JsonNode> old, String path) {
        if (old.isPresent() && old.get().equals(value)) {
            return;
        }
        if (!type(schema, value, path) || value.isNull()) {
            enumeration(schema, value, path);
            return;
        }
        alternatives(schema, value, old, path);
        if (value.isTextual()) {
            text(schema, value.textValue(), path);
        } else if (value.isNumber()) {
            number(schema, value, path);
        } else if (value instanceof ArrayNode list) {
            list(schema, list, old, path);
        }
        enumeration(schema, value, path);
        if (value instanceof ObjectNode object) {
            object(schema, object, old, path);
        }
    }

    private static String said(String path) {
        return path + " in body ";
    }

    private boolean type(Structural schema, JsonNode value, String path) {
        String wanted = schema.intOrString() ? "integer,string" : schema.type();
        if (wanted.isEmpty() || (value.isNull() && schema.nullable())) {
            return true;
        }
        String is = typeOf(value);
        boolean whole =
                is.equals("number") && value.decimalValue().stripTrailingZeros().scale() <= 0;
        boolean fits = wanted.equals(is)
                || (wanted.equals("number") && is.equals("integer"))
                || (wanted.equals("integer") && whole)
                || (schema.intOrString() && (is.equals("integer") || is.equals("string") || whole));
        if (!fits) {
            causes.typeInvalid(path, is, said(path) + "must be of type " + wanted + ": \"" + is + "\"");
        }
        return fits;
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING, BINARY -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case ARRAY -> "array";
            case OBJECT, POJO -> "object";
            case NULL, MISSING -> "null";
        };
    }

    private void alternatives(Structural schema, JsonNode value, Optional<? extends JsonNode> old, String path) {
        List<Structural> any = schema.alternatives("anyOf");
        if (!any.isEmpty()) {
            List<List<Cause>> failures = failures(any, value, old, path);
            if (failures.size() == any.size()) {
                causes.invalid(NOWHERE, "", quoted(path) + " must validate at least one schema (anyOf)");
                causes.addAll(fewest(failures));
            }
        }
        List<Structural> one = schema.alternatives("oneOf");
        if (!one.isEmpty()) {
            List<List<Cause>> failures = failures(one, value, old, path);
            int valid = one.size() - failures.size();
            if (valid != 1) {
                String found = valid == 0 ? "Found none valid" : "Found " + valid + " valid alternatives";
                causes.invalid(NOWHERE, "", quoted(path) + " must validate one and only one schema (oneOf). " + found);
                if (valid == 0) {
                    causes.addAll(fewest(failures));
                }
            }
        }
        List<Structural> all = schema.alternatives("allOf");
        if (!all.isEmpty()) {
            List<List<Cause>> failures = failures(all, value, old, path);
            failures.forEach(causes::addAll);
            if (!failures.isEmpty()) {
                String none = failures.size() == all.size() ? ". None validated" : "";
                causes.invalid(NOWHERE, "", quoted(path) + " must validate all the schemas (allOf)" + none);
            }
        }
        List<Structural> not = schema.alternatives("not");
        if (!not.isEmpty() && failures(not, value, old, path).isEmpty()) {
            causes.invalid(NOWHERE, "", quoted(path) + " must not validate the schema (not)");
        }
    }

    private static String quoted(String path) {
        return "\"" + path + "\"";
    }

    private static List<List<Cause>> failures(
            List<Structural> schemas, JsonNode value, Optional<? extends JsonNode> old, String path) {
        List<List<Cause>> failures = new ArrayList<>();
        for (Structural schema : schemas) {
            Causes own = new Causes();
            new StructuralRules(own).value(schema, value, old, path);
            if (!own.isEmpty()) {
                failures.add(own.list());
            }
        }
        return failures;
    }

    /** Those of the alternative that the author came nearest to. */
    private static List<Cause> fewest(List<List<Cause>> failures) {
        List<Cause> best = failures.get(0);
        for (List<Cause> each : failures) {
            best = each.size() < best.size() ? each : best;
        }
        return best;
    }

    private void text(Structural schema, String value, String path) {
        int length = value.codePointCount(0, value.length());
        JsonNode most = schema.says("maxLength");
        JsonNode least = schema.says("minLength");
        if (most.isNumber() && length > most.longValue()) {
            causes.tooLong(path, most.intValue());
        }
        if (least.isNumber() && length < least.longValue()) {
            causes.invalid(path, value, said(path) + "should be at least " + least.longValue() + " chars long");
        }
        schema.pattern().ifPresent(pattern -> {
            if (pattern.takesLong(value)) {
                causes.invalid(path, value, said(path) + "is too long to be held against '" + pattern.text() + "'");
            } else if (!pattern.isFoundIn(value)) {
                causes.invalid(path, value, said(path) + "should match '" + pattern.text() + "'");
            }
        });
        String format = Json.text(schema.source(), "format");
        if (!format.isEmpty() && !schema.intOrString() && !Formats.fits(format, value)) {
            causes.typeInvalid(path, value, said(path) + "must be of type " + format + ": \"" + value + "\"");
        }
    }

    private void number(Structural schema, JsonNode value, String path) {
        BigDecimal number = value.decimalValue();
        if (schema.type().equals("integer")) {
            String format = Json.text(schema.source(), "format");
            boolean fits = format.equals("int32") ? value.canConvertToInt() : value.canConvertToLong();
            if (!fits) {
                String width = format.isEmpty() ? " (default format)" : " with format " + format;
                causes.invalid(NOWHERE, "", "Checked value must be of type integer" + width + " in " + path);
            }
        }
        JsonNode factor = schema.says("multipleOf");
        if (factor.isNumber()
                && factor.decimalValue().signum() > 0
                && number.remainder(factor.decimalValue()).signum() != 0) {
            causes.invalid(path, value, said(path) + "should be a multiple of " + plain(factor));
        }
        bound(schema, value, Bound.MAXIMUM, path);
        bound(schema, value, Bound.MINIMUM, path);
    }

    private enum Bound {
        MAXIMUM("maximum", "exclusiveMaximum", "should be less than "),
        MINIMUM("minimum", "exclusiveMinimum", "should be greater than ");

        private final String word;
        private final String exclusive;
        private final String words;

        Bound(String word, String exclusive, String words) {
            this.word = word;
            this.exclusive = exclusive;
            this.words = words;
        }
    }

    private void bound(Structural schema, JsonNode value, Bound side, String path) {
        JsonNode bound = schema.says(side.word);
        if (!bound.isNumber()) {
            return;
        }
        boolean strict = schema.says(side.exclusive).asBoolean(false);
        int order = value.decimalValue().compareTo(bound.decimalValue()) * (side == Bound.MAXIMUM ? 1 : -1);
        if (order > 0 || (strict && order == 0)) {
            causes.invalid(path, value, said(path) + side.words + (strict ? "" : "or equal to ") + plain(bound));
        }
    }

    private static String plain(JsonNode number) {
        BigDecimal value = number.decimalValue().stripTrailingZeros();
        return value.toPlainString();
    }

    private void list(Structural schema, ArrayNode list, Optional<? extends JsonNode> old, String path) {
        schema.items().ifPresent(items -> {
            for (int at = 0; at < list.size(); at++) {
                value(items, list.get(at), ListRules.sameItem(schema, list.get(at), old), Causes.at(path, at));
            }
        });
        JsonNode least = schema.says("minItems");
        JsonNode most = schema.says("maxItems");
        if (least.isNumber() && list.size() < least.longValue()) {
            causes.invalid(path, list.size(), said(path) + "should have at least " + least.longValue() + " items");
        }
        if (most.isNumber() && list.size() > most.longValue()) {
            causes.tooMany(path, list.size(), most.intValue());
        }
        if (schema.says("uniqueItems").asBoolean(false)) {
            Set<JsonNode> seen = new HashSet<>();
            for (JsonNode item : list) {
                if (!seen.add(item)) {
                    causes.invalid(path, "", said(path) + "shouldn't contain duplicates");
                    break;
                }
            }
        }
    }

    private void enumeration(Structural schema, JsonNode value, String path) {
        JsonNode words = schema.says("enum");
        if (words.isEmpty()) {
            return;
        }
        List<String> supported = new ArrayList<>();
        for (JsonNode word : words) {
            boolean same = word.equals(value)
                    || (word.isNumber()
                            && value.isNumber()
                            && word.decimalValue().compareTo(value.decimalValue()) == 0);
            if (same) {
                return;
            }
            supported.add(word.isTextual() ? word.textValue() : word.toString());
        }
        causes.unsupported(path, value, supported);
    }

    private void object(Structural schema, ObjectNode object, Optional<? extends JsonNode> old, String path) {
        JsonNode least = schema.says("minProperties");
        JsonNode most = schema.says("maxProperties");
        if (least.isNumber() && object.size() < least.longValue()) {
            causes.invalid(
                    path, object.size(), said(path) + "should have at least " + least.longValue() + " properties");
            return;
        }
        if (most.isNumber() && object.size() > most.longValue()) {
            causes.tooMany(path, object.size(), most.intValue());
            return;
        }
        String below = path.isEmpty() ? "" : path + ".";
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            Optional<Structural> part = schema.part(entry.getKey());
            Optional<JsonNode> before = old.map(tree -> tree.get(entry.getKey()));
            part.ifPresent(found -> value(found, entry.getValue(), before, below + entry.getKey()));
        }
        for (JsonNode required : schema.says("required")) {
            if (!object.has(required.asText())) {
                causes.required(below + required.asText());
            }
        }
    }
}
