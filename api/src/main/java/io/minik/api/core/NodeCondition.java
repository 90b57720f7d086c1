package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;

/** core/v1 NodeCondition. @param status True, False or Unknown; times are RFC 3339 */
public record NodeCondition(
        String type,
        String status,
        String reason,
        String message,
        String lastHeartbeatTime,
        String lastTransitionTime) {
    public static NodeCondition of(JsonNode tree) {
        return new NodeCondition(
                Json.text(tree, "type"),
                Json.text(tree, "status"),
                Json.text(tree, "reason"),
                Json.text(tree, "message"),
                Json.text(tree, "lastHeartbeatTime"),
                Json.text(tree, "lastTransitionTime"));
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("type", type).put("status", status);
        PodStatus.putIfSet(tree, "lastHeartbeatTime", lastHeartbeatTime);
        PodStatus.putIfSet(tree, "lastTransitionTime", lastTransitionTime);
        PodStatus.putIfSet(tree, "reason", reason);
        PodStatus.putIfSet(tree, "message", message);
        return tree;
    }
}
