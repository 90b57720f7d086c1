package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Trait;
import java.util.List;
import java.util.Set;

/** CustomResourceDefinitions: none goes before its objects, which could not be deleted without it. */
public final class DefinitionKind implements KindStrategy {
    /** Holds a definition until its objects are gone. */
    public static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

    @Override
    public Set<Trait> traits() {
        return Set.of(Trait.COUNTS_GENERATIONS, Trait.PUT_NEEDS_VERSION);
    }

    @Override
    public List<String> keptByStatus() {
        return BuiltInKinds.ALL_METADATA;
    }

    @Override
    public List<String> prepareCreate(ObjectNode tree) {
        noteStorage(tree);
        return List.of();
    }

    @Override
    public void prepareUpdate(String subresource, ObjectNode next, KubeObject old) {
        if (subresource.isEmpty()) {
            noteStorage(next);
        }
    }

    /** Its objects may be stored in this version from now on, and in those of before until somebody rewrites them. */
    private static void noteStorage(ObjectNode definition) {
        ArrayNode stored = Json.child(definition, "status").withArray("storedVersions");
        Json.items(definition, "spec", "versions").stream()
                .filter(version -> Json.bool(version, "storage"))
                .map(version -> Json.text(version, "name"))
                .filter(name ->
                        stored.valueStream().noneMatch(known -> known.asText().equals(name)))
                .toList()
                .forEach(stored::add);
    }

    /** The first delete only asks. */
    @Override
    public boolean held(ObjectNode tree) {
        return Json.text(tree, "metadata", "deletionTimestamp").isEmpty();
    }

    @Override
    public void marked(ObjectNode tree) {
        ArrayNode conditions = Json.child(tree, "status").withArray("conditions");
        boolean before = conditions.valueStream().anyMatch(condition -> Json.text(condition, "type")
                .equals("Terminating"));
        if (before) {
            return;
        }
        ObjectNode metadata = Json.child(tree, "metadata");
        ArrayNode finalizers = metadata.withArray("finalizers");
        if (finalizers.valueStream().noneMatch(finalizer -> finalizer.asText().equals(CLEANUP))) {
            finalizers.add(CLEANUP);
        }
        conditions
                .addObject()
                .put("type", "Terminating")
                .put("status", "True")
                .put("lastTransitionTime", Json.text(metadata, "deletionTimestamp"))
                .put("reason", "InstanceDeletionPending")
                .put(
                        "message",
                        "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon");
    }
}
