package io.minik.server.policy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.RequestVariables;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.matching.Activation;
import io.minik.server.matching.Activation.Budget;
import io.minik.server.matching.Activation.Exhausted;
import io.minik.server.matching.Activation.Result;
import io.minik.server.matching.Expression;
import io.minik.server.matching.MatchConditions.Failed;
import io.minik.server.matching.MatchConditions.NoMatch;
import io.minik.server.matching.MatchConditions.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A ValidatingAdmissionPolicy, compiled. */
record Validating(PolicyHead policy, List<Validation> validations, List<Annotation> annotations) {
    /** Upstream's MaxEvaluatedMessageExpressionSizeBytes. */
    private static final int LONGEST_MESSAGE = 5 * 1024;

    /** @param message as written; empty: none. @param reason empty: Invalid */
    record Validation(Expression expression, String message, String reason, Optional<Expression> messageExpression) {}

    record Annotation(String key, Expression value) {}

    static Validating of(KubeObject object) {
        PolicyHead policy = PolicyHead.of(object);
        boolean params = policy.paramKind().isPresent();
        CelEnvironment environment = policy.variables().environment(RequestVariables.of(params, true));
        CelEnvironment ofMessages = policy.variables().environment(RequestVariables.of(params, false));
        List<Validation> validations = new ArrayList<>();
        for (JsonNode said : object.at("spec", "validations")) {
            String message = Json.text(said, "messageExpression");
            validations.add(new Validation(
                    Expression.of(Json.text(said, "expression"), environment, List.of(CelType.BOOL)),
                    Json.text(said, "message"),
                    Json.text(said, "reason"),
                    message.isEmpty()
                            ? Optional.empty()
                            : Optional.of(Expression.of(message, ofMessages, List.of(CelType.STRING)))));
        }
        List<Annotation> annotations = new ArrayList<>();
        for (JsonNode said : object.at("spec", "auditAnnotations")) {
            Expression value = Expression.of(
                    Json.text(said, "valueExpression"), environment, List.of(CelType.STRING, CelType.NULL));
            annotations.add(new Annotation(Json.text(said, "key"), value));
        }
        return new Validating(policy, List.copyOf(validations), List.copyOf(annotations));
    }

    /** @param index of the validation. @param reason of the refusal; empty: Invalid */
    record Denied(int index, String message, String reason) {}

    /** @param values for the audit log, by key. @param broken why values could not be told, if that refuses */
    record Findings(List<Denied> denied, List<Value> values, List<String> broken) {
        static final Findings NONE = new Findings(List.of(), List.of(), List.of());
    }

    record Value(String key, String value) {}

    /** @param seen the request, with the parameters */
    Findings validate(Activation seen) {
        Verdict verdict = policy.conditions().evaluate(seen.naming(policy.variables()));
        if (verdict instanceof NoMatch) {
            return Findings.NONE;
        }
        if (verdict instanceof Failed failed) {
            return failure(failed.message());
        }
        Budget budget = new Budget(Budget.OF_POLICY);
        List<Result> results = new ArrayList<>();
        try {
            Activation activation = seen.naming(policy.variables());
            validations.forEach(validation -> results.add(activation.run(validation.expression(), budget)));
        } catch (Exhausted e) {
            return failure(String.valueOf(e.getMessage()));
        }
        List<Denied> denied = decide(seen, results, budget);
        List<Value> values = new ArrayList<>();
        List<String> broken = new ArrayList<>();
        try {
            Activation activation = seen.withoutAuthorizer().naming(policy.variables());
            Budget own = new Budget(Budget.OF_POLICY);
            for (Annotation annotation : annotations) {
                tell(annotation, activation.run(annotation.value(), own), values, broken);
            }
        } catch (Exhausted e) {
            return failure(String.valueOf(e.getMessage()));
        }
        return new Findings(denied, values, policy.failsClosed() ? broken : List.of());
    }

    private Findings failure(String message) {
        return policy.failsClosed()
                ? new Findings(List.of(new Denied(0, message, "")), List.of(), List.of())
                : Findings.NONE;
    }

    private List<Denied> decide(Activation seen, List<Result> results, Budget budget) {
        List<Denied> denied = new ArrayList<>();
        List<Optional<String>> messages = new ArrayList<>();
        String exhausted = "";
        try {
            Activation activation = seen.withoutAuthorizer().naming(policy.variables());
            for (Validation validation : validations) {
                messages.add(validation
                        .messageExpression()
                        .map(expression -> activation.run(expression, budget))
                        .filter(result -> !result.failed())
                        .flatMap(result -> usable(result.value())));
            }
        } catch (Exhausted e) {
            exhausted = "failed messageExpression: " + e.getMessage();
        }
        for (int at = 0; at < results.size(); at++) {
            Validation validation = validations.get(at);
            Result result = results.get(at);
            if (result.failed() || !exhausted.isEmpty()) {
                if (policy.failsClosed()) {
                    denied.add(new Denied(at, result.failed() ? result.error() : exhausted, ""));
                }
            } else if (!Boolean.TRUE.equals(result.value())) {
                String message = messages.get(at).orElseGet(() -> plain(validation));
                denied.add(new Denied(at, message, validation.reason()));
            }
        }
        return denied;
    }

    /** A message of one line that is not too long. */
    private static Optional<String> usable(Object value) {
        String text = value.toString().strip();
        return text.isEmpty() || text.length() > LONGEST_MESSAGE || text.contains("\n")
                ? Optional.empty()
                : Optional.of(text);
    }

    private static String plain(Validation validation) {
        String message = validation.message().strip();
        return message.isEmpty()
                ? "failed expression: " + validation.expression().text().strip()
                : message;
    }

    private static void tell(Annotation annotation, Result result, List<Value> values, List<String> broken) {
        if (result.failed()) {
            broken.add(result.error());
        } else if (result.value() instanceof String text && !text.isBlank()) {
            values.add(new Value(annotation.key(), text.strip()));
        }
    }
}
