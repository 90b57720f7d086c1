package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import java.util.List;
import java.util.Optional;

/** Namespaces: held by finalizers of their own in spec, which only /finalize writes. */
final class NamespaceKind implements KindStrategy {
    @Override
    public Optional<ObjectNode> initialStatus() {
        return Optional.of(PlainKind.parsed("{\"phase\":\"Active\"}"));
    }

    @Override
    public List<String> prepareCreate(ObjectNode tree) {
        label(tree, Json.text(tree, "metadata", "name"));
        ObjectNode spec = Json.child(tree, "spec");
        if (spec.path("finalizers").isEmpty()) {
            spec.putArray("finalizers").add("kubernetes");
        }
        return List.of();
    }

    private static void label(ObjectNode tree, String name) {
        Json.child(Json.child(tree, "metadata"), "labels").put("kubernetes.io/metadata.name", name);
    }

    @Override
    public ObjectNode narrow(String subresource, ObjectNode next, KubeObject old) {
        return subresource.equals("finalize")
                ? KindStrategy.only(next, old, "spec", "finalizers")
                : KindStrategy.super.narrow(subresource, next, old);
    }

    @Override
    public void prepareUpdate(String subresource, ObjectNode next, KubeObject old) {
        label(next, old.name());
        if (!subresource.equals("finalize")) {
            JsonNode spec = old.tree().path("spec");
            if (spec.isMissingNode()) {
                next.remove("spec");
            } else {
                next.set("spec", spec);
            }
        }
    }

    @Override
    public boolean held(ObjectNode tree) {
        return !Json.at(tree, "spec", "finalizers").isEmpty();
    }

    @Override
    public void marked(ObjectNode tree) {
        Json.child(tree, "status").put("phase", "Terminating");
    }

    @Override
    public List<String> selectableFields() {
        return List.of("status.phase");
    }
}
