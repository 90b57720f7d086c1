package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.PodQos;
import io.minik.api.core.PodSpec;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The pods/resize subresource: of the body only containers' cpu and memory reach the pod, and not every change of them. */
final class Resize {
    private static final List<String> LISTS = List.of("containers", "initContainers");
    private static final Set<String> MUTABLE = Set.of("cpu", "memory");

    private final ObjectNode next;
    private final ObjectNode kept;
    private final Causes causes = new Causes();

    private Resize(ObjectNode next, ObjectNode kept) {
        this.next = next;
        this.kept = kept;
    }

    /** @param kept the pod as it is; becomes what it shall be */
    static ObjectNode apply(ObjectNode next, ObjectNode kept) {
        return new Resize(next, kept).resized();
    }

    private ObjectNode resized() {
        PodQos before = PodQos.of(PodSpec.of(kept.path("spec")));
        LISTS.forEach(this::take);
        PodQos after = PodQos.of(PodSpec.of(kept.path("spec")));
        if (after != before && causes.isEmpty()) {
            causes.invalid("spec", after.name(), "Pod QOS Class may not change as a result of resizing");
        }
        if (!causes.isEmpty()) {
            throw causes.refusal(Resources.PODS, Json.text(kept, "metadata", "name"));
        }
        return kept;
    }

    private void take(String list) {
        List<JsonNode> ours = Json.items(kept, "spec", list);
        List<JsonNode> theirs = Json.items(next, "spec", list);
        if (ours.size() != theirs.size()) {
            causes.forbidden("spec." + list, "containers may not be added or removed on resize");
            return;
        }
        for (int i = 0; i < ours.size(); i++) {
            String path = Causes.at("spec." + list, i);
            if (!Json.text(ours.get(i), "name").equals(Json.text(theirs.get(i), "name"))) {
                causes.forbidden(path + ".name", "containers may not be renamed or reordered on resize");
                continue;
            }
            JsonNode wanted = theirs.get(i).path("resources");
            check(path + ".resources.requests", "requests", ours.get(i).path("resources"), wanted);
            check(path + ".resources.limits", "limits", ours.get(i).path("resources"), wanted);
            if (ours.get(i) instanceof ObjectNode container) {
                container.set("resources", wanted.isMissingNode() ? Json.object() : wanted.deepCopy());
                if (theirs.get(i).has("resizePolicy")) {
                    container.set("resizePolicy", theirs.get(i).path("resizePolicy"));
                }
            }
        }
    }

    private void check(String path, String kind, JsonNode before, JsonNode after) {
        Map<String, String> was = Json.strings(before, kind);
        Map<String, String> now = Json.strings(after, kind);
        Set<String> names = new TreeSet<>(was.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            if (!MUTABLE.contains(name) && !was.getOrDefault(name, "").equals(now.get(name))) {
                causes.forbidden(path, "only cpu and memory resources are mutable");
            } else if (was.containsKey(name) && !now.containsKey(name)) {
                causes.forbidden(path, "resource " + kind + " cannot be removed");
            }
        }
    }
}
