package io.minik.server.controllers.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Names a pod template's content in a few characters: FNV-1a over its canonical JSON. Pure. */
public final class TemplateHash {
    public static final String LABEL = "pod-template-hash";
    /** No vowels and no look-alikes, so that a hash spells no word; as upstream's suffixes. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private TemplateHash() {}

    public static String of(JsonNode template, long collisions) {
        int hash = 0x811c9dc5;
        String text = canonical(withoutEmpties(template.deepCopy())) + (collisions > 0 ? "#" + collisions : "");
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xff)) * 0x01000193;
        }
        StringBuilder safe = new StringBuilder();
        for (char digit : Long.toString(hash & 0xffffffffL).toCharArray()) {
            safe.append(ALPHABET.charAt(digit % ALPHABET.length()));
        }
        return safe.toString();
    }

    /** Drops, in place, fields that clients may write or leave out without meaning anything else by it. */
    public static JsonNode withoutEmpties(JsonNode node) {
        if (node instanceof ObjectNode object) {
            List<String> empty = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                JsonNode value = withoutEmpties(field.getValue());
                if (value.isNull() || (value.isContainerNode() && value.isEmpty())) {
                    empty.add(field.getKey());
                }
            }
            object.remove(empty);
        } else {
            node.forEach(TemplateHash::withoutEmpties);
        }
        return node;
    }

    /** Fields sorted, so that the order in which a client wrote them does not count. */
    private static String canonical(JsonNode node) {
        if (node.isObject()) {
            TreeMap<String, String> fields = new TreeMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), canonical(field.getValue())));
            return fields.toString();
        }
        if (node.isArray()) {
            StringBuilder items = new StringBuilder("[");
            node.forEach(item -> items.append(canonical(item)).append(','));
            return items.append(']').toString();
        }
        return new String(Json.bytes(node), StandardCharsets.UTF_8);
    }
}
