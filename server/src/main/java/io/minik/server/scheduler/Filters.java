package io.minik.server.scheduler;

import io.minik.api.core.NodeSelector;
import io.minik.api.core.ResourceList;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import io.minik.server.scheduler.Unfit.Cure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * May this pod run on this node: upstream's filter plugins, in upstream's order, the first that says no wins. Pure.
 */
final class Filters {
    private static final Unfit UNSCHEDULABLE = Unfit.lasting("node(s) were unschedulable", Cure.NODE_CHANGED);
    private static final Unfit OTHER_NAME =
            Unfit.lasting("node(s) didn't match the requested node name", Cure.NODE_CHANGED);
    private static final Unfit NOT_SELECTED =
            Unfit.lasting("node(s) didn't match Pod's node affinity/selector", Cure.NODE_CHANGED);
    private static final Unfit PORT_TAKEN = Unfit.passing(
            "node(s) didn't have free ports for the requested pod ports", Cure.POD_GONE, Cure.NODE_CHANGED);
    private static final Unfit VOLUME_ELSEWHERE = Unfit.lasting(
            "node(s) didn't match PersistentVolume's node affinity", Cure.NODE_CHANGED, Cure.VOLUME_CHANGED);
    private static final Unfit SPREAD = Unfit.passing(
            "node(s) didn't match pod topology spread constraints", Cure.NODE_CHANGED, Cure.POD_GONE, Cure.POD_PLACED);
    private static final Unfit SPREAD_UNLABELLED = Unfit.lasting(
            "node(s) didn't match pod topology spread constraints (missing required label)", Cure.NODE_CHANGED);
    private static final Unfit AFFINITY =
            Unfit.lasting("node(s) didn't match pod affinity rules", Cure.NODE_CHANGED, Cure.POD_PLACED);
    private static final Unfit ANTI_AFFINITY =
            Unfit.passing("node(s) didn't match pod anti-affinity rules", Cure.NODE_CHANGED, Cure.POD_GONE);
    private static final Unfit REFUSED =
            Unfit.passing("node(s) didn't satisfy existing pods anti-affinity rules", Cure.NODE_CHANGED, Cure.POD_GONE);
    private static final Set<Cure> ROOM = Set.of(Cure.POD_GONE, Cure.NODE_CHANGED);
    private static final Set<Cure> BIGGER_NODE = Set.of(Cure.NODE_CHANGED);

    private Filters() {}

    /** Null: it fits. (No Optional: this runs for every node of every pod.) */
    static @Nullable Unfit check(PodNeeds pod, NodeState node, Domains domains, List<NodeSelector> volumes) {
        if (node.unschedulable()
                && !Toleration.anyTolerates(pod.tolerations(), new Taint(Taint.UNSCHEDULABLE, "", "NoSchedule", ""))) {
            return UNSCHEDULABLE;
        }
        if (!pod.nodeName().isEmpty() && !pod.nodeName().equals(node.name())) {
            return OTHER_NAME;
        }
        for (Taint taint : node.taints()) {
            if (repels(taint) && !Toleration.anyTolerates(pod.tolerations(), taint)) {
                return Unfit.lasting(
                        "node(s) had untolerated taint {" + taint.key() + ": " + taint.value() + "}",
                        Cure.NODE_CHANGED);
            }
        }
        if (!selected(pod, node)) {
            return NOT_SELECTED;
        }
        if (!pod.hostPorts().isEmpty() && portTaken(pod, node)) {
            return PORT_TAKEN;
        }
        Unfit room = room(pod.requests(), node);
        if (room != null) {
            return room;
        }
        for (NodeSelector volume : volumes) {
            if (!volume.matches(node.name(), node.labels())) {
                return VOLUME_ELSEWHERE;
            }
        }
        Unfit spread = spread(node, domains);
        return spread != null ? spread : affinity(node, domains);
    }

    static boolean repels(Taint taint) {
        return taint.effect().equals("NoSchedule") || taint.effect().equals("NoExecute");
    }

    static boolean selected(PodNeeds pod, NodeState node) {
        for (Map.Entry<String, String> label : pod.nodeSelector().entrySet()) {
            if (!label.getValue().equals(node.labels().get(label.getKey()))) {
                return false;
            }
        }
        return pod.requiredNodes().isEmpty() || pod.requiredNodes().get().matches(node.name(), node.labels());
    }

    private static boolean portTaken(PodNeeds pod, NodeState node) {
        for (PodNeeds other : node.withHostPorts()) {
            for (PodNeeds.HostPort taken : other.hostPorts()) {
                for (PodNeeds.HostPort wanted : pod.hostPorts()) {
                    if (taken.collides(wanted)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static @Nullable Unfit room(ResourceList wanted, NodeState node) {
        boolean full = node.podCount() + 1 > node.allocatable().pods();
        boolean cpu = wanted.cpuMillis() > 0 && wanted.cpuMillis() > node.cpuMillisFree();
        boolean memory = wanted.memoryBytes() > 0 && wanted.memoryBytes() > node.memoryBytesFree();
        boolean ephemeral = wanted.ephemeralBytes() > 0 && wanted.ephemeralBytes() > node.ephemeralBytesFree();
        if (!full && !cpu && !memory && !ephemeral && wanted.extended().isEmpty()) {
            return null;
        }
        List<String> reasons = new ArrayList<>();
        boolean never = wanted.cpuMillis() > node.allocatable().cpuMillis()
                || wanted.memoryBytes() > node.allocatable().memoryBytes()
                || wanted.ephemeralBytes() > node.allocatable().ephemeralBytes();
        if (full) {
            reasons.add("Too many pods");
        }
        if (cpu) {
            reasons.add("Insufficient cpu");
        }
        if (memory) {
            reasons.add("Insufficient memory");
        }
        if (ephemeral) {
            reasons.add("Insufficient ephemeral-storage");
        }
        for (Map.Entry<String, Long> extended : wanted.extended().entrySet()) {
            if (extended.getValue() > 0 && extended.getValue() > node.extendedFree(extended.getKey())) {
                reasons.add("Insufficient " + extended.getKey());
            }
        }
        return reasons.isEmpty() ? null : new Unfit(reasons, !never, never ? BIGGER_NODE : ROOM);
    }

    private static @Nullable Unfit spread(NodeState node, Domains domains) {
        for (Domains.SpreadCount spread : domains.hardSpread) {
            if (!node.labels().containsKey(spread.constraint().topologyKey())) {
                return SPREAD_UNLABELLED;
            }
        }
        for (Domains.SpreadCount spread : domains.hardSpread) {
            int here = spread.count().at(node) + (spread.self() ? 1 : 0);
            if (here - spread.least() > spread.constraint().maxSkew()) {
                return SPREAD;
            }
        }
        return null;
    }

    private static @Nullable Unfit affinity(NodeState node, Domains domains) {
        for (Domains.Count count : domains.affinity) {
            boolean labelled = node.labels().containsKey(count.topologyKey());
            if (!labelled || (count.at(node) == 0 && !domains.firstOfGroup)) {
                return AFFINITY;
            }
        }
        for (Domains.Count count : domains.antiAffinity) {
            if (count.at(node) > 0) {
                return ANTI_AFFINITY;
            }
        }
        for (Domains.Count count : domains.refusals) {
            if (count.at(node) > 0) {
                return REFUSED;
            }
        }
        return null;
    }
}
