package io.minik.api.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;

/** Who an object belongs to: always in its own namespace, or cluster-scoped. */
public record OwnerReference(
        String apiVersion, String kind, String name, String uid, boolean controller, boolean blockOwnerDeletion) {
    public static OwnerReference of(JsonNode tree) {
        return new OwnerReference(
                Json.text(tree, "apiVersion").intern(),
                Json.text(tree, "kind").intern(),
                Json.text(tree, "name").intern(),
                Json.text(tree, "uid").intern(),
                Json.bool(tree, "controller"),
                Json.bool(tree, "blockOwnerDeletion"));
    }

    /** The controlling reference to an object. */
    public static OwnerReference controllerOf(KubeObject owner) {
        return new OwnerReference(owner.apiVersion(), owner.kind(), owner.name(), owner.uid(), true, true);
    }

    /** The same owner, whose deletion in the foreground does not wait for the dependent. */
    public OwnerReference notBlocking() {
        return new OwnerReference(apiVersion, kind, name, uid, controller, false);
    }

    public ObjectNode tree() {
        return Json.object()
                .put("apiVersion", apiVersion)
                .put("kind", kind)
                .put("name", name)
                .put("uid", uid)
                .put("controller", controller)
                .put("blockOwnerDeletion", blockOwnerDeletion);
    }
}
