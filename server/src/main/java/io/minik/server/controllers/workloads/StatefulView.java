package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One look at a StatefulSet and its pods: which steps are allowed now, and what its status says. Pure.
 *
 * @param update the revision of the present template
 * @param current the revision that the last finished rollout left; the update's own if there was none
 */
record StatefulView(
        KubeObject set, KubeObject update, KubeObject current, TreeMap<Integer, KubeObject> byOrdinal, Instant now) {

    /** @param create ordinals of pods to make @param renew pods that ended, to make room for their like @param delete more pods */
    record Steps(List<Integer> create, List<KubeObject> renew, List<KubeObject> delete) {
        static Steps none() {
            return new Steps(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    static StatefulView of(
            KubeObject set, KubeObject update, Optional<KubeObject> current, List<KubeObject> pods, Instant now) {
        TreeMap<Integer, KubeObject> byOrdinal = new TreeMap<>();
        pods.forEach(pod -> byOrdinal.put(StatefulPods.ordinal(set, pod), pod));
        return new StatefulView(set, update, current.orElse(update), byOrdinal, now);
    }

    // ---- what the set says

    int first() {
        return Json.intOr(0, set.tree(), "spec", "ordinals", "start");
    }

    int replicas() {
        return Json.intOr(1, set.tree(), "spec", "replicas");
    }

    int end() {
        return first() + replicas();
    }

    private boolean ordered() {
        return !set.text("spec", "podManagementPolicy").equals("Parallel");
    }

    private boolean onDelete() {
        return set.text("spec", "updateStrategy", "type").equals("OnDelete");
    }

    private int partition() {
        return Json.intOr(0, set.tree(), "spec", "updateStrategy", "rollingUpdate", "partition");
    }

    long minReady() {
        return Json.longOr(0, set.tree(), "spec", "minReadySeconds");
    }

    /** Below the partition a set that is being updated keeps the old template. */
    KubeObject revisionOf(int ordinal) {
        return ordinal < partition() + first() ? current : update;
    }

    // ---- what the pods say

    Collection<KubeObject> pods() {
        return byOrdinal.values();
    }

    private boolean available(KubeObject pod) {
        return Pods.running(pod) && Pods.available(pod, minReady(), now);
    }

    /** Beyond the set's ends, the highest first. */
    List<KubeObject> condemned() {
        List<KubeObject> condemned = new ArrayList<>();
        byOrdinal.descendingMap().forEach((ordinal, pod) -> {
            if (ordinal < first() || ordinal >= end()) {
                condemned.add(pod);
            }
        });
        return condemned;
    }

    // ---- what is to be done

    Steps steps() {
        Steps steps = Steps.none();
        for (int ordinal = first(); ordinal < end(); ordinal++) {
            if (!inPlace(ordinal, steps) && ordered()) {
                return steps;
            }
        }
        boolean busy = shrink(steps);
        if (!busy && !onDelete()) {
            roll(steps);
        }
        return steps;
    }

    /** Sees that a replica is there; true: it is, and available. */
    private boolean inPlace(int ordinal, Steps steps) {
        KubeObject pod = byOrdinal.get(ordinal);
        if (pod == null) {
            steps.create().add(ordinal);
            return false;
        }
        if (Pods.finished(pod)) {
            if (!pod.meta().deleting()) {
                steps.renew().add(pod);
            }
            return false;
        }
        return !pod.meta().deleting() && available(pod);
    }

    /** One by one from the highest, unless the set is Parallel; held up by a pod below it that is not well. */
    private boolean shrink(Steps steps) {
        List<KubeObject> condemned = condemned();
        KubeObject lowestUnwell = null;
        for (KubeObject pod : condemned) {
            if (pod.meta().deleting() || !available(pod)) {
                lowestUnwell = pod;
            }
        }
        for (KubeObject pod : condemned) {
            boolean waits = pod.meta().deleting() || (!available(pod) && pod != lowestUnwell);
            if (ordered() && waits) {
                return true;
            }
            if (!pod.meta().deleting()) {
                steps.delete().add(pod);
            }
            if (ordered()) {
                return true;
            }
        }
        return !condemned.isEmpty();
    }

    private void roll(Steps steps) {
        for (int ordinal = end() - 1; ordinal >= first() + partition(); ordinal--) {
            KubeObject pod = byOrdinal.get(ordinal);
            if (pod == null) {
                return;
            }
            if (!isOf(pod, update) && !pod.meta().deleting()) {
                steps.delete().add(pod);
                return;
            }
            if (pod.meta().deleting() || !available(pod)) {
                return;
            }
        }
    }

    private static boolean isOf(KubeObject pod, KubeObject revision) {
        return Revisions.markOf(pod).equals(revision.name());
    }

    // ---- what is told

    KubeObject told() {
        List<KubeObject> live = new ArrayList<>(pods());
        live.sort(Comparator.comparing(KubeObject::name));
        long updated = count(live, pod -> !pod.meta().deleting() && isOf(pod, update));
        long ready = count(live, pod -> Pods.running(pod) && Pods.ready(pod));
        boolean done = !onDelete() && updated == replicas() && ready == replicas() && live.size() == replicas();
        KubeObject settled = done ? update : current;
        return set.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            status.put("observedGeneration", set.meta().generation())
                    .put("replicas", live.size())
                    .put("currentRevision", settled.name())
                    .put("updateRevision", update.name());
            if (!status.has("collisionCount")) {
                status.put("collisionCount", 0);
            }
            Conditions.putUnlessZero(status, "readyReplicas", ready);
            status.put("availableReplicas", count(live, this::available));
            Conditions.putUnlessZero(status, "updatedReplicas", updated);
            Conditions.putUnlessZero(
                    status, "currentReplicas", count(live, pod -> !pod.meta().deleting() && isOf(pod, settled)));
        });
    }

    private static long count(List<KubeObject> pods, Predicate<KubeObject> which) {
        return pods.stream().filter(which).count();
    }
}
