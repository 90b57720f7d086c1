package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Program;
import io.minik.api.cel.Program.Outcome;
import io.minik.api.meta.Causes;
import io.minik.api.schema.Structural;
import io.minik.api.validation.Expressions.Rule;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Holds an object of a kind that was added against its schema's expressions (apiextensions' pkg/apiserver/schema/cel). What an
 * update leaves as it was may break rules that have come since; transition rules are held against what was before.
 */
final class ExpressionRules {
    /** Of one run; about a tenth of a second. */
    private static final long PER_CALL = 1_000_000;

    /** What the rules of one object may cost together. */
    private static final long PER_OBJECT = 10_000_000;

    private static final int LONGEST_MESSAGE = 5 * 1024;
    private static final String OUT_OF_BUDGET =
            "validation failed due to running out of cost budget, no further validation rules will be run";

    // Constants: they are known by their identity.
    private static final Function<Structural, Expressions> ROOT = Expressions::ofRoot;
    private static final Function<Structural, Expressions> PART = Expressions::ofPart;

    private final Causes causes;
    /** Whether what was so before need not be right. */
    private final boolean settles;

    private long budget = PER_OBJECT;

    private ExpressionRules(Causes causes, boolean settles) {
        this.causes = causes;
        this.settles = settles;
    }

    /** @param causes those that the schema itself has found: of what is no such object no rule can speak */
    static void check(Structural schema, ObjectNode tree, Optional<ObjectNode> old, Causes causes) {
        if (!schema.ruled()) {
            return;
        }
        if (causes.blocking()) {
            causes.invalid(
                    StructuralRules.NOWHERE,
                    Json.NODES.nullNode(),
                    "some validation rules were not checked because the object was invalid; correct the existing errors to"
                            + " complete validation");
            return;
        }
        new ExpressionRules(causes, true).value(schema, ROOT, new Place(tree, old, false, ""));
    }

    /** Of a default, which stands nowhere yet. */
    static void checkDefault(Structural schema, JsonNode value, Causes causes) {
        if (schema.ruled()) {
            new ExpressionRules(causes, false).value(schema, PART, new Place(value, Optional.of(value), false, ""));
        }
    }

    /**
     * @param within whether what this stands in is as it was, where this itself has no counterpart
     * @param path as errors name it
     */
    private record Place(JsonNode value, Optional<? extends JsonNode> old, boolean within, String path) {
        boolean same() {
            return old.isPresent() ? old.get().equals(value) : within;
        }
    }

