package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.Node;
import io.minik.api.core.NodeSelector;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Pods;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where a DaemonSet's pods belong and what they look like. Pure. */
public final class DaemonPods {
    private static final String PREFIX = "node.kubernetes.io/";

    private DaemonPods() {}

    /** @param starts whether a new pod belongs there; @param stays whether one that is there may stay */
    record Belongs(boolean starts, boolean stays) {}

    static Belongs belongs(KubeObject set, Node node) {
        JsonNode spec = set.at("spec", "template", "spec");
        Map<String, String> labels = node.object().meta().labels();
        String pinned = Json.text(spec, "nodeName");
        boolean selected = (pinned.isEmpty() || pinned.equals(node.name()))
                && Json.strings(spec, "nodeSelector").entrySet().stream()
                        .allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
        JsonNode required = Json.at(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
        if (!selected || (required.isObject() && !NodeSelector.of(required).matches(node.name(), labels))) {
            return new Belongs(false, false);
        }
        List<Toleration> tolerations = new ArrayList<>(Toleration.ofPod(spec));
        added(spec).forEach(each -> tolerations.add(Toleration.of(each)));
        boolean starts = true;
        boolean stays = true;
        for (Taint taint : node.taints()) {
            if (!Toleration.anyTolerates(tolerations, taint)) {
                starts &= taint.effect().equals("PreferNoSchedule");
                stays &= !taint.effect().equals("NoExecute");
            }
        }
        return new Belongs(starts, stays);
    }

    /** What every daemon bears: a node in trouble needs its daemons most. */
    private static List<ObjectNode> added(JsonNode spec) {
        List<ObjectNode> added = new ArrayList<>();
        added.add(toleration("not-ready", "NoExecute"));
        added.add(toleration("unreachable", "NoExecute"));
        for (String key : List.of("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")) {
            added.add(toleration(key, "NoSchedule"));
        }
        if (Json.bool(spec, "hostNetwork")) {
            added.add(toleration("network-unavailable", "NoSchedule"));
        }
        return added;
    }

    private static ObjectNode toleration(String key, String effect) {
        return Json.object().put("key", PREFIX + key).put("operator", "Exists").put("effect", effect);
    }

    /** A pod for one node: the scheduler places it there by an affinity to the node's name. */
    static KubeObject pod(KubeObject set, String node, String hash) {
        ObjectNode pod = Pods.ofTemplate(set, set.at("spec", "template"), "");
        Json.child(Json.child(pod, "metadata"), "labels").put(Revisions.MARK, hash);
        ObjectNode spec = Json.child(pod, "spec");
        ArrayNode tolerations = spec.withArray("tolerations");
        added(spec).forEach(each -> {
            boolean there = false;
            for (JsonNode present : tolerations) {
                there |= present.equals(each);
            }
            if (!there) {
                tolerations.add(each);
            }
        });
        ObjectNode required = Json.child(
                Json.child(Json.child(spec, "affinity"), "nodeAffinity"),
                "requiredDuringSchedulingIgnoredDuringExecution");
        ArrayNode terms = required.withArray("nodeSelectorTerms");
        ObjectNode byName = Json.object().put("key", "metadata.name").put("operator", "In");
        byName.putArray("values").add(node);
        if (terms.isEmpty()) {
            terms.addObject();
        }
        for (JsonNode term : terms) {
            ((ObjectNode) term).putArray("matchFields").add(byName.deepCopy());
        }
        return KubeObject.of(pod);
    }

    /** The node that a pod is on or meant for; empty if it can't be told. */
    public static String target(KubeObject pod) {
        String placed = pod.text("spec", "nodeName");
        if (!placed.isEmpty()) {
            return placed;
        }
        JsonNode terms = pod.at(
                "spec",
                "affinity",
                "nodeAffinity",
                "requiredDuringSchedulingIgnoredDuringExecution",
                "nodeSelectorTerms");
        for (JsonNode term : terms) {
            for (JsonNode field : term.path("matchFields")) {
                if (Json.text(field, "key").equals("metadata.name")) {
                    return field.path("values").path(0).asText();
                }
            }
        }
        return "";
    }
}
