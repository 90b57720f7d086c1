package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.util.ArrayList;
import java.util.List;

/** What the pods of a StatefulSet are called and look like. Pure. */
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

    static KubeObject pod(KubeObject set, JsonNode template, int ordinal, String revision) {
        String name = name(set, ordinal);
        ObjectNode pod = Pods.ofTemplate(set, template, name);
        Json.child(Json.child(pod, "metadata"), "labels")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put("apps.kubernetes.io/pod-index", Integer.toString(ordinal))
                .put(Revisions.MARK, revision);
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
}
