package io.minik.server.authz;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.PodGlance;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the pods of each node refer to. Written by one loop, read by any. A node has about a hundred pods: looking through
 * them is cheaper than keeping a graph.
 */
final class PodReferences {
    enum Kind {
        SECRET,
        CONFIG_MAP,
        CLAIM,
        RESOURCE_CLAIM,
        SERVICE_ACCOUNT
    }

    private static final String MIRROR = "kubernetes.io/config.mirror";

    record Reference(Kind kind, String name) {}

    /** What one pod refers to: read when its node asks for something, which most pods of a cluster that starts never see. */
    private static final class Pod {
        private final KubeObject object;
        private volatile Optional<Set<Reference>> read = Optional.empty();

        Pod(KubeObject object) {
            this.object = object;
        }

        boolean refersTo(Reference wanted) {
            // A node makes its mirror pods itself: none may give it what it could not read before.
            Set<Reference> all =
                    read.orElseGet(() -> object.annotations().containsKey(MIRROR) ? Set.of() : references(object));
            read = Optional.of(all);
            return all.contains(wanted);
        }
    }

    private final Map<String, Map<ObjectKey, Pod>> byNode = new ConcurrentHashMap<>();
    private final Map<String, ObjectKey> claimByVolume = new ConcurrentHashMap<>();

    void pod(Optional<KubeObject> before, Optional<KubeObject> now) {
        before.map(pod -> PodGlance.of(pod).nodeName())
                .filter(node -> !node.isEmpty())
                .filter(node -> !node.equals(
                        now.map(pod -> PodGlance.of(pod).nodeName()).orElse("")))
                .ifPresent(node -> byNode.computeIfPresent(node, (name, pods) -> {
                    before.ifPresent(pod -> pods.remove(pod.key()));
                    return pods.isEmpty() ? null : pods;
                }));
        now.ifPresent(pod -> {
            String node = PodGlance.of(pod).nodeName();
            if (!node.isEmpty()) {
                byNode.compute(node, (name, pods) -> {
                    Map<ObjectKey, Pod> present = pods == null ? new ConcurrentHashMap<>() : pods;
                    present.put(pod.key(), new Pod(pod));
                    return present;
                });
            }
        });
    }

    void volume(Optional<KubeObject> before, Optional<KubeObject> now) {
        before.ifPresent(volume -> claimByVolume.remove(volume.name()));
        now.filter(volume -> !volume.text("spec", "claimRef", "name").isEmpty())
                .ifPresent(volume -> claimByVolume.put(
                        volume.name(),
                        ObjectKey.of(
                                volume.text("spec", "claimRef", "namespace"),
                                volume.text("spec", "claimRef", "name"))));
    }

    boolean refersTo(String node, Kind kind, String namespace, String name) {
        Reference wanted = new Reference(kind, name);
        for (Map.Entry<ObjectKey, Pod> pod : byNode.getOrDefault(node, Map.of()).entrySet()) {
            if (pod.getKey().namespace().equals(namespace) && pod.getValue().refersTo(wanted)) {
                return true;
            }
        }
        return false;
    }

    boolean runs(String node, String namespace, String pod) {
        return byNode.getOrDefault(node, Map.of()).containsKey(ObjectKey.of(namespace, pod));
    }

    boolean usesVolume(String node, String volume) {
        ObjectKey claim = claimByVolume.get(volume);
        return claim != null && refersTo(node, Kind.CLAIM, claim.namespace(), claim.name());
    }

    static Set<Reference> references(KubeObject pod) {
        Set<Reference> found = new HashSet<>();
        JsonNode spec = pod.part("spec");
        add(found, Kind.SERVICE_ACCOUNT, Json.text(spec, "serviceAccountName"));
        for (JsonNode secret : spec.path("imagePullSecrets")) {
            add(found, Kind.SECRET, Json.text(secret, "name"));
        }
        for (String list : List.of("containers", "initContainers", "ephemeralContainers")) {
            for (JsonNode container : spec.path(list)) {
                environment(found, container);
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            volume(found, pod.name(), volume);
        }
        if (spec.has("resourceClaims")) {
            resourceClaims(found, spec, pod.part("status", "resourceClaimStatuses"));
        }
        return Set.copyOf(found);
    }

    /** @param made the claims that were made of templates: none without a claim in the spec */
    private static void resourceClaims(Set<Reference> found, JsonNode spec, JsonNode made) {
        for (JsonNode claim : spec.path("resourceClaims")) {
            add(found, Kind.RESOURCE_CLAIM, Json.text(claim, "resourceClaimName"));
        }
        for (JsonNode status : made) {
            add(found, Kind.RESOURCE_CLAIM, Json.text(status, "resourceClaimName"));
        }
    }

    private static void environment(Set<Reference> found, JsonNode container) {
        for (JsonNode from : container.path("envFrom")) {
            add(found, Kind.SECRET, Json.text(from, "secretRef", "name"));
            add(found, Kind.CONFIG_MAP, Json.text(from, "configMapRef", "name"));
        }
        for (JsonNode variable : container.path("env")) {
            add(found, Kind.SECRET, Json.text(variable, "valueFrom", "secretKeyRef", "name"));
            add(found, Kind.CONFIG_MAP, Json.text(variable, "valueFrom", "configMapKeyRef", "name"));
        }
    }

    private static void volume(Set<Reference> found, String pod, JsonNode volume) {
        add(found, Kind.SECRET, Json.text(volume, "secret", "secretName"));
        add(found, Kind.CONFIG_MAP, Json.text(volume, "configMap", "name"));
        add(found, Kind.CLAIM, Json.text(volume, "persistentVolumeClaim", "claimName"));
        add(found, Kind.SECRET, Json.text(volume, "csi", "nodePublishSecretRef", "name"));
        for (String driver : List.of("cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos")) {
            add(found, Kind.SECRET, Json.text(volume, driver, "secretRef", "name"));
        }
        add(found, Kind.SECRET, Json.text(volume, "azureFile", "secretName"));
        if (volume.has("ephemeral")) {
            add(found, Kind.CLAIM, pod + "-" + Json.text(volume, "name"));
        }
        for (JsonNode source : Json.at(volume, "projected", "sources")) {
            add(found, Kind.SECRET, Json.text(source, "secret", "name"));
            add(found, Kind.CONFIG_MAP, Json.text(source, "configMap", "name"));
        }
    }

    private static void add(Set<Reference> found, Kind kind, String name) {
        if (!name.isEmpty()) {
            found.add(new Reference(kind, name));
        }
    }
}
