package io.minik.server.controllers.workloads;

import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which pods a set can spare first: not yet placed, not running, not ready, cheap by the deletion-cost annotation,
 * crowded on one node, ready for the shortest time, often restarted, youngest. Pure; the order is upstream's.
 */
public final class ReplicaRanking {
    private static final String COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final List<String> PHASES = List.of("Pending", "Unknown", "Running");

    private ReplicaRanking() {}

    public static List<KubeObject> least(List<KubeObject> pods, int count) {
        Map<String, Integer> crowds = new HashMap<>();
        pods.forEach(pod -> crowds.merge(pod.text("spec", "nodeName"), 1, Integer::sum));
        Comparator<KubeObject> order = Comparator.comparing(
                        (KubeObject pod) -> !pod.text("spec", "nodeName").isEmpty())
                .thenComparingInt(pod -> PHASES.indexOf(Pods.phase(pod)))
                .thenComparing(Pods::ready)
                .thenComparingInt(ReplicaRanking::cost)
                .thenComparingInt(pod -> -crowds.getOrDefault(pod.text("spec", "nodeName"), 0))
                .thenComparing(pod -> Pods.readySince(pod).orElse(Instant.MAX), Comparator.reverseOrder())
                .thenComparingLong(pod -> -Pods.restarts(pod))
                .thenComparing(pod -> pod.meta().creationTimestamp(), Comparator.reverseOrder());
        return pods.stream().sorted(order).limit(count).toList();
    }

    private static int cost(KubeObject pod) {
        try {
            return Integer.parseInt(Json.textOr("0", pod.tree(), "metadata", "annotations", COST));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
