package io.minik.server.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.Node;
import io.minik.api.core.NodeCondition;
import io.minik.api.core.Taint;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What a node's conditions mean for its taints, and what silence means for its conditions. Pure. */
final class NodeHealth {
    private static final String NO_SCHEDULE = "NoSchedule";
    private static final String NO_EXECUTE = "NoExecute";
    private static final List<String> POSTED = List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure");
    /** Taint by condition type, when the condition is True. */
    private static final Map<String, String> PRESSURES = Map.of(
            "MemoryPressure", "node.kubernetes.io/memory-pressure",
            "DiskPressure", "node.kubernetes.io/disk-pressure",
            "PIDPressure", "node.kubernetes.io/pid-pressure",
            "NetworkUnavailable", "node.kubernetes.io/network-unavailable");

    private NodeHealth() {}

    /** The node as it is when nothing was heard of it for the grace. */
    static KubeObject silent(KubeObject node, String now) {
        return node.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            for (String type : POSTED) {
                boolean posted = Conditions.find(status, type).isPresent();
                boolean unknown = Conditions.find(status, type)
                        .map(condition -> Json.text(condition, "status").equals("Unknown"))
                        .orElse(false);
                if (!unknown) {
                    Conditions.set(
                            status,
                            type,
                            "Unknown",
                            posted ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
                            posted ? "Kubelet stopped posting node status." : "Kubelet never posted node status.",
                            now);
                }
            }
        });
    }

    /** The taints that the node's conditions ask for, with those that are not ours as they are. */
    static List<Taint> taints(Node node, String now) {
        List<Taint> wanted = new ArrayList<>();
        String ready = node.condition("Ready").map(NodeCondition::status).orElse("Unknown");
        if (ready.equals("Unknown")) {
            wanted.add(new Taint(Taint.UNREACHABLE, "", NO_SCHEDULE, ""));
            wanted.add(new Taint(Taint.UNREACHABLE, "", NO_EXECUTE, now));
        } else if (ready.equals("False")) {
            wanted.add(new Taint(Taint.NOT_READY, "", NO_SCHEDULE, ""));
            wanted.add(new Taint(Taint.NOT_READY, "", NO_EXECUTE, now));
        }
        PRESSURES.forEach((type, key) -> {
            if (node.condition(type).map(c -> c.status().equals("True")).orElse(false)) {
                wanted.add(new Taint(key, "", NO_SCHEDULE, ""));
            }
        });
        if (node.unschedulable()) {
            wanted.add(new Taint(Taint.UNSCHEDULABLE, "", NO_SCHEDULE, ""));
        }
        List<Taint> taints = new ArrayList<>();
        for (Taint present : node.taints()) {
            boolean still = wanted.removeIf(present::sameAs);
            if (still || !ours(present)) {
                taints.add(present);
            }
        }
        wanted.sort(Comparator.comparing(Taint::key).thenComparing(Taint::effect));
        taints.addAll(wanted);
        return taints;
    }

    private static boolean ours(Taint taint) {
        boolean condition = PRESSURES.containsValue(taint.key()) || taint.key().equals(Taint.UNSCHEDULABLE);
        boolean readiness = taint.key().equals(Taint.NOT_READY) || taint.key().equals(Taint.UNREACHABLE);
        return readiness || (condition && taint.effect().equals(NO_SCHEDULE));
    }
}
