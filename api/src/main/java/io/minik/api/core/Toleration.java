package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.OptionalLong;

/**
 * core/v1 Toleration.
 *
 * @param key empty with Exists: every taint
 * @param effect empty: every effect
 * @param seconds how long a NoExecute taint is borne; empty: for ever
 */
public record Toleration(String key, String operator, String value, String effect, OptionalLong seconds) {
    public static Toleration of(JsonNode tree) {
        return new Toleration(
                Json.text(tree, "key"),
                Json.textOr("Equal", tree, "operator"),
                Json.text(tree, "value"),
                Json.text(tree, "effect"),
                Views.number(tree.path("tolerationSeconds")));
    }

    public static List<Toleration> ofPod(JsonNode spec) {
        return Views.list(spec.path("tolerations"), Toleration::of);
    }

    public boolean tolerates(Taint taint) {
        if (!effect.isEmpty() && !effect.equals(taint.effect())) {
            return false;
        }
        if (!key.isEmpty() && !key.equals(taint.key())) {
            return false;
        }
        return switch (operator) {
            case "Exists" -> true;
            case "Equal" -> !key.isEmpty() && value.equals(taint.value());
            case "Lt" -> !key.isEmpty() && compared(taint) < 0;
            case "Gt" -> !key.isEmpty() && compared(taint) > 0;
            default -> false;
        };
    }

    /** The sign of (taint's number - this one's); 0 also if either is no integer, so that neither comparison holds. */
    private int compared(Taint taint) {
        try {
            return Long.compare(Long.parseLong(taint.value()), Long.parseLong(value));
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }

    public static boolean anyTolerates(List<Toleration> tolerations, Taint taint) {
        for (Toleration toleration : tolerations) {
            if (toleration.tolerates(taint)) {
                return true;
            }
        }
        return false;
    }
}
