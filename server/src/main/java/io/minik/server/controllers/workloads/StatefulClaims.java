package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The claims of a StatefulSet's pods: what they are called, and who owns them. By
 * spec.persistentVolumeClaimRetentionPolicy a claim goes with the set (whenDeleted) or with its pod once that is beyond
 * the set's end (whenScaled): the garbage collector does it by their owner references. Pure.
 */
final class StatefulClaims {
    private StatefulClaims() {}

    static List<KubeObject> of(KubeObject set, int ordinal) {
        List<KubeObject> claims = new ArrayList<>();
        for (JsonNode template : set.at("spec", "volumeClaimTemplates")) {
            claims.add(claim(set, template, ordinal));
        }
        return claims;
    }

    private static KubeObject claim(KubeObject set, JsonNode template, int ordinal) {
        String name = Json.text(template, "metadata", "name") + "-" + StatefulPods.name(set, ordinal);
        ObjectKey key = ObjectKey.of(set.namespace(), name);
        KubeObject claim = KubeObject.named("v1", "PersistentVolumeClaim", key, tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            ObjectNode labels = meta.putObject("labels");
            Json.strings(template, "metadata", "labels").forEach(labels::put);
            Json.strings(set.tree(), "spec", "selector", "matchLabels").forEach(labels::put);
            if (template.path("metadata").path("annotations").isObject()) {
                meta.set("annotations", template.path("metadata").path("annotations"));
            }
            tree.set("spec", template.path("spec").deepCopy());
        });
        return owned(set, claim, Optional.empty()).orElse(claim);
    }

    private static boolean deletes(KubeObject set, String when) {
        return set.text("spec", "persistentVolumeClaimRetentionPolicy", when).equals("Delete");
    }

    /**
     * The claim with the owners that the policy gives it; empty: it has them.
     *
     * @param condemned its pod, if that is beyond the set's end
     */
    static Optional<KubeObject> owned(KubeObject set, KubeObject claim, Optional<KubeObject> condemned) {
        boolean byPod = deletes(set, "whenScaled") && condemned.isPresent();
        boolean bySet = deletes(set, "whenDeleted") && !byPod;
        String pod = set.name() + "-";
        ArrayNode owners = Json.array();
        for (JsonNode owner : claim.at("metadata", "ownerReferences")) {
            boolean ofSet = Json.text(owner, "uid").equals(set.uid());
            boolean ofPod = Json.text(owner, "kind").equals("Pod")
                    && Json.text(owner, "name").startsWith(pod);
            if (!ofSet && !ofPod) {
                owners.add(owner);
            }
        }
        if (bySet) {
            owners.add(OwnerReference.controllerOf(set).tree());
        } else if (byPod) {
            owners.add(OwnerReference.controllerOf(condemned.get()).tree());
        }
        JsonNode before = claim.at("metadata", "ownerReferences");
        boolean same = owners.isEmpty() ? before.isEmpty() : owners.equals(before);
        return same
                ? Optional.empty()
                : Optional.of(claim.edit(tree -> {
                    if (owners.isEmpty()) {
                        Json.child(tree, "metadata").remove("ownerReferences");
                    } else {
                        Json.child(tree, "metadata").set("ownerReferences", owners);
                    }
                }));
    }
}
