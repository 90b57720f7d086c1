package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.ArrayList;
import java.util.List;

/** What the pods and claims of a StatefulSet are called and look like. Pure. */
final class StatefulPods {
    private StatefulPods() {}

    static String name(KubeObject set, int ordinal) {
        return set.name() + "-" + ordinal;
    }

    /** -1: not a pod of this set by its name. */
    static int ordinal(KubeObject set, KubeObject pod) {
        String name = pod.name();
        String prefix = set.name() + "-";
        if (!name.startsWith(prefix) || !name.substring(prefix.length()).matches("0|[1-9][0-9]{0,8}")) {
            return -1;
        }
        return Integer.parseInt(name.substring(prefix.length()));
    }

    static KubeObject pod(KubeObject set, JsonNode template, int ordinal, String hash) {
        String name = name(set, ordinal);
        ObjectNode pod = Pods.ofTemplate(set, template, name);
        Json.child(Json.child(pod, "metadata"), "labels")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put("apps.kubernetes.io/pod-index", Integer.toString(ordinal))
                .put(Revisions.HASH, hash);
        ObjectNode spec = Json.child(pod, "spec").put("hostname", name);
        String service = set.text("spec", "serviceName");
        if (!service.isEmpty()) {
            spec.put("subdomain", service);
        }
        ArrayNode volumes = Json.array();
        List<String> claimed = new ArrayList<>();
        for (JsonNode claim : set.at("spec", "volumeClaimTemplates")) {
            String volume = Json.text(claim, "metadata", "name");
            claimed.add(volume);
            volumes.addObject()
                    .put("name", volume)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", volume + "-" + name);
        }
        for (JsonNode volume : spec.path("volumes")) {
            if (!claimed.contains(Json.text(volume, "name"))) {
                volumes.add(volume);
            }
        }
        if (!volumes.isEmpty()) {
            spec.set("volumes", volumes);
        }
        return KubeObject.of(pod);
    }

    static List<KubeObject> claims(KubeObject set, int ordinal) {
        List<KubeObject> claims = new ArrayList<>();
        for (JsonNode template : set.at("spec", "volumeClaimTemplates")) {
            String name = Json.text(template, "metadata", "name") + "-" + name(set, ordinal);
            ObjectKey key = ObjectKey.of(set.namespace(), name);
            claims.add(KubeObject.named("v1", "PersistentVolumeClaim", key, tree -> {
                ObjectNode meta = Json.child(tree, "metadata");
                ObjectNode labels = meta.putObject("labels");
                Json.strings(template, "metadata", "labels").forEach(labels::put);
                Json.strings(set.tree(), "spec", "selector", "matchLabels").forEach(labels::put);
                if (template.path("metadata").path("annotations").isObject()) {
                    meta.set("annotations", template.path("metadata").path("annotations"));
                }
                tree.set("spec", template.path("spec").deepCopy());
            }));
        }
        return claims;
    }
}
