package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;

/**
 * core/v1 Taint.
 *
 * @param effect NoSchedule, PreferNoSchedule or NoExecute
 * @param timeAdded RFC 3339, or empty; only NoExecute's counts
 */
public record Taint(String key, String value, String effect, String timeAdded) {
    public static final String NOT_READY = "node.kubernetes.io/not-ready";
    public static final String UNREACHABLE = "node.kubernetes.io/unreachable";
    public static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

    public static Taint of(JsonNode tree) {
        return new Taint(
                Json.text(tree, "key"),
                Json.text(tree, "value"),
                Json.text(tree, "effect"),
                Json.text(tree, "timeAdded"));
    }

    public boolean sameAs(Taint other) {
        return key.equals(other.key) && effect.equals(other.effect);
    }

    public ObjectNode tree() {
        ObjectNode tree = Json.object().put("key", key).put("effect", effect);
        if (!value.isEmpty()) {
            tree.put("value", value);
        }
        if (!timeAdded.isEmpty()) {
            tree.put("timeAdded", timeAdded);
        }
        return tree;
    }
}
