package io.minik.server.scheduler;

import io.minik.api.client.Informer;
import io.minik.api.core.NodeSelector;
import io.minik.api.core.VolumeMatch;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a pod's persistent volume claims allow: read from the informers, on their loop. */
final class Claims {
    private static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";

    private final Informer claims;
    private final Informer volumes;
    private final Informer classes;

    Claims(Informer claims, Informer volumes, Informer classes) {
        this.claims = claims;
        this.volumes = volumes;
        this.classes = classes;
    }

    /**
     * @param refusal why no node will do, as upstream says it
     * @param nodes node affinities of the bound volumes, and where the unbound claims can have one
     * @param unbound claims that are bound once a node is chosen (WaitForFirstConsumer)
     */
    record Verdict(Optional<String> refusal, List<NodeSelector> nodes, List<ObjectKey> unbound) {
        static final Verdict FREE = new Verdict(Optional.empty(), List.of(), List.of());
    }

    Verdict of(PodNeeds pod) {
        if (pod.claims().isEmpty()) {
            return Verdict.FREE;
        }
        List<NodeSelector> nodes = new ArrayList<>();
        List<ObjectKey> unbound = new ArrayList<>();
        for (String name : pod.claims()) {
            ObjectKey key = ObjectKey.of(pod.key().namespace(), name);
            Optional<KubeObject> claim = claims.get(key);
            if (claim.isEmpty()) {
                return refuse("persistentvolumeclaim \"" + name + "\" not found");
            }
            if (claim.get().meta().deleting()) {
                return refuse("persistentvolumeclaim \"" + name + "\" is being deleted");
            }
            String volumeName = claim.get().text("spec", "volumeName");
            boolean bound = claim.get().text("status", "phase").equals("Bound");
            if (!bound && waitsForConsumer(claim.get())) {
                Optional<String> nowhere = places(claim.get(), nodes);
                if (nowhere.isPresent()) {
                    return refuse(nowhere.get());
                }
                unbound.add(key);
            } else if (!bound) {
                return refuse("pod has unbound immediate PersistentVolumeClaims");
            } else {
                Optional<KubeObject> volume = volumes.get(ObjectKey.cluster(volumeName));
                if (volume.isEmpty()) {
                    return refuse("persistentvolume \"" + volumeName + "\" not found");
                }
                var required = volume.get().at("spec", "nodeAffinity", "required");
                if (required.isObject()) {
                    nodes.add(NodeSelector.of(required));
                }
            }
        }
        return new Verdict(Optional.empty(), nodes, unbound);
    }

    /**
     * Where a claim that waits can have a volume: where one is that fits, or, if its class makes volumes, where that may.
     *
     * @return why nowhere
     */
    private Optional<String> places(KubeObject claim, List<NodeSelector> nodes) {
        KubeObject storageClass = classes.get(ObjectKey.cluster(claim.text("spec", "storageClassName")))
                .orElseThrow();
        if (!storageClass.text("provisioner").equals(NO_PROVISIONER)) {
            // Its volume may be under way there already, for this pod or for another one of the claim.
            String selected = selectedNode(claim.key());
            if (!selected.isEmpty()) {
                nodes.add(NodeSelector.ofName(selected));
            }
            if (!storageClass.at("allowedTopologies").isEmpty()) {
                nodes.add(NodeSelector.ofTopologies(storageClass.at("allowedTopologies")));
            }
            return Optional.empty();
        }
        List<NodeSelector.Term> terms = new ArrayList<>();
        boolean anywhere = false;
        for (KubeObject volume : volumes.list()) {
            if (VolumeMatch.reservedFor(volume, claim) || VolumeMatch.fits(claim, volume, Optional.empty())) {
                var required = volume.at("spec", "nodeAffinity", "required");
                anywhere |= !required.isObject();
                terms.addAll(NodeSelector.of(required).terms());
            }
        }
        if (terms.isEmpty() && !anywhere) {
            return Optional.of("node(s) didn't find available persistent volumes to bind");
        }
        if (!anywhere) {
            nodes.add(new NodeSelector(terms));
        }
        return Optional.empty();
    }

    /** Empty if none was selected. */
    String selectedNode(ObjectKey claim) {
        return claims.get(claim)
                .map(found -> found.annotations().getOrDefault(VolumeMatch.SELECTED_NODE, ""))
                .orElse("");
    }

    private boolean waitsForConsumer(KubeObject claim) {
        String name = Json.text(claim.tree(), "spec", "storageClassName");
        return classes.get(ObjectKey.cluster(name))
                .map(storageClass -> storageClass.text("volumeBindingMode").equals("WaitForFirstConsumer"))
                .orElse(false);
    }

    private static Verdict refuse(String why) {
        return new Verdict(Optional.of(why), List.of(), List.of());
    }
}
