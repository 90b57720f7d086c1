package io.minik.server.scheduler;

import io.minik.api.core.NodeSelector;
import io.minik.server.scheduler.Unfit.Cure;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Decides where a pod goes: filter, score, pick. Pure but for where it starts to look, so that with many nodes, of which
 * only some are looked at, all get their turn.
 */
final class Placer {
    /** With up to this many nodes all are scored; as upstream. */
    private static final int ALWAYS_SCORED = 100;

    private final RandomGenerator random;
    private int start;

    Placer(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param node where to; empty: nowhere
     * @param nodes how many there are
     * @param reasons why not, and on how many nodes
     * @param evictable nodes where evicting pods might help
     */
    record Placement(
            Optional<NodeState> node,
            int nodes,
            Map<String, Integer> reasons,
            Set<Cure> cures,
            List<NodeState> evictable) {

        /** {@code 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.} */
        String message() {
            if (nodes == 0) {
                return "no nodes available to schedule pods";
            }
            return "0/" + nodes + " nodes are available: " + counted(reasons) + ".";
        }

        static String counted(Map<String, Integer> reasons) {
            return reasons.entrySet().stream()
                    .map(reason -> reason.getValue() + " " + reason.getKey())
                    .sorted()
                    .collect(Collectors.joining(", "));
        }
    }

    /** @param volumes node affinities of the pod's bound volumes */
    Placement place(PodNeeds pod, NodeSnapshot snapshot, Nominations nominations, List<NodeSelector> volumes) {
        List<NodeState> nodes = snapshot.nodes();
        int wanted = feasibleWanted(nodes.size());
        Domains domains = new Domains(pod, snapshot);
        List<NodeState> fit = new ArrayList<>(Math.min(wanted, nodes.size()));
        Map<String, Integer> reasons = new TreeMap<>();
        EnumSet<Cure> cures = EnumSet.of(Cure.NODE_CHANGED);
        List<NodeState> evictable = new ArrayList<>();
        int looked = 0;
        while (looked < nodes.size() && fit.size() < wanted) {
            NodeState node = nodes.get((start + looked++) % nodes.size());
            Unfit unfit = Filters.check(pod, nominations.seenBy(pod, node), domains, volumes);
            if (unfit == null) {
                fit.add(node);
            } else {
                unfit.reasons().forEach(reason -> reasons.merge(reason, 1, Integer::sum));
                cures.addAll(unfit.cures());
                if (unfit.byEviction()) {
                    evictable.add(node);
                }
            }
        }
        start = nodes.isEmpty() ? 0 : (start + looked) % nodes.size();
        return new Placement(pick(pod, fit, domains), nodes.size(), reasons, cures, evictable);
    }

    private Optional<NodeState> pick(PodNeeds pod, List<NodeState> fit, Domains domains) {
        if (fit.size() <= 1) {
            return fit.stream().findFirst();
        }
        long[] scores = Scores.of(pod, fit, domains);
        int best = 0;
        int alike = 1;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
                alike = 1;
            } else if (scores[i] == scores[best] && random.nextInt(++alike) == 0) {
                best = i;
            }
        }
        return Optional.of(fit.get(best));
    }

    /** Upstream's adaptive share: 50 % less one for each 125 nodes, at least 5 %. */
    static int feasibleWanted(int nodes) {
        if (nodes <= ALWAYS_SCORED) {
            return nodes;
        }
        int percent = Math.max(5, 50 - nodes / 125);
        return Math.max(ALWAYS_SCORED, nodes * percent / 100);
    }
}
