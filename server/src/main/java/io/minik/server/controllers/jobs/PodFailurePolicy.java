package io.minik.server.controllers.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.Optional;

/** What a Job's spec.podFailurePolicy makes of a failed pod: the first rule that matches says it. Pure. */
public final class PodFailurePolicy {
    enum Action {
        /** Counts towards the limits; also what no rule matches. */
        COUNT,
        /** Is retried and does not count. */
        IGNORE,
        /** The job ends as failed. */
        FAIL_JOB,
        /** The pod's index ends as failed. */
        FAIL_INDEX
    }

    /** @param message why the job ends; empty unless FAIL_JOB */
    record Match(Action action, String message) {
        static final Match NONE = new Match(Action.COUNT, "");

        boolean counts() {
            return action != Action.IGNORE;
        }
    }

    private PodFailurePolicy() {}

    static Match of(KubeObject job, KubeObject pod) {
        int index = 0;
        for (JsonNode rule : job.at("spec", "podFailurePolicy", "rules")) {
            Optional<String> why = rule.path("onExitCodes").isObject()
                    ? exitCode(rule.path("onExitCodes"), pod)
                    : condition(rule.path("onPodConditions"), pod);
            if (why.isPresent()) {
                return match(Json.text(rule, "action"), why.get(), index);
            }
            index++;
        }
        return Match.NONE;
    }

    private static Match match(String action, String why, int index) {
        return switch (action) {
            case "Ignore" -> new Match(Action.IGNORE, "");
            case "FailIndex" -> new Match(Action.FAIL_INDEX, "");
            case "FailJob" -> new Match(Action.FAIL_JOB, why + " matching FailJob rule at index " + index);
            default -> Match.NONE;
        };
    }

    private static Optional<String> exitCode(JsonNode requirement, KubeObject pod) {
        for (String list : new String[] {"containerStatuses", "initContainerStatuses"}) {
            for (JsonNode container : pod.at("status", list)) {
                JsonNode code = Json.at(container, "state", "terminated", "exitCode");
                String wanted = Json.text(requirement, "containerName");
                boolean concerns = wanted.isEmpty() || wanted.equals(Json.text(container, "name"));
                if (concerns && code.asInt() != 0 && matches(requirement, code.asInt())) {
                    return Optional.of("Container " + Json.text(container, "name") + " for pod " + pod.key()
                            + " failed with exit code " + code.asInt());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean matches(JsonNode requirement, int code) {
        boolean listed = false;
        for (JsonNode value : requirement.path("values")) {
            listed |= value.asInt() == code;
        }
        return listed == Json.text(requirement, "operator").equals("In");
    }

    private static Optional<String> condition(JsonNode patterns, KubeObject pod) {
        for (JsonNode condition : pod.at("status", "conditions")) {
            for (JsonNode pattern : patterns) {
                if (Json.text(condition, "type").equals(Json.text(pattern, "type"))
                        && Json.text(condition, "status").equals(Json.textOr("True", pattern, "status"))) {
                    return Optional.of("Pod " + pod.key() + " has condition " + Json.text(condition, "type"));
                }
            }
        }
        return Optional.empty();
    }
}
