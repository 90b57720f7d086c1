package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.List;
import java.util.Set;

/**
 * Jobs. A new one selects its own pods and no others, by its uid, unless its author does so (manualSelector). What the author said of
 * these labels stays: validation tells what is wrong with it.
 */
final class JobKind implements KindStrategy {
    private static final String UID = "batch.kubernetes.io/controller-uid";
    private static final String UID_BEFORE_1_27 = "controller-uid";
    private static final String NAME = "batch.kubernetes.io/job-name";
    private static final String NAME_BEFORE_1_27 = "job-name";

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.COUNTS_GENERATIONS, Trait.ORPHANS_BY_DEFAULT);
    }

    @Override
    public List<String> selectableFields() {
        return List.of("status.successful");
    }

    @Override
    public String absent(String field) {
        return "0";
    }

    @Override
    public void settle(ObjectNode job) {
        ObjectNode spec = Json.child(job, "spec");
        if (Json.bool(spec, "manualSelector")) {
            return;
        }
        String name = Json.text(job, "metadata", "name");
        String uid = Json.text(job, "metadata", "uid");
        ObjectNode labels = Json.child(Json.child(Json.child(spec, "template"), "metadata"), "labels");
        for (String key : List.of(NAME_BEFORE_1_27, NAME)) {
            putIfAbsent(labels, key, name);
        }
        for (String key : List.of(UID_BEFORE_1_27, UID)) {
            putIfAbsent(labels, key, uid);
        }
        putIfAbsent(Json.child(Json.child(spec, "selector"), "matchLabels"), UID, uid);
    }

    private static void putIfAbsent(ObjectNode labels, String key, String value) {
        if (!labels.has(key)) {
            labels.put(key, value);
        }
    }
}
