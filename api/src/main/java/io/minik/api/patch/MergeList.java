package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists under a strategic merge patch. A key of "" means that the items are primitives. */
final class MergeList {
    private MergeList() {}

    /** Consumes both lists. */
    static ArrayNode merge(ArrayNode original, ArrayNode patch, String key, @Nullable Type type) {
        boolean objects = !original.isEmpty()
                ? original.get(0).isObject()
                : !patch.isEmpty() && patch.get(0).isObject();
        if (!objects) {
            ArrayNode union = Json.array();
            Places places = new Places(union, "");
            for (ArrayNode list : List.of(original, patch)) {
                for (JsonNode item : list) {
                    if (places.of(item) < 0) {
                        places.add(item, union.size());
                        union.add(item);
                    }
                }
            }
            return order(union, patch, original, "");
        }
        if (key.isEmpty()) {
            throw ApiException.badRequest("cannot merge lists without merge key");
        }
        ArrayNode doomed = Json.array();
        ArrayNode changes = Json.array();
        boolean replace = false;
        for (JsonNode item : patch) {
            switch (Json.text(item, StrategicMerge.PATCH)) {
                case "replace" -> replace = true;
                case "delete" -> {
                    requireKey(item, key);
                    doomed.add(item);
                }
                case "", "merge" -> changes.add(item);
                default ->
                    throw ApiException.badRequest("unknown patch type found: " + Json.text(item, StrategicMerge.PATCH));
            }
        }
        if (replace) {
            return (ArrayNode) StrategicMerge.bare(changes);
        }
        ArrayNode merged = without(original, doomed, key);
        Places places = new Places(merged, key);
        for (JsonNode change : changes) {
            requireKey(change, key);
            int at = places.of(change);
            if (at >= 0 && merged.get(at) instanceof ObjectNode present && change instanceof ObjectNode fields) {
                merged.set(at, StrategicMerge.element(present, fields, type));
            } else {
                places.add(change, merged.size());
                merged.add(StrategicMerge.bare(change));
            }
        }
        return order(merged, changes, original, key);
    }

    private static ArrayNode without(ArrayNode list, ArrayNode doomed, String key) {
        Places gone = new Places(doomed, key);
        ArrayNode left = Json.array();
        for (JsonNode item : list) {
            if (gone.of(item) < 0) {
                left.add(item);
            }
        }
        return left;
    }

    private static String requireKey(JsonNode item, String key) {
        if (!item.hasNonNull(key)) {
            throw ApiException.badRequest("map: " + item + " does not contain declared merge key: " + key);
        }
        return key;
    }

    /** What the patch names goes in the patch's order, the rest keeps the original's; interleaved as the original had it. */
    static ArrayNode order(ArrayNode merged, ArrayNode patchOrder, ArrayNode serverOrder, String key) {
        List<JsonNode> named = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        Places present = new Places(merged, key);
        Places wantedAt = new Places(patchOrder, key);
        Places servedAt = new Places(serverOrder, key);
        BitSet taken = new BitSet();
        for (JsonNode wanted : patchOrder) {
            int at = present.of(wanted);
            if (at >= 0 && !taken.get(at)) {
                taken.set(at);
                named.add(merged.get(at));
            }
        }
        for (JsonNode item : merged) {
            if (wantedAt.of(item) < 0) {
                others.add(item);
            }
        }
        ArrayNode sorted = Json.array();
        int left = 0;
        int right = 0;
        while (left < others.size() || right < named.size()) {
            boolean takeOther = right >= named.size();
            if (left < others.size() && right < named.size()) {
                int leftAt = servedAt.of(others.get(left));
                int rightAt = servedAt.of(named.get(right));
                takeOther = leftAt >= 0 && rightAt >= 0 && leftAt < rightAt;
            }
            sorted.add(takeOther ? others.get(left++) : named.get(right++));
        }
        return sorted;
    }

    /** What the patch changes must stand in the order that it sets. */
    static void requireOrder(ArrayNode patch, ArrayNode order, String key, String directive) {
        int last = -1;
        Places places = new Places(order, key);
        for (JsonNode item : patch) {
            if (item.has(StrategicMerge.PATCH)) {
                continue;
            }
            int at = places.of(item);
            if (at < 0 || at < last) {
                throw ApiException.badRequest("The order in patch list:\n" + patch + "\n doesn't match " + directive
                        + " list:\n" + order + "\n");
            }
            last = at;
        }
    }

    /** Where in a list the first element with this value stands, or with this value of the key: looked up, not searched. */
    static final class Places {
        private final Map<Object, Integer> first = new HashMap<>();
        private final String key;

        Places(ArrayNode list, String key) {
            this.key = key;
            for (int at = 0; at < list.size(); at++) {
                add(list.get(at), at);
            }
        }

        void add(JsonNode item, int at) {
            if (key.isEmpty() || item.hasNonNull(key)) {
                first.putIfAbsent(value(item), at);
            }
        }

        /** Where an item with the same key stands, or -1 where there is none. */
        int of(JsonNode item) {
            return key.isEmpty() || item.hasNonNull(key) ? first.getOrDefault(value(item), -1) : -1;
        }

        /** Numbers by value, as {@link Equal} has it. */
        private Object value(JsonNode item) {
            JsonNode value = key.isEmpty() ? item : item.get(key);
            return value.isNumber() ? value.decimalValue().stripTrailingZeros() : value;
        }
    }
}
