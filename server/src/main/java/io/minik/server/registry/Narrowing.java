package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.List;

/**
 * What a subresource lets through: of the body that was sent, only its own part reaches the object. The status
 * subresource and the main one are {@link WriteStrategy}' to narrow.
 */
final class Narrowing {
    private Narrowing() {}

    static ObjectNode apply(String subresource, ObjectNode next, KubeObject old) {
        return switch (subresource) {
            case "", "status" -> next;
            case "ephemeralcontainers" -> only(next, old, List.of("spec", "ephemeralContainers"));
            case "resize" -> resized(next, old);
            case "finalize" -> only(next, old, List.of("spec", "finalizers"));
            case "approval" -> decided(next, old);
            default -> throw Registry.notAllowed();
        };
    }

    private static ObjectNode only(ObjectNode next, KubeObject old, List<String> path) {
        ObjectNode kept = Json.parseObject(old.bytes());
        keepVersion(next, kept);
        String parent = path.get(0);
        String field = path.get(1);
        JsonNode value = Json.at(next, parent, field);
        if (value.isMissingNode()) {
            Json.child(kept, parent).remove(field);
        } else {
            Json.child(kept, parent).set(field, value);
        }
        return kept;
    }

    /** Of an approval the conditions count, and what it notes in the metadata. */
    private static ObjectNode decided(ObjectNode next, KubeObject old) {
        JsonNode conditions = Json.at(next, "status", "conditions");
        ObjectNode status = old.at("status") instanceof ObjectNode before ? before.deepCopy() : Json.object();
        if (conditions.isMissingNode()) {
            status.remove("conditions");
        } else {
            status.set("conditions", conditions);
        }
        next.set("status", status);
        next.set("spec", old.at("spec").deepCopy());
        return next;
    }

    private static ObjectNode resized(ObjectNode next, KubeObject old) {
        ObjectNode kept = Json.parseObject(old.bytes());
        keepVersion(next, kept);
        return Resize.apply(next, kept);
    }

    /** The caller's version stays the condition of the write. */
    private static void keepVersion(ObjectNode next, ObjectNode kept) {
        Json.child(kept, "metadata").put("resourceVersion", Json.text(next, "metadata", "resourceVersion"));
        Json.child(kept, "metadata").put("uid", Json.text(next, "metadata", "uid"));
    }
}
