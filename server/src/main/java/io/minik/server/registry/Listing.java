package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
    /** Bytes of the largest object, as it is stored. */
    public int largest() {
        return stored().stream().mapToInt(KubeObject::length).max().orElse(0);
    }

    /** Bytes of all objects, as they are stored. */
    public long bytes() {
        return stored().stream().mapToLong(KubeObject::length).sum();
    }

    private List<KubeObject> stored() {
        return items instanceof Views views ? views.stored : items;
    }

    /** Whether the items are made one by one, as they are asked for. */
    public boolean converted() {
        return items instanceof Views;
    }

    /** Stored objects as another version shows them, each made anew whenever it is asked for: a tree is large. */
    static final class Views extends AbstractList<KubeObject> {
        private final List<KubeObject> stored;
        private final UnaryOperator<KubeObject> view;

        Views(List<KubeObject> stored, UnaryOperator<KubeObject> view) {
            this.stored = stored;
            this.view = view;
        }

        @Override
        public KubeObject get(int index) {
            return view.apply(stored.get(index));
        }

        @Override
        public int size() {
            return stored.size();
        }
    }

    /** As one object: how a deletecollection answers whoever calls in this process. */
    public KubeObject object() {
        ObjectNode list = Json.object().put("kind", kind).put("apiVersion", apiVersion);
        list.putObject("metadata").put("resourceVersion", resourceVersion);
        ArrayNode array = list.putArray("items");
        items.forEach(item -> array.add(item.compact().tree()));
        return KubeObject.of(list);
    }
}
