package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.Node;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The next step of a DaemonSet's rolling update. Pure. Without maxSurge old pods go, so many nodes at a time, and their
 * nodes get new ones; with it new ones come beside the old, which go once the new are available.
 *
 * @param surge nodes that get a new pod beside the old
 * @param delete old pods
 */
record DaemonRoll(List<String> surge, List<KubeObject> delete) {
    static final DaemonRoll NOTHING = new DaemonRoll(List.of(), List.of());
    static final Comparator<KubeObject> OLDEST_FIRST = Comparator.comparing(
                    (KubeObject pod) -> pod.meta().creationTimestamp())
            .thenComparing(KubeObject::name);

    /** What is on one node: the pod of the present template, and one of an earlier. */
    private record Place(String node, Optional<KubeObject> fresh, Optional<KubeObject> old) {}

    static boolean isFresh(KubeObject pod, String hash) {
        return hash.equals(Revisions.markOf(pod));
    }

    /** How many nodes may have two; 0: none, as by default. */
    static int maxSurge(KubeObject set, int nodes) {
        return Rollout.scaled(set.at("spec", "updateStrategy", "rollingUpdate", "maxSurge"), nodes, true);
    }

    static DaemonRoll of(
            KubeObject set,
            String hash,
            Collection<KubeObject> nodes,
            Map<String, List<KubeObject>> byNode,
            Instant now) {
        long minReady = Json.longOr(0, set.tree(), "spec", "minReadySeconds");
        List<Place> places = new ArrayList<>();
        for (KubeObject node : nodes) {
            if (DaemonPods.belongs(set, Node.of(node)).starts()) {
                List<KubeObject> there = byNode.getOrDefault(node.name(), List.of()).stream()
                        .filter(Pods::active)
                        .sorted(OLDEST_FIRST)
                        .toList();
                places.add(new Place(
                        node.name(),
                        there.stream().filter(pod -> isFresh(pod, hash)).findFirst(),
                        there.stream().filter(pod -> !isFresh(pod, hash)).findFirst()));
            }
        }
        int surge = maxSurge(set, places.size());
        return surge > 0 ? besides(places, surge, minReady, now) : inTurn(set, places, minReady, now);
    }

    private static DaemonRoll inTurn(KubeObject set, List<Place> places, long minReady, Instant now) {
        JsonNode limit = set.at("spec", "updateStrategy", "rollingUpdate", "maxUnavailable");
        int allowed = limit.isMissingNode() ? 1 : Math.max(1, Rollout.scaled(limit, places.size(), true));
        long unavailable = places.stream()
                .filter(place -> place.fresh()
                        .or(place::old)
                        .filter(pod -> Pods.available(pod, minReady, now))
                        .isEmpty())
                .count();
        List<KubeObject> delete = new ArrayList<>();
        for (Place place : places) {
            if (place.old().isPresent() && place.fresh().isEmpty()) {
                KubeObject old = place.old().get();
                // One that serves nobody is no loss.
                boolean serves = Pods.available(old, minReady, now);
                if (!serves || unavailable < allowed) {
                    unavailable += serves ? 1 : 0;
                    delete.add(old);
                }
            }
        }
        return new DaemonRoll(List.of(), delete);
    }

    private static DaemonRoll besides(List<Place> places, int most, long minReady, Instant now) {
        List<String> surge = new ArrayList<>();
        List<KubeObject> delete = new ArrayList<>();
        long left = most
                - places.stream()
                        .filter(place ->
                                place.fresh().isPresent() && place.old().isPresent())
                        .count();
        for (Place place : places) {
            if (place.old().isEmpty()) {
                continue;
            }
            if (place.fresh().isPresent()) {
                if (Pods.available(place.fresh().get(), minReady, now)) {
                    delete.add(place.old().get());
                }
            } else if (!Pods.available(place.old().get(), minReady, now)) {
                surge.add(place.node());
            } else if (left > 0) {
                left--;
                surge.add(place.node());
            }
        }
        return new DaemonRoll(surge, delete);
    }
}
