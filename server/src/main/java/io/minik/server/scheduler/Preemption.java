package io.minik.server.scheduler;

import io.minik.api.core.NodeSelector;
import io.minik.server.scheduler.Placer.Placement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether evicting pods of lower priority makes place: on each node the fewest that must go, then the node whose
 * victims matter least, and whose budgets allow it. Pure.
 */
record Preemption(NodeSnapshot snapshot, Nominations nominations, Budgets budgets) {
    private static final String NO_VICTIMS = "No preemption victims found for incoming pod";
    private static final String NOT_HELPFUL = "Preemption is not helpful for scheduling";
    /** What-ifs copy a node; with more candidates the best of the first this many will do. */
    private static final int MOST_CANDIDATES = 100;

    /** @param node that the pod waits for; empty: none. @param message to append to the pod's own */
    record Outcome(String node, List<PodNeeds> victims, String message) {}

    /** @param overdrawn how many of them go against their budgets */
    private record Candidate(NodeState node, List<PodNeeds> victims, int overdrawn) {
        int highestPriority() {
            return victims.stream().mapToInt(PodNeeds::priority).max().orElse(Integer.MIN_VALUE);
        }

        long prioritySum() {
            return victims.stream().mapToLong(PodNeeds::priority).sum();
        }
    }

    Outcome decide(PodNeeds pod, Placement placement, List<NodeSelector> volumes) {
        if (placement.nodes() == 0) {
            return new Outcome("", List.of(), "");
        }
        if (!pod.mayPreempt()) {
            return new Outcome("", List.of(), " preemption: not eligible due to preemptionPolicy=Never.");
        }
        Optional<NodeState> nominated = nominations.nodeOf(pod.key()).flatMap(snapshot::find);
        if (nominated.isPresent()
                && isLeft(nominated.get(), pod)
                && placement.evictable().contains(nominated.get())) {
            return new Outcome(
                    nominated.get().name(),
                    List.of(),
                    " preemption: not eligible due to a terminating pod on the nominated node.");
        }
        Domains domains = new Domains(pod, snapshot);
        List<Candidate> candidates = new ArrayList<>();
        int without = 0;
        for (NodeState node : placement.evictable()) {
            boolean lower = node.pods().stream().anyMatch(other -> other.priority() < pod.priority());
            Optional<Candidate> candidate = lower && candidates.size() < MOST_CANDIDATES
                    ? candidate(pod, node, domains, volumes)
                    : Optional.empty();
            candidate.ifPresent(candidates::add);
            without += candidate.isEmpty() ? 1 : 0;
        }
        Optional<Candidate> best = candidates.stream()
                .min(Comparator.comparingInt(Candidate::overdrawn)
                        .thenComparingInt(Candidate::highestPriority)
                        .thenComparingLong(Candidate::prioritySum)
                        .thenComparingInt(candidate -> candidate.victims().size()));
        if (best.isPresent()) {
            // Pods that are on their way out already make place without more being sent after them.
            List<PodNeeds> victims = best.get().victims().stream()
                    .filter(victim -> !victim.object().meta().deleting())
                    .toList();
            return new Outcome(best.get().node().name(), victims, "");
        }
        Map<String, Integer> reasons = new TreeMap<>();
        int notHelpful = placement.nodes() - placement.evictable().size();
        if (without > 0) {
            reasons.put(NO_VICTIMS, without);
        }
        if (notHelpful > 0) {
            reasons.put(NOT_HELPFUL, notHelpful);
        }
        return new Outcome("", List.of(), words(placement.nodes(), reasons));
    }

    static String notHelpful(int nodes) {
        return nodes == 0 ? "" : words(nodes, Map.of(NOT_HELPFUL, nodes));
    }

    private static String words(int nodes, Map<String, Integer> reasons) {
        return " preemption: 0/" + nodes + " nodes are available: " + Placement.counted(reasons) + ".";
    }

    /** A pod of lower priority is on its way out of there. */
    private static boolean isLeft(NodeState node, PodNeeds pod) {
        return node.pods().stream()
                .anyMatch(other -> other.priority() < pod.priority()
                        && other.object().meta().deleting());
    }

    private Optional<Candidate> candidate(PodNeeds pod, NodeState node, Domains domains, List<NodeSelector> volumes) {
        NodeState whatIf = nominations.seenBy(pod, node).copy();
        List<PodNeeds> lower = node.pods().stream()
                .filter(other -> other.priority() < pod.priority())
                .sorted(Comparator.comparingInt(PodNeeds::priority)
                        .reversed()
                        .thenComparing(other -> other.object().meta().creationTimestamp()))
                .toList();
        lower.forEach(other -> whatIf.remove(other.key()));
        if (Filters.check(pod, whatIf, domains, volumes) != null) {
            return Optional.empty();
        }
        // As many as possible stay: first those whose budgets are spent, then those of the highest priority.
        List<PodNeeds> overdrawn = budgets.overdrawnBy(lower);
        List<PodNeeds> spared = new ArrayList<>(overdrawn);
        lower.stream().filter(other -> !overdrawn.contains(other)).forEach(spared::add);
        List<PodNeeds> victims = new ArrayList<>();
        for (PodNeeds other : spared) {
            whatIf.add(other);
            if (Filters.check(pod, whatIf, domains, volumes) != null) {
                whatIf.remove(other.key());
                victims.add(other);
            }
        }
        int against = (int) victims.stream().filter(overdrawn::contains).count();
        return victims.isEmpty() ? Optional.empty() : Optional.of(new Candidate(node, victims, against));
    }
}
