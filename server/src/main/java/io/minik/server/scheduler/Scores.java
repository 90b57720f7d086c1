package io.minik.server.scheduler;

import io.minik.api.core.NodeSelector;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How well nodes that fit would do: upstream's default score plugins with their weights, each 0 to 100. Pure.
 */
final class Scores {
    private static final int MOST = 100;
    private static final int TAINT_WEIGHT = 3;
    private static final int NODE_AFFINITY_WEIGHT = 2;
    private static final int SPREAD_WEIGHT = 2;
    private static final int POD_AFFINITY_WEIGHT = 2;
    /** Images smaller than this are pulled as fast as found; as upstream. */
    private static final long SMALL_IMAGE_BYTES = 23L << 20;

    private static final long LARGE_IMAGE_BYTES = 1000L << 20;

    private Scores() {}

    /** One total per node, in the nodes' order. */
    static long[] of(PodNeeds pod, List<NodeState> nodes, Domains domains) {
        long[] totals = new long[nodes.size()];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = allocation(pod, nodes.get(i));
        }
        images(pod, nodes, totals);
        long[] part = new long[totals.length];
        if (each(nodes, part, node -> intolerable(pod, node))) {
            addInverted(totals, part, TAINT_WEIGHT);
        } else {
            addAll(totals, (long) MOST * TAINT_WEIGHT);
        }
        if (!pod.preferredNodes().isEmpty() && each(nodes, part, node -> preferred(pod, node))) {
            addScaled(totals, part, NODE_AFFINITY_WEIGHT);
        }
        if (each(nodes, part, node -> crowd(pod, node, domains))) {
            addInverted(totals, part, SPREAD_WEIGHT);
        }
        if (!domains.preferences.isEmpty() && each(nodes, part, node -> attraction(node, domains))) {
            addScaled(totals, part, POD_AFFINITY_WEIGHT);
        }
        return totals;
    }

    /** Least allocated plus balanced allocation. */
    private static long allocation(PodNeeds pod, NodeState node) {
        double cpu = fraction(
                node.scoredCpuMillis() + pod.scoredCpuMillis(),
                node.allocatable().cpuMillis());
        double memory = fraction(
                node.scoredMemoryBytes() + pod.scoredMemoryBytes(),
                node.allocatable().memoryBytes());
        long least = (long) (((1 - cpu) + (1 - memory)) / 2 * MOST);
        long balanced = (long) ((1 - Math.abs(cpu - memory) / 2) * MOST);
        return least + balanced;
    }

    private static double fraction(long used, long all) {
        return all <= 0 ? 1 : Math.min(1, (double) used / all);
    }

    private static void images(PodNeeds pod, List<NodeState> nodes, long[] totals) {
        Map<String, Integer> holders = new HashMap<>();
        for (NodeState node : nodes) {
            if (!node.imageBytes().isEmpty()) {
                for (String image : pod.images()) {
                    if (node.imageBytes().containsKey(image)) {
                        holders.merge(image, 1, Integer::sum);
                    }
                }
            }
        }
        if (holders.isEmpty()) {
            return;
        }
        long large = LARGE_IMAGE_BYTES * pod.images().size();
        for (int i = 0; i < totals.length; i++) {
            double bytes = 0;
            for (String image : pod.images()) {
                // An image on few nodes counts less, so that the first to have it is not flooded.
                double share = (double) holders.getOrDefault(image, 0) / nodes.size();
                bytes += nodes.get(i).imageBytes().getOrDefault(image, 0L) * share;
            }
            double clamped = Math.max((double) SMALL_IMAGE_BYTES, Math.min((double) large, bytes));
            totals[i] += (long) (MOST * (clamped - SMALL_IMAGE_BYTES) / (large - SMALL_IMAGE_BYTES));
        }
    }

    private static long intolerable(PodNeeds pod, NodeState node) {
        long count = 0;
        for (Taint taint : node.taints()) {
            if (taint.effect().equals("PreferNoSchedule") && !Toleration.anyTolerates(pod.tolerations(), taint)) {
                count++;
            }
        }
        return count;
    }

    private static long preferred(PodNeeds pod, NodeState node) {
        long sum = 0;
        for (NodeSelector.Preferred each : pod.preferredNodes()) {
            sum += each.term().matches(node.name(), node.labels()) ? each.weight() : 0;
        }
        return sum;
    }

    /** How many of its kind are there already: by soft constraints, and by the same owner. */
    private static long crowd(PodNeeds pod, NodeState node, Domains domains) {
        long crowd = pod.owner().isEmpty() ? 0 : node.podsOf(pod.owner());
        for (Domains.SpreadCount spread : domains.softSpread) {
            crowd += spread.count().at(node);
        }
        return crowd;
    }

    private static long attraction(NodeState node, Domains domains) {
        long sum = 0;
        for (Domains.Count count : domains.preferences) {
            sum += count.at(node);
        }
        return sum;
    }

    /** Fills the part; false if all are alike, then it decides nothing. */
    private static boolean each(List<NodeState> nodes, long[] part, ToLongFunction<NodeState> measure) {
        boolean differ = false;
        for (int i = 0; i < part.length; i++) {
            part[i] = measure.applyAsLong(nodes.get(i));
            differ |= part[i] != part[0];
        }
        return differ;
    }

    private static void addAll(long[] totals, long amount) {
        for (int i = 0; i < totals.length; i++) {
            totals[i] += amount;
        }
    }

    private static void addScaled(long[] totals, long[] part, int weight) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (long value : part) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        for (int i = 0; i < totals.length; i++) {
            totals[i] += (long) weight * MOST * (part[i] - least) / (most - least);
        }
    }

    private static void addInverted(long[] totals, long[] part, int weight) {
        for (int i = 0; i < part.length; i++) {
            part[i] = -part[i];
        }
        addScaled(totals, part, weight);
    }
}
