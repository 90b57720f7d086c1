package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.schema.Field;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' strategic merge patch: like a merge patch, but lists whose field says so merge by key, and directives
 * ({@code $patch}, {@code $retainKeys}, {@code $deleteFromPrimitiveList/x}, {@code $setElementOrder/x}) say the rest.
 */
public final class StrategicMerge {
    static final String PATCH = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMerge() {}

    /** Answers with a new tree. @throws ApiException 400 */
    public static ObjectNode apply(ObjectNode doc, ObjectNode patch, Type type) {
        return object(doc.deepCopy(), patch.deepCopy(), type);
    }

    /** Both trees are consumed. @param type null inside what has no schema */
    private static ObjectNode object(ObjectNode original, ObjectNode patch, @Nullable Type type) {
        JsonNode directive = patch.remove(PATCH);
        if (directive != null) {
            switch (directive.asText()) {
                case "replace" -> {
                    return patch;
                }
                case "delete" -> {
                    return Json.object();
                }
                case "merge" -> {}
                default -> throw ApiException.badRequest("unknown patch type found: " + directive.asText());
            }
        }
        retainKeys(original, patch);
        orderedLists(original, patch, type);
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            JsonNode change = entry.getValue();
            if (name.startsWith(DELETE_PRIMITIVES)) {
                deletePrimitives(original, name.substring(DELETE_PRIMITIVES.length()), change);
                continue;
            }
            JsonNode present = original.get(name);
            if (change.isNull()) {
                original.remove(name);
            } else if (present == null || present.getNodeType() != change.getNodeType()) {
                original.set(name, bare(change));
            } else {
                original.set(name, merged(present, change, field(type, name)));
            }
        }
        return original;
    }

    private static JsonNode merged(JsonNode present, JsonNode change, @Nullable Field field) {
        if (present instanceof ObjectNode object && change instanceof ObjectNode changes) {
            return object(object, changes, singleType(field));
        }
        if (present instanceof ArrayNode list && change instanceof ArrayNode changes && merges(field)) {
            return MergeList.merge(list, changes, keyOf(field), elementType(field));
        }
        return bare(change);
    }

    static ObjectNode element(ObjectNode original, ObjectNode patch, @Nullable Type type) {
        return object(original, patch, type);
    }

    private static boolean merges(@Nullable Field field) {
        return field != null && field.patchMerge();
    }

    private static String keyOf(@Nullable Field field) {
        return field == null ? "" : field.patchMergeKey();
    }

    private static @Nullable Type singleType(@Nullable Field field) {
        return field != null && field.shape() == Field.Shape.SINGLE ? elementType(field) : null;
    }

    private static @Nullable Type elementType(@Nullable Field field) {
        return field != null && field.structured() ? field.type() : null;
    }

    private static @Nullable Field field(@Nullable Type type, String name) {
        if (type == null) {
            return null;
        }
        Optional<Field> found = type.field(name);
        return found.isPresent() ? found.get() : null;
    }

    /** {@code $retainKeys: [a, b]}: what the original has beside these goes; the patch may say nothing else but that it goes. */
    private static void retainKeys(ObjectNode original, ObjectNode patch) {
        JsonNode keys = patch.remove(RETAIN_KEYS);
        if (keys == null) {
            return;
        }
        if (!keys.isArray()) {
            throw ApiException.badRequest("invalid patch format of retainKeys");
        }
        Set<String> retained = new HashSet<>();
        keys.forEach(key -> retained.add(key.asText()));
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            if (!entry.getValue().isNull() && !name.startsWith("$") && !retained.contains(name)) {
                throw ApiException.badRequest("invalid patch format of retainKeys");
            }
        }
        original.retain(retained);
    }

    private static void deletePrimitives(ObjectNode original, String name, JsonNode values) {
        if (!(values instanceof ArrayNode doomed)) {
            throw ApiException.badRequest("invalid patch format of primitive list");
        }
        if (original.get(name) instanceof ArrayNode list) {
            ArrayNode left = Json.array();
            MergeList.Places places = new MergeList.Places(doomed, "");
            list.forEach(item -> {
                if (places.of(item) < 0) {
                    left.add(item);
                }
            });
            original.set(name, left);
        }
    }

    /** Lists with a {@code $setElementOrder}: merged here, then put in the order that the patch's author saw. */
    private static void orderedLists(ObjectNode original, ObjectNode patch, @Nullable Type type) {
        for (String directive :
                List.copyOf(patch.propertyStream().map(Map.Entry::getKey).toList())) {
            if (!directive.startsWith(ORDER)) {
                continue;
            }
            String name = directive.substring(ORDER.length());
            if (!(patch.remove(directive) instanceof ArrayNode order)) {
                throw ApiException.badRequest("invalid patch format of setElementOrder list");
            }
            Field field = field(type, name);
            String key = keyOf(field);
            JsonNode change = patch.get(name);
            JsonNode present = original.get(name);
            JsonNode doomed = patch.remove(DELETE_PRIMITIVES + name);
            if (doomed != null) {
                deletePrimitives(original, name, doomed);
                present = original.get(name);
            }
            if ((change != null && change.isNull()) || (present == null && change == null)) {
                continue;
            }
            ArrayNode before = present instanceof ArrayNode list ? list : Json.array();
            ArrayNode merged = before;
            if (change instanceof ArrayNode changes) {
                patch.remove(name);
                MergeList.requireOrder(changes, order, key, directive);
                merged = present instanceof ArrayNode list && merges(field)
                        ? MergeList.merge(list.deepCopy(), changes, key, elementType(field))
                        : (ArrayNode) bare(changes);
            }
            original.set(name, MergeList.order(merged, order, before, key));
        }
    }

    /** A value that is taken as it is: without nulls and directives. */
    static JsonNode bare(JsonNode value) {
        if (value instanceof ObjectNode object) {
            ObjectNode clean = Json.object();
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                String name = entry.getKey();
                boolean directive = name.equals(PATCH)
                        || name.equals(RETAIN_KEYS)
                        || name.startsWith(ORDER)
                        || name.startsWith(DELETE_PRIMITIVES);
                if (!directive && !entry.getValue().isNull()) {
                    clean.set(name, bare(entry.getValue()));
                }
            }
            return clean;
        }
        if (value instanceof ArrayNode list) {
            ArrayNode clean = Json.array();
            for (JsonNode item : list) {
                if (!Json.text(item, PATCH).equals("delete")) {
                    JsonNode kept = bare(item);
                    if (!(item.has(PATCH) && kept.isEmpty())) {
                        clean.add(kept);
                    }
                }
            }
            return clean;
        }
        return value;
    }
}
