package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.List;

/**
 * core/v1 ContainerRestartRule: what an exit code means, whatever the policy says.
 *
 * @param action Restart
 * @param operator In or NotIn
 */
public record RestartRule(String action, String operator, List<Integer> exitCodes) {
    static RestartRule of(JsonNode rule) {
        return new RestartRule(
                Json.text(rule, "action"),
                Json.text(rule, "exitCodes", "operator"),
                Views.list(rule.path("exitCodes").path("values"), JsonNode::intValue));
    }

    public boolean restarts(int exitCode) {
        boolean named = exitCodes.contains(exitCode);
        return action.equals("Restart") && (operator.equals("In") ? named : operator.equals("NotIn") && !named);
    }
}
