package io.minik.server.table;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The TARGETS cell of an autoscaler: {@code cpu: 12%/80%}, at most two, in v1 and v2 form. */
final class HpaTargets {
    private static final int SHOWN = 2;

    private HpaTargets() {}

    static String text(KubeObject hpa) {
        List<String> targets = new ArrayList<>();
        JsonNode v1 = hpa.at("spec", "targetCPUUtilizationPercentage");
        if (v1.isNumber()) {
            JsonNode current = hpa.at("status", "currentCPUUtilizationPercentage");
            targets.add(
                    "cpu: " + (current.isNumber() ? current.asText() + "%" : Cells.UNKNOWN) + "/" + v1.asText() + "%");
        }
        List<JsonNode> specs = Json.items(hpa.tree(), "spec", "metrics");
        List<JsonNode> statuses = Json.items(hpa.tree(), "status", "currentMetrics");
        for (int i = 0; i < specs.size(); i++) {
            targets.add(metric(specs.get(i), i < statuses.size() ? statuses.get(i) : Json.object()));
        }
        if (targets.isEmpty()) {
            return Cells.NONE;
        }
        String shown = String.join(", ", targets.subList(0, Math.min(SHOWN, targets.size())));
        return targets.size() > SHOWN ? shown + " + " + (targets.size() - SHOWN) + " more..." : shown;
    }

    private static String metric(JsonNode spec, JsonNode status) {
        String type = Json.text(spec, "type");
        String field = type.isEmpty() ? "" : type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
        JsonNode target = Json.at(spec, field, "target");
        JsonNode current = Json.at(status, field, "current");
        return switch (type) {
            case "Resource", "ContainerResource" ->
                Json.text(spec, field, "name") + ": "
                        + (target.has("averageValue")
                                ? value(current, "averageValue") + "/" + Json.text(target, "averageValue")
                                : percent(current) + "/" + percent(target));
            case "External", "Object" ->
                target.has("averageValue")
                        ? value(current, "averageValue") + "/" + Json.text(target, "averageValue") + " (avg)"
                        : value(current, "value") + "/" + Json.text(target, "value");
            case "Pods" -> value(current, "averageValue") + "/" + Json.text(target, "averageValue");
            default -> "<unknown type>";
        };
    }

    private static String value(JsonNode node, String field) {
        return Json.textOr(Cells.UNKNOWN, node, field);
    }

    private static String percent(JsonNode node) {
        JsonNode value = node.path("averageUtilization");
        return value.isNumber() ? value.asText() + "%" : Cells.UNKNOWN;
    }
}
