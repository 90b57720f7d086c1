package io.minik.server.scheduler;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All nodes with what is placed on them, kept up to date event by event, with pods that we placed ourselves and whose
 * binding the API has not shown yet (assumed). A decision is made in one turn of the loop, so it needs no copy.
 */
final class NodeSnapshot {
    private final Map<String, NodeState> nodes = new LinkedHashMap<>();
    private final Map<ObjectKey, PodNeeds> placed = new HashMap<>();
    private final Map<ObjectKey, String> placedOn = new HashMap<>();
    private final Map<String, Map<String, String>> namespaceLabels = new HashMap<>();
    /** Known nodes in the order they came; scheduling starts where it last stopped. */
    private final List<NodeState> known = new ArrayList<>();

    /** Nodes that hold pods with anti-affinity: mostly none, then the filter costs nothing. */
    private int pickyPods;

    void node(KubeObject object) {
        NodeState state = nodes.computeIfAbsent(object.name(), NodeState::new);
        if (!state.known()) {
            known.add(state);
        }
        state.become(object);
    }

    void nodeGone(String name) {
        NodeState state = nodes.get(name);
        if (state != null) {
            state.become(null);
            known.remove(state);
            if (state.empty()) {
                nodes.remove(name);
            }
        }
    }

    void namespace(String name, Map<String, String> labels) {
        namespaceLabels.put(name, labels);
    }

    void namespaceGone(String name) {
        namespaceLabels.remove(name);
    }

    Map<String, String> namespaceLabels(String name) {
        return namespaceLabels.getOrDefault(name, Map.of());
    }

    /** Places a pod, assumed or seen; a pod is on one node only. */
    void place(PodNeeds pod, String nodeName) {
        remove(pod.key());
        placed.put(pod.key(), pod);
        nodes.computeIfAbsent(nodeName, NodeState::new).add(pod);
        placedOn.put(pod.key(), nodeName);
        pickyPods += picky(pod) ? 1 : 0;
    }

    void remove(ObjectKey key) {
        PodNeeds pod = placed.remove(key);
        String nodeName = placedOn.remove(key);
        NodeState state = nodeName == null ? null : nodes.get(nodeName);
        if (pod != null && state != null && nodeName != null) {
            state.remove(key);
            pickyPods -= picky(pod) ? 1 : 0;
            if (!state.known() && state.empty()) {
                nodes.remove(nodeName);
            }
        }
    }

    private static boolean picky(PodNeeds pod) {
        return !pod.antiAffinity().isEmpty() || !pod.preferredAntiAffinity().isEmpty();
    }

    Optional<String> nodeOf(ObjectKey pod) {
        return Optional.ofNullable(placedOn.get(pod));
    }

    Optional<NodeState> find(String nodeName) {
        return Optional.ofNullable(nodes.get(nodeName)).filter(NodeState::known);
    }

    /** Known nodes. Do not change while iterating. */
    List<NodeState> nodes() {
        return known;
    }

    boolean anyPicky() {
        return pickyPods > 0;
    }
}
