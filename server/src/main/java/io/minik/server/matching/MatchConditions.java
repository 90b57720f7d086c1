package io.minik.server.matching;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.RequestVariables;
import io.minik.ground.json.Json;
import io.minik.server.matching.Activation.Budget;
import io.minik.server.matching.Activation.Exhausted;
import io.minik.server.matching.Activation.Result;
import java.util.ArrayList;
import java.util.List;

/** The matchConditions of a webhook or a policy, compiled. All must hold; one that does not hold outweighs any error. */
public final class MatchConditions {
    private static final CelEnvironment OF_WEBHOOKS = CelEnvironment.of(RequestVariables.of(false, true));

    private record Condition(String name, Expression expression) {}

    private final List<Condition> conditions;

    private MatchConditions(List<Condition> conditions) {
        this.conditions = List.copyOf(conditions);
    }

    /** @param said matchConditions */
    public static MatchConditions ofWebhook(JsonNode said) {
        return of(said, OF_WEBHOOKS);
    }

    public static MatchConditions of(JsonNode said, CelEnvironment environment) {
        List<Condition> conditions = new ArrayList<>(said.size());
        for (JsonNode condition : said) {
            Expression expression =
                    Expression.of(Json.text(condition, "expression"), environment, List.of(CelType.BOOL));
            conditions.add(new Condition(Json.text(condition, "name"), expression));
        }
        return new MatchConditions(conditions);
    }

    public boolean isEmpty() {
        return conditions.isEmpty();
    }

    /** What they come to; the caller's failurePolicy says what follows from a failure. */
    public sealed interface Verdict {}

    /** All conditions hold. */
    public record Matches() implements Verdict {}

    /** @param condition the first that does not hold */
    public record NoMatch(String condition) implements Verdict {}

    public record Failed(String message) implements Verdict {}

    private static final Verdict MATCHES = new Matches();

    /** To be called within {@link Questions#answered}. */
    public Verdict evaluate(Activation activation) {
        if (conditions.isEmpty()) {
            return MATCHES;
        }
        Budget budget = new Budget(Budget.OF_CONDITIONS);
        List<Result> results = new ArrayList<>(conditions.size());
        try {
            conditions.forEach(condition -> results.add(activation.run(condition.expression(), budget)));
        } catch (Exhausted e) {
            return new Failed(String.valueOf(e.getMessage()));
        }
        for (int at = 0; at < results.size(); at++) {
            if (Boolean.FALSE.equals(results.get(at).value())) {
                return new NoMatch(conditions.get(at).name());
            }
        }
        List<String> errors = results.stream()
                .filter(Result::failed)
                .map(Result::error)
                .distinct()
                .toList();
        return errors.isEmpty()
                ? MATCHES
                : new Failed(errors.size() == 1 ? errors.get(0) : "[" + String.join(", ", errors) + "]");
    }
}
