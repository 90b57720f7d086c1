package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;

/** JSON merge patch, RFC 7386: null removes, objects merge, all else replaces. */
public final class MergePatch {
    private MergePatch() {}

    /** Answers with a new tree. @throws ApiException 400 if the patch is not an object */
    public static ObjectNode apply(ObjectNode doc, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            throw ApiException.badRequest("Invalid JSON Patch");
        }
        ObjectNode result = doc.deepCopy();
        merge(result, changes);
        return result;
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        patch.properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode changes) {
                ObjectNode child = target.get(name) instanceof ObjectNode present ? present : Json.object();
                merge(child, changes);
                target.set(name, child);
            } else {
                target.set(name, value.deepCopy());
            }
        });
    }
}
