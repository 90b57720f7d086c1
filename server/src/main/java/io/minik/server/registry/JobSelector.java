package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Status.Cause;
import io.minik.api.object.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A new Job's selector and the labels that it selects by: its uid, so that no two Jobs meet. Only spec.manualSelector lets
 * a person choose.
 */
final class JobSelector {
    private static final String UID = "batch.kubernetes.io/controller-uid";
    private static final String NAME = "batch.kubernetes.io/job-name";

    private JobSelector() {}

    /** Settles both in place; what a person wrote there and does not fit is refused. */
    static void generate(Resource resource, ObjectNode job) {
        ObjectNode spec = Json.child(job, "spec");
        if (Json.bool(spec, "manualSelector")) {
            return;
        }
        String name = Json.text(job, "metadata", "name");
        String uid = Json.text(job, "metadata", "uid");
        Map<String, String> generated = Map.of(UID, uid, "controller-uid", uid, NAME, name, "job-name", name);
        ObjectNode labels = Json.child(Json.child(Json.child(spec, "template"), "metadata"), "labels");
        List<Cause> causes = new ArrayList<>();
        generated.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(label -> {
            String said = Json.text(labels, label.getKey());
            if (said.isEmpty()) {
                labels.put(label.getKey(), label.getValue());
            } else if (!said.equals(label.getValue())) {
                causes.add(invalid(
                        "spec.template.metadata.labels", "\"" + said + "\": must be '" + label.getValue() + "'"));
            }
        });
        ObjectNode selector = Json.child(spec, "selector");
        ObjectNode matched = Json.child(selector, "matchLabels");
        if (!matched.has(UID)) {
            matched.put(UID, uid);
        }
        boolean ours = selector.path("matchExpressions").isEmpty()
                && Json.strings(matched).entrySet().stream()
                        .allMatch(label -> label.getValue().equals(generated.get(label.getKey())));
        if (!ours) {
            causes.add(invalid("spec.selector", selector + ": `selector` not auto-generated"));
        }
        if (!causes.isEmpty()) {
            throw ApiException.invalid(resource, name, causes);
        }
    }

    private static Cause invalid(String field, String what) {
        return new Cause("FieldValueInvalid", "Invalid value: " + what, field);
    }
}
