package io.minik.agent.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.agent.node.NodePressure;
import io.minik.api.core.Node;
import io.minik.api.core.NodeSelector;
import io.minik.api.core.Pod;
import io.minik.api.core.PodQos;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The node's own last look at a pod that was bound to it: what does not fit is refused for good. Pure. */
final class NodeAdmission {
    private static final Taint MEMORY_PRESSURE = new Taint("node.kubernetes.io/memory-pressure", "", "NoSchedule", "");

    /** system-cluster-critical's priority, and above. */
    private static final int CRITICAL_PRIORITY = 2_000_000_000;

    private NodeAdmission() {}

    /** @param message without the words that stand before it in a pod's status */
    record Rejection(String reason, String message) {
        String told() {
            return "Pod was rejected: " + message;
        }
    }

    /**
     * @param allocatable of the node, as quantities
     * @param node empty if it is not known yet: then nothing is refused for its labels and taints
     * @param held by the pods that are here
     */
    static Optional<Rejection> refuse(
            Pod pod, HeldResources held, Map<String, String> allocatable, Optional<Node> node) {
        return shortage(pod, held, allocatable)
                .or(() -> node.filter(here -> !selected(pod, here))
                        .map(here -> failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")))
                .or(() -> held.collides(pod)
                        ? Optional.of(failed("NodePorts", "node(s) didn't have free ports for the requested pod ports"))
                        : Optional.empty())
                .or(() -> node.filter(here -> repelled(pod, here))
                        .map(here -> failed("TaintToleration", "node(s) had taints that the pod didn't tolerate")));
    }

    /** What is short already gets no more pods that would take of it. */
    static Optional<Rejection> refuse(Pod pod, Set<NodePressure.Condition> pressure) {
        if (pressure.isEmpty() || pod.spec().priority() >= CRITICAL_PRIORITY) {
            return Optional.empty();
        }
        boolean memoryAlone = pressure.equals(Set.of(NodePressure.Condition.MemoryPressure));
        if (memoryAlone
                && (pod.qos() != PodQos.BestEffort || Toleration.anyTolerates(tolerations(pod), MEMORY_PRESSURE))) {
            return Optional.empty();
        }
        return Optional.of(new Rejection(
                "Evicted",
                "The node had condition: "
                        + pressure.stream().map(Enum::name).sorted().toList() + ". "));
    }

    private static List<Toleration> tolerations(Pod pod) {
        return pod.spec().tolerations().stream().map(Toleration::of).toList();
    }

    private static Rejection failed(String predicate, String why) {
        return new Rejection(predicate, "Predicate " + predicate + " failed: " + why);
    }

    private static boolean selected(Pod pod, Node node) {
        Map<String, String> labels = node.object().meta().labels();
        JsonNode required =
                pod.spec().affinity().path("nodeAffinity").path("requiredDuringSchedulingIgnoredDuringExecution");
        return pod.spec().nodeSelector().entrySet().stream()
                        .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))
                && (!required.isObject() || NodeSelector.of(required).matches(node.name(), labels));
    }

    /** Only a taint that would drive the pod away again at once: the others are the scheduler's. */
    private static boolean repelled(Pod pod, Node node) {
        List<Toleration> tolerations = tolerations(pod);
        return node.taints().stream()
                .anyMatch(taint -> taint.effect().equals("NoExecute") && !Toleration.anyTolerates(tolerations, taint));
    }

    private static Optional<Rejection> shortage(Pod pod, HeldResources held, Map<String, String> allocatable) {
        int others = held.pods(pod.uid());
        String most = allocatable.get("pods");
        if (most != null && others + 1 > PodRequests.amount("pods", most)) {
            return Optional.of(shortOf("pods", 1, others, PodRequests.amount("pods", most)));
        }
        for (Map.Entry<String, Long> request : PodRequests.of(pod).entrySet()) {
            String resource = request.getKey();
            if (request.getValue() == 0 || !allocatable.containsKey(resource)) {
                continue;
            }
            long capacity = PodRequests.amount(resource, allocatable.getOrDefault(resource, "0"));
            long used = held.used(resource, pod.uid());
            if (used + request.getValue() > capacity) {
                return Optional.of(shortOf(resource, request.getValue(), used, capacity));
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a pod that runs here may have other resources: not now, or never.
     *
     * @param held by the pods that are here
     */
    static Optional<Rejection> refuseResize(Pod pod, HeldResources held, Map<String, String> allocatable) {
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
            long used = held.used(resource, pod.uid());
            if (used + request.getValue() > capacity) {
                return Optional.of(new Rejection(
                        "Deferred",
                        "Node didn't have enough resource: " + resource + ", requested: " + request.getValue()
                                + ", used: " + used + ", capacity: " + capacity));
            }
        }
        return Optional.empty();
    }

    private static Rejection shortOf(String resource, long requested, long used, long capacity) {
        return new Rejection(
                "OutOf" + resource,
                "Node didn't have enough resource: " + resource + ", requested: " + requested + ", used: " + used
                        + ", capacity: " + capacity);
    }
}