    private void value(Structural schema, Function<Structural, Expressions> compile, Place place) {
        JsonNode value = place.value();
        Optional<? extends JsonNode> old = place.old();
        String path = place.path();
        if (!schema.ruled() || value.isNull() || budget < 0) {
            return;
        }
        boolean same = place.same();
        Expressions own = schema.once(compile);
        if (!own.rules().isEmpty()) {
            own.decl().ifPresent(decl -> rules(schema, own.rules(), new Values(decl, value, old), same, path));
        }
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                String name = entry.getKey();
                String at = StructuralRules.at(schema, path, name);
                Optional<JsonNode> before = old.map(tree -> tree.get(name));
                schema.part(name).ifPresent(part -> value(part, PART, new Place(entry.getValue(), before, same, at)));
            }
        } else if (value instanceof ArrayNode list) {
            schema.items().ifPresent(items -> {
                for (int at = 0; at < list.size(); at++) {
                    Optional<JsonNode> before = ListRules.sameItem(schema, list.get(at), old);
                    value(items, PART, new Place(list.get(at), before, same, Causes.at(path, at)));
                }
            });
        }
    }

    private record Values(Decl decl, JsonNode value, Optional<? extends JsonNode> old) {
        Map<String, Object> of(Rule rule) {
            Map<String, Object> variables = new HashMap<>();
            variables.put(Expressions.SELF, decl.value(value));
            Optional<Object> before = old.filter(found -> !found.isNull()).map(decl::value);
            if (rule.optionalOldSelf()) {
                variables.put(Expressions.OLD_SELF, before);
            } else {
                before.ifPresent(found -> variables.put(Expressions.OLD_SELF, found));
            }
            return variables;
        }

        boolean before() {
            return old.isPresent() && !old.get().isNull();
        }
    }

    private void rules(Structural schema, List<Rule> rules, Values values, boolean same, String path) {
        for (Rule rule : rules) {
            boolean skipped = rule.transition() && !values.before() && !rule.optionalOldSelf();
            // What was right before needs no run if nothing has changed, but for what it is compared with.
            boolean settled = settles && same && !rule.transition();
            if (budget < 0 || skipped || settled) {
                continue;
            }
            if (!rule.fault().isEmpty()) {
                invalid(schema, path, "rule compile error: " + rule.fault());
            }
            rule.program().ifPresent(program -> run(schema, rule, program, values.of(rule), path));
        }
    }

    private void invalid(Structural schema, String path, String why) {
        causes.invalid(path.isEmpty() ? StructuralRules.NOWHERE : path, schema.type(), why);
    }

    private void run(Structural schema, Rule rule, Program program, Map<String, Object> variables, String path) {
        Outcome outcome = program.eval(variables, PER_CALL);
        if (outcome.cost() > budget) {
            invalid(schema, path, OUT_OF_BUDGET);
            budget = -1;
            return;
        }
        budget -= outcome.cost();
        if (outcome.failed()) {
            failed(schema, rule, outcome.error(), path);
        } else if (!Boolean.TRUE.equals(outcome.value())) {
            broken(schema, rule, variables, path);
        }
    }

    private void failed(Structural schema, Rule rule, String error, String path) {
        if (error.startsWith("no such overload")) {
            invalid(
                    schema,
                    path,
                    "'" + error
                            + "': call arguments did not match a supported operator, function or macro signature for"
                            + " rule: " + rule.name());
        } else if (error.equals(Program.EXHAUSTED)) {
            invalid(
                    schema,
                    path,
                    "'" + error + "': no further validation rules will be run due to call cost exceeds limit for rule: "
                            + rule.name());
            budget = -1;
        } else {
            invalid(schema, path, error + " evaluating rule: " + rule.name());
        }
    }

    private void broken(Structural schema, Rule rule, Map<String, Object> variables, String path) {
        String said = Json.text(rule.said(), "message").isEmpty()
                ? "failed rule: " + rule.name()
                : Json.text(rule.said(), "message").strip();
        String detail =
                rule.message().flatMap(program -> message(program, variables)).orElse(said);
        if (budget < 0) {
            detail =
                    "messageExpression evaluation failed due to running out of cost budget, no further validation rules"
                            + " will be run";
        }
        String whole =
                rule.fieldPath().isEmpty() ? path : path.isEmpty() ? rule.fieldPath() : path + "." + rule.fieldPath();
        String at = whole.isEmpty() ? StructuralRules.NOWHERE : whole;
        causes.given(Json.text(rule.said(), "reason"), at, schema.type(), detail);
    }

    /** Empty if it makes no message: then there is the other. */
    private Optional<String> message(Program program, Map<String, Object> variables) {
        Outcome outcome = program.eval(variables, PER_CALL);
        if (outcome.cost() > budget) {
            budget = -1;
            return Optional.empty();
        }
        budget -= outcome.cost();
        if (outcome.failed() || !(outcome.value() instanceof String text)) {
            return Optional.empty();
        }
        String trimmed = text.strip();
        boolean usable = !trimmed.isEmpty()
                && trimmed.indexOf('\n') < 0
                && trimmed.getBytes(StandardCharsets.UTF_8).length <= LONGEST_MESSAGE;
        return usable ? Optional.of(trimmed) : Optional.empty();
    }
}
