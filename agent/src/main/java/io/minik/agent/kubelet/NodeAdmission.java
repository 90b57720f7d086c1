package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The node's own last look at a pod that was bound to it: what does not fit is refused for good. Pure. */
final class NodeAdmission {
    private NodeAdmission() {}

    record Rejection(String reason, String message) {}

    /**
     * @param allocatable of the node, as quantities
     * @param labels of the node; empty map if they are not known yet: then nothing is refused for them
     * @param admitted the pods that hold resources here, without this one
     */
    static Optional<Rejection> refuse(
            Pod pod, Collection<Pod> admitted, Map<String, String> allocatable, Map<String, String> labels) {
        if (!labels.isEmpty()
                && !pod.spec().nodeSelector().entrySet().stream()
                        .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))) {
            return Optional.of(new Rejection("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed"));
        }
        String most = allocatable.get("pods");
        if (most != null && admitted.size() + 1 > PodRequests.amount("pods", most)) {
            return Optional.of(shortOf("pods", 1, admitted.size(), PodRequests.amount("pods", most)));
        }
        for (Map.Entry<String, Long> request : PodRequests.of(pod).entrySet()) {
            String resource = request.getKey();
            if (request.getValue() == 0 || !allocatable.containsKey(resource)) {
                continue;
            }
            long capacity = PodRequests.amount(resource, allocatable.getOrDefault(resource, "0"));
            long used = used(resource, admitted);
            if (used + request.getValue() > capacity) {
                return Optional.of(shortOf(resource, request.getValue(), used, capacity));
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a pod that runs here may have other resources: not now, or never.
     *
     * @param others the pods that hold resources here, without this one
     */
    static Optional<Rejection> refuseResize(Pod pod, Collection<Pod> others, Map<String, String> allocatable) {
        for (Map.Entry<String, Long> request : PodRequests.of(pod).entrySet()) {
            String resource = request.getKey();
            if (!allocatable.containsKey(resource)) {
                continue;
            }
            long capacity = PodRequests.amount(resource, allocatable.getOrDefault(resource, "0"));
            if (request.getValue() > capacity) {
                return Optional.of(new Rejection(
                        "Infeasible",
                        "Node didn't have enough capacity: " + resource + ", requested: " + request.getValue()
                                + ", capacity: " + capacity));
            }
            long used = used(resource, others);
            if (used + request.getValue() > capacity) {
                return Optional.of(new Rejection(
                        "Deferred",
                        "Node didn't have enough resource: " + resource + ", requested: " + request.getValue()
                                + ", used: " + used + ", capacity: " + capacity));
            }
        }
        return Optional.empty();
    }

    private static long used(String resource, Collection<Pod> pods) {
        return pods.stream()
                .mapToLong(p -> PodRequests.of(p).getOrDefault(resource, 0L))
                .sum();
    }

    private static Rejection shortOf(String resource, long requested, long used, long capacity) {
        return new Rejection(
                "OutOf" + resource,
                "Pod was rejected: Node didn't have enough resource: " + resource + ", requested: " + requested
                        + ", used: " + used + ", capacity: " + capacity);
    }
}
