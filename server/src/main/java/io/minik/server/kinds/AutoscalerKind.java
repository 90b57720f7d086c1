package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** HorizontalPodAutoscalers: served as autoscaling/v2, which is stored, and as v1. */
final class AutoscalerKind implements KindStrategy {
    private static final String V1_METRICS = "autoscaling.alpha.kubernetes.io/metrics";

    @Override
    public Optional<ObjectNode> initialStatus() {
        return Optional.of(PlainKind.parsed("{\"desiredReplicas\":0,\"currentMetrics\":null}"));
    }

    @Override
    public KubeObject view(Resource as, KubeObject stored) {
        return KubeObject.of(autoscalerV1(Json.parseObject(stored.bytes())));
    }

    @Override
    public ObjectNode toStored(Resource stored, ObjectNode tree) {
        return autoscalerV2(tree.deepCopy());
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
