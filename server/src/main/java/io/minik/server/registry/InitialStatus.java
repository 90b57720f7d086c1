package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The status that a new object has: what a creator sends as status is dropped. */
final class InitialStatus {
    private static final Map<String, String> ROWS = Map.ofEntries(
            Map.entry("pods", "{\"phase\":\"Pending\"}"),
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

    static ObjectNode of(Resource resource) {
        String row = ROWS.getOrDefault(resource.groupResource(), "{}");
        return Json.parseObject(row.getBytes(StandardCharsets.UTF_8));
    }
}
