package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Between the forms of what is served in several: Event (core/v1, stored, and events.k8s.io/v1), HorizontalPodAutoscaler
 * (autoscaling/v2, stored, and v1), and kinds that were added, whose versions differ in nothing but their name.
 */
final class Conversions {
    /** core/v1 Event field to events.k8s.io/v1 field. */
    private static final Map<String, String> EVENT_FIELDS = Map.of(
            "message", "note",
            "involvedObject", "regarding",
            "source", "deprecatedSource",
            "firstTimestamp", "deprecatedFirstTimestamp",
            "lastTimestamp", "deprecatedLastTimestamp",
            "count", "deprecatedCount",
            "reportingComponent", "reportingController");

    private static final String V1_METRICS = "autoscaling.alpha.kubernetes.io/metrics";

    private Conversions() {}

    static KubeObject view(Resource resource, KubeObject stored) {
        if (!changesShape(resource)) {
            return stored.text("apiVersion").equals(resource.apiVersion())
                    ? stored
                    : stored.edit(tree -> tree.put("apiVersion", resource.apiVersion()));
        }
        ObjectNode tree = Json.parseObject(stored.bytes());
        return KubeObject.of(
                resource.plural().equals("events") ? renamed(tree, resource.apiVersion(), true) : autoscalerV1(tree));
    }

    private static boolean changesShape(Resource resource) {
        return resource.group().equals("events.k8s.io") || resource.group().equals("autoscaling");
    }

    static ObjectNode toStored(Resource stored, Resource resource, ObjectNode tree) {
        if (!changesShape(resource)) {
            return tree.deepCopy().put("apiVersion", stored.apiVersion());
        }
        return resource.plural().equals("events")
                ? renamed(tree.deepCopy(), "v1", false)
                : autoscalerV2(tree.deepCopy());
    }

    private static ObjectNode renamed(ObjectNode tree, String apiVersion, boolean forward) {
        EVENT_FIELDS.forEach((core, grouped) -> {
            JsonNode value = tree.remove(forward ? core : grouped);
            if (value != null) {
                tree.set(forward ? grouped : core, value);
            }
        });
        return tree.put("apiVersion", apiVersion);
    }

    /** v1 knows a CPU target alone; other metrics travel in an annotation, so that a round trip keeps them. */
    private static ObjectNode autoscalerV1(ObjectNode tree) {
        tree.put("apiVersion", "autoscaling/v1");
        ObjectNode spec = Json.child(tree, "spec");
        ArrayNode others = Json.array();
        JsonNode metrics = spec.path("metrics");
        spec.remove("metrics");
        for (JsonNode metric : metrics) {
            JsonNode utilization = Json.at(metric, "resource", "target", "averageUtilization");
            if (Json.text(metric, "resource", "name").equals("cpu") && utilization.isNumber()) {
                spec.set("targetCPUUtilizationPercentage", utilization);
            } else {
                others.add(metric);
            }
        }
        if (!others.isEmpty()) {
            Json.child(Json.child(tree, "metadata"), "annotations").put(V1_METRICS, others.toString());
        }
        ObjectNode status = Json.child(tree, "status");
        for (JsonNode metric : status.path("currentMetrics")) {
            JsonNode utilization = Json.at(metric, "resource", "current", "averageUtilization");
            if (Json.text(metric, "resource", "name").equals("cpu") && utilization.isNumber()) {
                status.set("currentCPUUtilizationPercentage", utilization);
            }
        }
        status.remove(List.of("currentMetrics", "conditions"));
        return tree;
    }

    private static ObjectNode autoscalerV2(ObjectNode tree) {
        tree.put("apiVersion", "autoscaling/v2");
        ObjectNode spec = Json.child(tree, "spec");
        ObjectNode metadata = Json.child(tree, "metadata");
        ArrayNode metrics = Json.array();
        String others = Json.text(metadata, "annotations", V1_METRICS);
        if (!others.isEmpty()) {
            Json.parse(others.getBytes(StandardCharsets.UTF_8)).forEach(metrics::add);
            Json.child(metadata, "annotations").remove(V1_METRICS);
        }
        JsonNode percent = spec.remove("targetCPUUtilizationPercentage");
        if (percent != null) {
            ObjectNode metric = metrics.addObject().put("type", "Resource");
            ObjectNode target = metric.putObject("resource").put("name", "cpu").putObject("target");
            target.put("type", "Utilization").set("averageUtilization", percent);
        }
        if (!metrics.isEmpty()) {
            spec.set("metrics", metrics);
        }
        Json.child(tree, "status").remove("currentCPUUtilizationPercentage");
        return tree;
    }
}
