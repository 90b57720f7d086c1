package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The status that a new object has: what a creator sends as status is dropped. */
final class InitialStatus {
    private static final Map<String, String> ROWS = Map.ofEntries(
            Map.entry("namespaces", "{\"phase\":\"Active\"}"),
            Map.entry("persistentvolumes", "{\"phase\":\"Pending\"}"),
            Map.entry("persistentvolumeclaims", "{\"phase\":\"Pending\"}"),
            Map.entry("volumeattachments.storage.k8s.io", "{\"attached\":false}"),
            Map.entry("services", "{\"loadBalancer\":{}}"),
            Map.entry("ingresses.networking.k8s.io", "{\"loadBalancer\":{}}"),
            Map.entry("replicationcontrollers", "{\"replicas\":0}"),
            Map.entry("replicasets.apps", "{\"replicas\":0}"),
            Map.entry("statefulsets.apps", "{\"replicas\":0,\"availableReplicas\":0}"),
            Map.entry(
                    "daemonsets.apps",
                    "{\"currentNumberScheduled\":0,\"numberMisscheduled\":0,\"desiredNumberScheduled\":0,\"numberReady\":0}"),
            Map.entry("horizontalpodautoscalers.autoscaling", "{\"desiredReplicas\":0,\"currentMetrics\":null}"),
            Map.entry(
                    "poddisruptionbudgets.policy",
                    "{\"disruptionsAllowed\":0,\"currentHealthy\":0,\"desiredHealthy\":0,\"expectedPods\":0}"));

    private InitialStatus() {}

    static ObjectNode of(Resource resource, ObjectNode tree) {
        if (resource.groupResource().equals("pods")) {
            return Json.object().put("phase", "Pending").put("qosClass", qosClass(tree));
        }
        String row = ROWS.getOrDefault(resource.groupResource(), "{}");
        return Json.parseObject(row.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Guaranteed: every container limits cpu and memory and requests as much. BestEffort: none asks for either. */
    static String qosClass(JsonNode pod) {
        List<JsonNode> containers = new ArrayList<>(Json.items(pod, "spec", "containers"));
        containers.addAll(Json.items(pod, "spec", "initContainers"));
        boolean guaranteed = true;
        boolean bestEffort = true;
        for (JsonNode container : containers) {
            JsonNode limits = Json.at(container, "resources", "limits");
            JsonNode requests = Json.at(container, "resources", "requests");
            for (String name : List.of("cpu", "memory")) {
                bestEffort &=
                        limits.path(name).isMissingNode() && requests.path(name).isMissingNode();
                boolean same = requests.path(name).isMissingNode()
                        || requests.path(name).asText().equals(limits.path(name).asText());
                guaranteed &= limits.has(name) && same;
            }
        }
        return bestEffort ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
