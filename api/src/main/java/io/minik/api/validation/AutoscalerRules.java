package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;

/** What a HorizontalPodAutoscaler looks at, and how fast it may be. */
final class AutoscalerRules {
    private static final int LONGEST_WINDOW_SECONDS = 3600;
    private static final int LONGEST_PERIOD_SECONDS = 1800;

    /** A source's type and its field. */
    private static final Map<String, String> SOURCES = Map.of(
            "Object", "object",
            "Pods", "pods",
            "Resource", "resource",
            "External", "external",
            "ContainerResource", "containerResource");

    private final Causes causes;

    AutoscalerRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode spec) {
        if (!spec.has("maxReplicas")) {
            causes.invalid("spec.maxReplicas", 0, "must be greater than 0");
        } else if (Json.intOr(1, spec, "maxReplicas") < Json.intOr(1, spec, "minReplicas")) {
            causes.invalid(
                    "spec.maxReplicas", spec.path("maxReplicas"), "must be greater than or equal to `minReplicas`");
        }
        for (String field : List.of("kind", "name")) {
            if (Json.text(spec, "scaleTargetRef", field).isEmpty()) {
                causes.required("spec.scaleTargetRef." + field);
            }
        }
        JsonNode metrics = spec.path("metrics");
        for (int at = 0; at < metrics.size(); at++) {
            metric(metrics.get(at), Causes.at("spec.metrics", at));
        }
        for (String direction : List.of("scaleUp", "scaleDown")) {
            JsonNode rules = Json.at(spec, "behavior", direction);
            if (rules instanceof ObjectNode) {
                behavior(rules, "spec.behavior." + direction);
            }
        }
    }

    private void metric(JsonNode metric, String here) {
        String type = Json.text(metric, "type");
        String field = SOURCES.getOrDefault(type, "");
        if (type.isEmpty()) {
            causes.required(here + ".type", "must specify a metric source type");
        } else if (field.isEmpty()) {
            causes.unsupported(here + ".type", type, SOURCES.keySet());
        } else if (!metric.has(field)) {
            causes.required(here + "." + field, "must populate information for the given metric source");
        }
        for (String other : List.of("containerResource", "external", "object", "pods", "resource")) {
            if (!metric.has(other)) {
                continue;
            }
            if (!other.equals(field)) {
                causes.forbidden(here + "." + other, "must populate the given metric source only");
            }
            source(other, metric.path(other), here + "." + other);
        }
    }

    private void source(String kind, JsonNode source, String here) {
        boolean named = kind.equals("resource") || kind.equals("containerResource");
        if (named && Json.text(source, "name").isEmpty()) {
            causes.required(here + ".name", "must specify a resource name");
        } else if (!named && Json.text(source, "metric", "name").isEmpty()) {
            causes.required(here + ".metric.name", "must specify a metric name");
        }
        if (kind.equals("containerResource") && Json.text(source, "container").isEmpty()) {
            causes.required(here + ".container", "must specify a container");
        }
        JsonNode target = source.path("target");
        String path = here + ".target";
        target(target, path);
        boolean value = target.has("value");
        boolean average = target.has("averageValue");
        boolean utilization = target.has("averageUtilization");
        switch (kind) {
            case "pods" -> {
                if (!average) {
                    causes.required(path + ".averageValue", "must specify a positive target averageValue");
                }
            }
            case "object" -> {
                if (!value && !average) {
                    causes.required(path + ".averageValue", "must set either a target value or averageValue");
                }
            }
            case "external" -> {
                if (!value && !average) {
                    causes.required(
                            path + ".averageValue", "must set either a target value for metric or a per-pod target");
                } else if (value && average) {
                    causes.forbidden(
                            path + ".value", "may not set both a target value for metric and a per-pod target");
                }
            }
            default -> {
                if (!average && !utilization) {
                    causes.required(
                            path + ".averageUtilization", "must set either a target raw value or a target utilization");
                } else if (average && utilization) {
                    causes.forbidden(
                            path + ".averageValue", "may not set both a target raw value and a target utilization");
                }
            }
        }
    }

    private void target(JsonNode target, String path) {
        String type = Json.text(target, "type");
        if (type.isEmpty()) {
            causes.required(path + ".type", "must specify a metric target type");
        }
        if (!List.of("Utilization", "Value", "AverageValue").contains(type)) {
            causes.invalid(path + ".type", type, "must be either Utilization, Value, or AverageValue");
        }
        if (target.has("averageUtilization")
                && target.path("averageUtilization").intValue() < 1) {
            causes.invalid(path + ".averageUtilization", target.path("averageUtilization"), "must be greater than 0");
        }
        for (String field : List.of("value", "averageValue")) {
            String text = Json.text(target, field);
            if (target.has(field) && Quantity.find(text).map(Quantity::signum).orElse(1) != 1) {
                causes.invalid(path + "." + field, text, "must be positive");
            }
        }
    }

    private void behavior(JsonNode rules, String path) {
        int window = Json.intOr(0, rules, "stabilizationWindowSeconds");
        if (window < 0) {
            causes.invalid(path + ".stabilizationWindowSeconds", window, "must be greater than or equal to zero");
        } else if (window > LONGEST_WINDOW_SECONDS) {
            causes.invalid(
                    path + ".stabilizationWindowSeconds",
                    window,
                    "must be less than or equal to " + LONGEST_WINDOW_SECONDS);
        }
        JsonNode policies = rules.path("policies");
        if (policies.isEmpty()) {
            causes.required(path + ".policies", "must specify at least one Policy");
        }
        for (int at = 0; at < policies.size(); at++) {
            policy(policies.get(at), Causes.at(path + ".policies", at));
        }
    }

    private void policy(JsonNode policy, String here) {
        if (Json.intOr(0, policy, "value") <= 0) {
            causes.invalid(here + ".value", Json.intOr(0, policy, "value"), "must be greater than zero");
        }
        int period = Json.intOr(0, policy, "periodSeconds");
        if (period <= 0) {
            causes.invalid(here + ".periodSeconds", period, "must be greater than zero");
        } else if (period > LONGEST_PERIOD_SECONDS) {
            causes.invalid(here + ".periodSeconds", period, "must be less than or equal to " + LONGEST_PERIOD_SECONDS);
        }
    }
}
