package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.json.Json;
import java.util.Set;

/** flowcontrol.apiserver.k8s.io: who waits for whom at the API server. */
final class FlowRules {
    private static final int LARGEST_PRECEDENCE = 10_000;
    private static final int MOST_QUEUES = 10_000_000;
    private static final int PERCENT = 100;

    /** Of a flow's hash, from which its hand of queues is dealt. */
    private static final int HASH_BITS = 60;

    private static final String EXEMPT = "exempt";
    private static final String POSITIVE = "must be positive";
    private static final String NOT_NEGATIVE = "must be a non-negative integer";
    private static final Set<String> DISTINGUISHERS = Set.of("ByUser", "ByNamespace");
    private static final Set<String> RESPONSES = Set.of("Queue", "Reject");

    private final Causes causes;

    FlowRules(Causes causes) {
        this.causes = causes;
    }

    void schema(JsonNode schema) {
        JsonNode spec = schema.path("spec");
        long precedence = Json.longOr(1, spec, "matchingPrecedence");
        if (precedence <= 0) {
            causes.invalid("spec.matchingPrecedence", precedence, "must be a positive value");
        } else if (precedence > LARGEST_PRECEDENCE) {
            causes.invalid("spec.matchingPrecedence", precedence, "must not be greater than " + LARGEST_PRECEDENCE);
        }
        if (precedence == 1 && !Json.text(schema, "metadata", "name").equals(EXEMPT)) {
            causes.invalid(
                    "spec.matchingPrecedence",
                    precedence,
                    "only the schema named 'exempt' may have matchingPrecedence 1");
        }
        if (spec.has("distinguisherMethod")) {
            String type = Json.text(spec, "distinguisherMethod", "type");
            if (!DISTINGUISHERS.contains(type)) {
                causes.unsupported("spec.distinguisherMethod.type", type, DISTINGUISHERS);
            }
        }
        if (Json.text(spec, "priorityLevelConfiguration", "name").isEmpty()) {
            causes.required("spec.priorityLevelConfiguration.name", "must reference a priority level");
        }
        JsonNode rules = spec.path("rules");
        for (int at = 0; at < rules.size(); at++) {
            String path = "spec.rules[" + at + "]";
            JsonNode rule = rules.get(at);
            if (rule.path("subjects").isEmpty()) {
                causes.required(path + ".subjects", "subjects must contain at least one value");
            }
            if (rule.path("resourceRules").isEmpty()
                    && rule.path("nonResourceRules").isEmpty()) {
                causes.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
            }
        }
    }

    void level(JsonNode level) {
        JsonNode spec = level.path("spec");
        String type = Json.text(spec, "type");
        boolean exempt = type.equals("Exempt");
        if (exempt != Json.text(level, "metadata", "name").equals(EXEMPT)) {
            causes.invalid("spec.type", type, "type must be 'Exempt' if and only if `name` is 'exempt'");
        }
        if (exempt && spec.has("limited")) {
            causes.forbidden("spec.limited", "must be nil if the type is not Limited");
        } else if (type.equals("Limited") && !spec.has("limited")) {
            causes.required("spec.limited", "must not be empty when type is Limited");
        }
        if (!exempt && spec.has("exempt")) {
            causes.forbidden("spec.exempt", "must be nil if the type is Limited");
        }
        shares(spec.path("exempt"), "spec.exempt");
        shares(spec.path("limited"), "spec.limited");
        if (spec.has("limited")) {
            limited(spec.path("limited"));
        }
    }

    private void shares(JsonNode own, String path) {
        long shares = Json.longOr(0, own, "nominalConcurrencyShares");
        if (shares < 0) {
            causes.invalid(path + ".nominalConcurrencyShares", shares, NOT_NEGATIVE);
        }
        long lendable = Json.longOr(0, own, "lendablePercent");
        if (lendable < 0 || lendable > PERCENT) {
            causes.invalid(path + ".lendablePercent", lendable, "must be between 0 and 100, inclusive");
        }
    }

    private void limited(JsonNode limited) {
        long borrowing = Json.longOr(0, limited, "borrowingLimitPercent");
        if (borrowing < 0) {
            causes.invalid(
                    "spec.limited.borrowingLimitPercent", borrowing, "if specified, must be a non-negative integer");
        }
        JsonNode response = limited.path("limitResponse");
        String path = "spec.limited.limitResponse";
        String type = Json.text(response, "type");
        boolean queuing = response.path("queuing").isObject();
        if (!RESPONSES.contains(type)) {
            causes.unsupported(path + ".type", type, RESPONSES);
        } else if (type.equals("Reject") && queuing) {
            causes.forbidden(path + ".queuing", "must be nil if limited.limitResponse.type is not Limited");
        } else if (type.equals("Queue") && !queuing) {
            causes.required(path + ".queuing", "must not be empty if limited.limitResponse.type is Limited");
        }
        if (queuing) {
            queuing(response.path("queuing"), path + ".queuing");
        }
    }

    /** Defaults are in place. */
    private void queuing(JsonNode queuing, String path) {
        long length = Json.longOr(1, queuing, "queueLengthLimit");
        if (length <= 0) {
            causes.invalid(path + ".queueLengthLimit", length, POSITIVE);
        }
        long queues = Json.longOr(1, queuing, "queues");
        if (queues <= 0) {
            causes.invalid(path + ".queues", queues, POSITIVE);
        } else if (queues > MOST_QUEUES) {
            causes.invalid(path + ".queues", queues, "must not be greater than " + MOST_QUEUES);
        }
        long hand = Json.longOr(1, queuing, "handSize");
        if (hand <= 0) {
            causes.invalid(path + ".handSize", hand, POSITIVE);
        } else if (hand > queues) {
            causes.invalid(path + ".handSize", hand, "should not be greater than queues (" + queues + ")");
        } else if (Math.ceil(Math.log((double) queues) / Math.log(2) * (double) hand) > HASH_BITS) {
            causes.invalid(
                    path + ".handSize",
                    hand,
                    "required entropy bits of deckSize " + queues + " and handSize " + hand
                            + " should not be greater than " + HASH_BITS);
        }
    }
}
