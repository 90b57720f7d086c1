package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The objects of a manifest as {@code kubectl apply -f} takes it: JSON, or YAML documents parted by lines that begin with
 * {@code ---}. A List stands for its items; a document that says nothing is passed over.
 */
public final class ManifestText {
    private static final String PARTED_BY = "(?m)^---(?:[ \\t\\r].*)?$";

    private ManifestText() {}

    /**
     * In the file's order, each with apiVersion, kind and a name.
     *
     * @throws IllegalArgumentException naming the document, counted from 1, and what is wrong with it
     */
    public static List<ObjectNode> of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean json = text.stripLeading().startsWith("{");
        String[] parts = json ? new String[] {text} : text.split(PARTED_BY, -1);
        ValueCount values = new ValueCount();
        List<ObjectNode> objects = new ArrayList<>();
        int number = 0;
        for (String part : parts) {
            if (part.lines()
                    .allMatch(line -> line.isBlank() || line.stripLeading().startsWith("#"))) {
                continue;
            }
            number++;
            try {
                Format format = json ? Format.JSON : Format.YAML;
                add(
                        Body.parse(part.getBytes(StandardCharsets.UTF_8), format, values)
                                .tree(),
                        objects);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("document " + number + ": " + e.getMessage(), e);
            }
        }
        return objects;
    }

    /**
     * One document of YAML, whatever it says; null where it says nothing.
     *
     * @throws IllegalArgumentException if it is none, or beyond a limit, and says where
     */
    public static JsonNode yaml(byte[] bytes) {
        return Body.parse(bytes, Format.YAML).tree();
    }

    private static void add(JsonNode tree, List<ObjectNode> objects) {
        if (tree.isNull()) {
            return;
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new IllegalArgumentException("not an object");
        }
        String kind = need(object, "kind");
        need(object, "apiVersion");
        if (kind.endsWith("List") && object.path("items").isArray()) {
            object.path("items").forEach(item -> add(item, objects));
            return;
        }
        if (Json.text(object, "metadata", "name").isEmpty()) {
            throw new IllegalArgumentException("resource name may not be empty");
        }
        objects.add(object);
    }

    private static String need(ObjectNode object, String field) {
        String value = Json.text(object, field);
        if (value.isEmpty()) {
            throw new IllegalArgumentException(field + " not set");
        }
        return value;
    }
}
