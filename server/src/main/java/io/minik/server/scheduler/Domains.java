package io.minik.server.scheduler;

import io.minik.api.core.AffinityTerm;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import io.minik.api.core.TopologySpread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one pod's affinity and spread terms find in the cluster, counted per topology domain, once per decision. A pod
 * without such terms, in a cluster without anti-affinity, costs nothing here.
 */
final class Domains {
    /** Pods of interest by value of the topology key. */
    record Count(String topologyKey, Map<String, Integer> byValue) {
        int at(NodeState node) {
            String value = node.labels().get(topologyKey);
            return value == null ? 0 : byValue.getOrDefault(value, 0);
        }
    }

    record SpreadCount(TopologySpread constraint, Count count, int least, boolean self) {}

    final List<Count> affinity = new ArrayList<>();
    final List<Count> antiAffinity = new ArrayList<>();
    /** Domains where a pod that is there refuses ours. */
    final List<Count> refusals = new ArrayList<>();

    final List<SpreadCount> hardSpread = new ArrayList<>();
    final List<SpreadCount> softSpread = new ArrayList<>();
    /** Weighted preferences, ours and theirs: positive attracts. */
    final List<Count> preferences = new ArrayList<>();

    /** No pod anywhere matches the affinity, but the pod matches itself: the first of its group may go anywhere. */
    final boolean firstOfGroup;

    Domains(PodNeeds pod, NodeSnapshot snapshot) {
        for (AffinityTerm term : pod.affinity()) {
            affinity.add(count(pod.affinity(), term.topologyKey(), snapshot, 1));
        }
        for (AffinityTerm term : pod.antiAffinity()) {
            antiAffinity.add(count(term, snapshot, 1));
        }
        for (AffinityTerm term : pod.preferredAffinity()) {
            preferences.add(count(term, snapshot, term.weight()));
        }
        for (AffinityTerm term : pod.preferredAntiAffinity()) {
            preferences.add(count(term, snapshot, -term.weight()));
        }
        boolean none = affinity.stream().allMatch(count -> count.byValue().isEmpty());
        Map<String, String> ownNamespace = snapshot.namespaceLabels(pod.key().namespace());
        firstOfGroup = none
                && pod.affinity().stream()
                        .allMatch(term -> term.matches(pod.key().namespace(), ownNamespace, pod.labels()));
        if (snapshot.anyPicky()) {
            readRefusals(pod, snapshot, ownNamespace);
        }
        for (TopologySpread constraint : pod.spread()) {
            (constraint.hard() ? hardSpread : softSpread).add(spread(constraint, pod, snapshot));
        }
    }

    private static Count count(AffinityTerm term, NodeSnapshot snapshot, int weight) {
        return count(List.of(term), term.topologyKey(), snapshot, weight);
    }

    /** Of a pod's required terms only those pods count that match all of them: it wants to be near the same ones. */
    private static Count count(List<AffinityTerm> terms, String topologyKey, NodeSnapshot snapshot, int weight) {
        Map<String, Integer> byValue = new HashMap<>();
        for (NodeState node : snapshot.nodes()) {
            String value = node.labels().get(topologyKey);
            if (value != null) {
                for (PodNeeds other : node.pods()) {
                    Map<String, String> namespace =
                            snapshot.namespaceLabels(other.key().namespace());
                    if (terms.stream()
                            .allMatch(term -> term.matches(other.key().namespace(), namespace, other.labels()))) {
                        byValue.merge(value, weight, Integer::sum);
                    }
                }
            }
        }
        return new Count(topologyKey, byValue);
    }

    private void readRefusals(PodNeeds pod, NodeSnapshot snapshot, Map<String, String> ownNamespace) {
        Map<String, Map<String, Integer>> refused = new HashMap<>();
        Map<String, Map<String, Integer>> disliked = new HashMap<>();
        for (NodeState node : snapshot.nodes()) {
            for (PodNeeds other : node.picky()) {
                collect(other.antiAffinity(), pod, node, ownNamespace, refused);
                collect(other.preferredAntiAffinity(), pod, node, ownNamespace, disliked);
            }
        }
        refused.forEach((key, values) -> refusals.add(new Count(key, values)));
        disliked.forEach((key, values) -> {
            values.replaceAll((value, weight) -> -weight);
            preferences.add(new Count(key, values));
        });
    }

    private static void collect(
            List<AffinityTerm> terms,
            PodNeeds pod,
            NodeState node,
            Map<String, String> ownNamespace,
            Map<String, Map<String, Integer>> into) {
        for (AffinityTerm term : terms) {
            @Nullable String value = node.labels().get(term.topologyKey());
            if (value != null && term.matches(pod.key().namespace(), ownNamespace, pod.labels())) {
                into.computeIfAbsent(term.topologyKey(), ignored -> new HashMap<>())
                        .merge(value, Math.max(1, term.weight()), Integer::sum);
            }
        }
    }

    private static SpreadCount spread(TopologySpread constraint, PodNeeds pod, NodeSnapshot snapshot) {
        Map<String, Integer> byValue = new HashMap<>();
        for (NodeState node : snapshot.nodes()) {
            String value = node.labels().get(constraint.topologyKey());
            if (value == null || !inAllDomains(node, constraint.hard(), pod) || !eligible(constraint, pod, node)) {
                continue;
            }
            int matching = 0;
            for (PodNeeds other : node.pods()) {
                boolean counts = other.key().namespace().equals(pod.key().namespace())
                        && !other.object().meta().deleting()
                        && constraint.matches(other.labels());
                matching += counts ? 1 : 0;
            }
            byValue.merge(value, matching, Integer::sum);
        }
        int least = byValue.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        return new SpreadCount(
                constraint,
                new Count(constraint.topologyKey(), byValue),
                byValue.size() < constraint.minDomains() ? 0 : least,
                constraint.matches(pod.labels()));
    }

    /** A node that lacks the label of one constraint of a pod is in no domain of the others of its sort either. */
    private static boolean inAllDomains(NodeState node, boolean hard, PodNeeds pod) {
        for (TopologySpread constraint : pod.spread()) {
            if (constraint.hard() == hard && !node.labels().containsKey(constraint.topologyKey())) {
                return false;
            }
        }
        return true;
    }

    private static boolean eligible(TopologySpread constraint, PodNeeds pod, NodeState node) {
        if (constraint.honorNodeAffinity() && !Filters.selected(pod, node)) {
            return false;
        }
        if (constraint.honorNodeTaints()) {
            for (Taint taint : node.taints()) {
                if (Filters.repels(taint) && !Toleration.anyTolerates(pod.tolerations(), taint)) {
                    return false;
                }
            }
        }
        return true;
    }
}
