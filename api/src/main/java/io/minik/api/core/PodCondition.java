package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;

/** core/v1 PodCondition. @param status True, False or Unknown */
public record PodCondition(
        String type,
        String status,
        String reason,
        String message,
        String lastProbeTime,
        String lastTransitionTime,
        long observedGeneration) {
    public static PodCondition of(JsonNode condition) {
        return new PodCondition(
                Json.text(condition, "type"),
                Json.text(condition, "status"),
                Json.text(condition, "reason"),
                Json.text(condition, "message"),
                Json.text(condition, "lastProbeTime"),
                Json.text(condition, "lastTransitionTime"),
                Json.longOr(0, condition, "observedGeneration"));
    }

    public boolean isTrue() {
        return status.equals("True");
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("type", type).put("status", status);
        if (observedGeneration > 0) {
            tree.put("observedGeneration", observedGeneration);
        }
        if (lastProbeTime.isEmpty()) {
            tree.putNull("lastProbeTime");
        } else {
            tree.put("lastProbeTime", lastProbeTime);
        }
        PodStatus.putIfSet(tree, "lastTransitionTime", lastTransitionTime);
        PodStatus.putIfSet(tree, "reason", reason);
        PodStatus.putIfSet(tree, "message", message);
        return tree;
    }
}
