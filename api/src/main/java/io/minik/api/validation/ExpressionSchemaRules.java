package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.validation.Expressions.Rule;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The expressions of a definition's schema: whether they are any, and what they cost at worst, which is the cost of one run
 * times how often its value may stand in an object.
 */
final class ExpressionSchemaRules {
    /** What one expression may cost by its estimate. */
    private static final long PER_EXPRESSION = 10_000_000;

    /** What all expressions of a schema may cost by their estimates. */
    private static final long PER_SCHEMA = 100_000_000;

    private static final int TOLD = 4;

    private record RuleCost(String path, long cost) {}

    private final Causes causes;
    /** A schema that is as it was may cost what it cost. */
    private final boolean unchanged;

    private final List<RuleCost> expensive = new ArrayList<>();
    private long total;

    ExpressionSchemaRules(Causes causes, boolean unchanged) {
        this.causes = causes;
        this.unchanged = unchanged;
    }

    /** What is said of the rules besides expressions: may be asked of any schema. */
    static void words(Causes causes, JsonNode schema, String path) {
        for (int at = 0; at < schema.path(Expressions.WORD).size(); at++) {
            JsonNode rule = schema.path(Expressions.WORD).get(at);
            String here = Causes.at(path + "." + Expressions.WORD, at);
            String message = Json.text(rule, "message");
            if (Json.text(rule, "rule").isBlank()) {
                causes.required(here + ".rule", "rule is not specified");
            } else if (!message.isEmpty() && message.isBlank()) {
                causes.invalid(here + ".message", message, "message must be non-empty if specified");
            } else if (breaks(message.strip())) {
                causes.invalid(here + ".message", message, "message must not contain line breaks");
            } else if (breaks(Json.text(rule, "rule").strip()) && message.isBlank()) {
                causes.required(here + ".message", "message must be specified if rule contains line breaks");
            }
            String expression = Json.text(rule, "messageExpression");
            if (!expression.isEmpty() && expression.isBlank()) {
                causes.required(here + ".messageExpression", "messageExpression must be non-empty if specified");
            }
            String reason = Json.text(rule, "reason");
            if (!reason.isEmpty() && !Causes.GIVEN.contains(reason)) {
                causes.unsupported(here + ".reason", reason, Causes.GIVEN);
            }
            fieldPath(causes, schema, Json.text(rule, "fieldPath"), here + ".fieldPath");
        }
    }

    private static void fieldPath(Causes causes, JsonNode schema, String said, String path) {
        if (said.isEmpty()) {
            return;
        }
        if (said.isBlank()) {
            causes.invalid(path, said, "fieldPath must be non-empty if specified");
        }
        if (breaks(said)) {
            causes.invalid(path, said, "fieldPath must not contain line breaks");
        }
        try {
            SchemaPath.of(said, schema, true);
        } catch (SchemaPath.Wrong e) {
            causes.invalid(path, said, "fieldPath must be a valid path");
        }
    }

    private static boolean breaks(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }

    /** @param schema one that nothing else is wrong with */
    void check(JsonNode schema, String path) {
        node(schema, true, OptionalLong.of(1), Optional.empty(), path);
        if (total > PER_SCHEMA) {
            expensive.stream()
                    .sorted(Comparator.comparingLong(RuleCost::cost).reversed())
                    .limit(TOLD)
                    .forEach(
                            rule -> causes.forbidden(
                                    rule.path(),
                                    "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"));
            causes.forbidden(
                    path,
                    tooMuch(
                            "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                            total,
                            PER_SCHEMA));
        }
    }

    /**
     * @param often how many such values one object may have; empty if nothing says so
     * @param apart where, above it, what was before cannot be told
     */
    private void node(JsonNode schema, boolean root, OptionalLong often, Optional<String> apart, String path) {
        if (!schema.isObject()) {
            return;
        }
        OptionalLong below = times(often, schema);
        for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
            node(entry.getValue(), false, below, apart, Causes.at(path + ".properties", entry.getKey()));
        }
        node(schema.path("additionalProperties"), false, below, apart, path + ".additionalProperties");
        boolean known = Json.text(schema, "x-kubernetes-list-type").equals("map");
        node(schema.path("items"), false, below, known ? apart : apart.or(() -> Optional.of(path)), path + ".items");
        rules(schema, root, often, apart, path + "." + Expressions.WORD);
    }

    private static OptionalLong times(OptionalLong often, JsonNode schema) {
        String bound =
                switch (SchemaWords.type(schema)) {
                    case "array" -> "maxItems";
                    case "object" -> SchemaWords.present(schema, "additionalProperties") ? "maxProperties" : "";
                    default -> "";
                };
        if (bound.isEmpty() || often.isEmpty()) {
            return often;
        }
        return schema.path(bound).isNumber()
                ? OptionalLong.of(product(
                        often.getAsLong(), Math.max(0, schema.path(bound).longValue())))
                : OptionalLong.empty();
    }

    private static long product(long a, long b) {
        return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
    }

    private void rules(JsonNode schema, boolean root, OptionalLong often, Optional<String> apart, String path) {
        if (schema.path(Expressions.WORD).isEmpty()) {
            return;
        }
        Expressions own = Expressions.of(schema, root || Json.bool(schema, "x-kubernetes-embedded-resource"));
        if (own.decl().isEmpty()) {
            causes.invalid(
                    path, schema.path(Expressions.WORD), "unable to convert structural schema to CEL declarations");
            return;
        }
        long count = often.orElse(own.decl().get().mostOften());
        for (int at = 0; at < own.rules().size(); at++) {
            Rule rule = own.rules().get(at);
            String here = Causes.at(path, at);
            rule.program()
                    .ifPresent(program ->
                            cost("estimated rule cost", product(program.worstCost(), count), here + ".rule"));
            if (!rule.fault().isEmpty()) {
                causes.invalid(here + ".rule", rule.said(), rule.fault());
            }
            if (!rule.messageFault().isEmpty()) {
                causes.invalid(here + ".messageExpression", rule.said(), rule.messageFault());
            }
            rule.message()
                    .ifPresent(program ->
                            cost("estimated messageExpression cost", program.worstCost(), here + ".messageExpression"));
            if (rule.transition() && apart.isPresent()) {
                causes.invalid(
                        here + ".rule",
                        Json.text(rule.said(), "rule"),
                        "oldSelf cannot be used on the uncorrelatable portion of the schema within " + apart.get());
            } else if (!rule.transition()
                    && rule.fault().isEmpty()
                    && rule.said().has("optionalOldSelf")) {
                causes.invalid(
                        here + ".optionalOldSelf",
                        rule.said().path("optionalOldSelf"),
                        "may not be set if oldSelf is not used in rule");
            }
        }
    }

    private void cost(String what, long cost, String path) {
        if (!unchanged && cost > PER_EXPRESSION) {
            causes.forbidden(path, tooMuch(what, cost, PER_EXPRESSION));
        }
        total = cost > Long.MAX_VALUE - total ? Long.MAX_VALUE : total + cost;
        if (cost >= PER_SCHEMA / 100) {
            expensive.add(new RuleCost(path, cost));
        }
    }

    private static String tooMuch(String what, long cost, long limit) {
        double factor = (double) cost / limit;
        String shown =
                factor > 100 ? "more than 100x" : String.format(Locale.ROOT, factor < 1.5 ? "%fx" : "%.1fx", factor);
        return what + " exceeds budget by factor of " + shown
                + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and"
                + " strings are declared)";
    }
}
