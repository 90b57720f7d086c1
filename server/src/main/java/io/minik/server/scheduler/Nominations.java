package io.minik.server.scheduler;

import io.minik.api.object.ObjectKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pods that wait for their victims to leave a node: the room is theirs, no pod of lower priority may take it meanwhile.
 * Bound: the pods that wait. Owned by the scheduler's loop.
 */
final class Nominations {
    private record Nominee(PodNeeds pod, String node) {}

    private final Map<ObjectKey, Nominee> nominees = new HashMap<>();

    void nominate(PodNeeds pod, String node) {
        nominees.put(pod.key(), new Nominee(pod, node));
    }

    void forget(ObjectKey pod) {
        nominees.remove(pod);
    }

    Optional<String> nodeOf(ObjectKey pod) {
        return Optional.ofNullable(nominees.get(pod)).map(Nominee::node);
    }

    /** The node as this pod has to see it: with those that come before it. */
    NodeState seenBy(PodNeeds pod, NodeState node) {
        NodeState seen = node;
        for (Nominee nominee : nominees.values()) {
            boolean counts = nominee.node().equals(node.name())
                    && nominee.pod().priority() >= pod.priority()
                    && !nominee.pod().key().equals(pod.key());
            if (counts) {
                seen = seen == node ? node.copy() : seen;
                seen.add(nominee.pod());
            }
        }
        return seen;
    }

    /** Whose claim on a node ends because a pod of higher priority takes it. */
    List<PodNeeds> outranked(PodNeeds pod, String node) {
        return nominees.values().stream()
                .filter(nominee -> nominee.node().equals(node) && nominee.pod().priority() < pod.priority())
                .map(Nominee::pod)
                .toList();
    }
}
