package io.minik.server.controllers.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Optional;

/** status.conditions: one of each type, the transition time moves only with the status. */
public final class Conditions {
    private Conditions() {}

    public static Optional<JsonNode> find(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (Json.text(condition, "type").equals(type)) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    public static boolean isTrue(JsonNode status, String type) {
        return find(status, type)
                .map(condition -> Json.text(condition, "status").equals("True"))
                .orElse(false);
    }

    /** Sets it in a status that may be written to. Times only of the transition. */
    public static ObjectNode set(
            ObjectNode status, String type, String value, String reason, String message, String now) {
        ArrayNode list = status.withArray("conditions");
        ObjectNode condition = null;
        for (JsonNode each : list) {
            if (each instanceof ObjectNode object && Json.text(object, "type").equals(type)) {
                condition = object;
            }
        }
        if (condition == null) {
            condition = list.addObject().put("type", type);
        }
        if (!Json.text(condition, "status").equals(value)) {
            condition.put("status", value).put("lastTransitionTime", now);
        }
        condition.put("reason", reason).put("message", message);
        return condition;
    }

    public static void remove(ObjectNode status, String type) {
        if (status.get("conditions") instanceof ArrayNode list) {
            for (int i = list.size() - 1; i >= 0; i--) {
                if (Json.text(list.get(i), "type").equals(type)) {
                    list.remove(i);
                }
            }
            if (list.isEmpty()) {
                status.remove("conditions");
            }
        }
    }

    public static void putUnlessZero(ObjectNode status, String field, long value) {
        if (value == 0) {
            status.remove(field);
        } else {
            status.put(field, value);
        }
    }
}
