package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import java.util.List;
import java.util.Optional;

/**
 * One page of a list.
 *
 * @param continueToken empty at the end
 * @param remaining how many more there are, where that is known without looking (no selector)
 */
public record Listing(
        String apiVersion,
        String kind,
        String resourceVersion,
        String continueToken,
        Optional<Long> remaining,
        List<KubeObject> items) {
    /** As one object: how a deletecollection answers whoever calls in this process. */
    public KubeObject object() {
        ObjectNode list = Json.object().put("kind", kind).put("apiVersion", apiVersion);
        list.putObject("metadata").put("resourceVersion", resourceVersion);
        ArrayNode array = list.putArray("items");
        items.forEach(item -> array.add(item.compact().tree()));
        return KubeObject.of(list);
    }
}
