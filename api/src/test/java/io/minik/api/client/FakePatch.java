package io.minik.api.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;
import java.util.Map;
import java.util.Optional;

/** Patches as {@link FakeApi} needs them: merge, strategic with the usual merge keys, and JSON's plain operations. */
final class FakePatch {
    /** Merge keys by the list's field name. */
    private static final Map<String, String> MERGE_KEYS = Map.of(
            "conditions", "type",
            "containers", "name",
            "initContainers", "name",
            "env", "name",
            "volumes", "name",
            "ownerReferences", "uid",
            "taints", "key",
            "addresses", "type",
            "ports", "containerPort");

    private FakePatch() {}

    static void apply(String contentType, ObjectNode target, JsonNode patch) {
        switch (contentType) {
            case "application/merge-patch+json" -> merge(target, patch, false);
            case "application/strategic-merge-patch+json" -> merge(target, patch, true);
            case "application/json-patch+json" -> json(target, patch);
            default -> throw ApiException.badRequest("the fake knows no " + contentType);
        }
    }

    private static void merge(ObjectNode target, JsonNode patch, boolean strategic) {
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode value = field.getValue();
            JsonNode present = target.get(field.getKey());
            Optional<String> key = strategic ? Optional.ofNullable(MERGE_KEYS.get(field.getKey())) : Optional.empty();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value.isObject()) {
                merge(
                        present instanceof ObjectNode object ? object : target.putObject(field.getKey()),
                        value,
                        strategic);
            } else if (value.isArray() && key.isPresent() && present instanceof ArrayNode list) {
                mergeList(list, value, key.get());
            } else if (strategic && field.getKey().equals("finalizers") && present instanceof ArrayNode list) {
                value.forEach(item -> {
                    for (JsonNode old : list) {
                        if (old.equals(item)) {
                            return;
                        }
                    }
                    list.add(item);
                });
            } else if (!field.getKey().startsWith("$")) {
                target.set(field.getKey(), value.deepCopy());
            }
        }
    }

    private static void mergeList(ArrayNode list, JsonNode patch, String key) {
        for (JsonNode item : patch) {
            int found = -1;
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i).path(key).equals(item.path(key))) {
                    found = i;
                }
            }
            if (item.path("$patch").asText().equals("delete")) {
                if (found >= 0) {
                    list.remove(found);
                }
            } else if (found >= 0) {
                merge((ObjectNode) list.get(found), item, true);
            } else {
                list.add(item.deepCopy());
            }
        }
    }

    private static void json(ObjectNode target, JsonNode patch) {
        for (JsonNode operation : patch) {
            String path = Json.text(operation, "path");
            int cut = path.lastIndexOf('/');
            JsonNode parent = target.at(path.substring(0, cut));
            String last = path.substring(cut + 1).replace("~1", "/").replace("~0", "~");
            String op = Json.text(operation, "op");
            if (op.equals("test")) {
                if (!parent.path(last).equals(operation.path("value"))) {
                    throw ApiException.badRequest("testing path " + path + " value failed");
                }
            } else if (parent instanceof ObjectNode object) {
                if (op.equals("remove")) {
                    object.remove(last);
                } else {
                    object.set(last, operation.path("value").deepCopy());
                }
            } else if (parent instanceof ArrayNode array) {
                switch (op) {
                    case "remove" -> array.remove(Integer.parseInt(last));
                    case "replace" -> array.set(Integer.parseInt(last), operation.path("value"));
                    default -> array.add(operation.path("value"));
                }
            } else {
                throw ApiException.badRequest("no such path: " + path);
            }
        }
    }
}
