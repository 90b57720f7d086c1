package io.minik.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A variable's declaration: its type, and how large its values can be, from which the worst case's cost follows. Made of a
 * structural schema, which also says how JSON becomes values.
 */
public final class Decl {
    /** What one request may carry. */
    private static final long MOST_BYTES = 3 * 1024 * 1024;

    private static final int DURATION_MOST = 32;
    private static final int DURATION_LEAST = 3;
    private static final int DATE = 12;
    private static final int TIME_MOST = 32;
    private static final int TIME_LEAST = 21;
    /** The longest UTF-8 of a letter. */
    private static final int LETTER_BYTES = 4;

    public static final Decl DYN = new Decl(CelType.DYN, MOST_BYTES - 2, 1);
    public static final Decl STRING = new Decl(CelType.STRING, MOST_BYTES - 2, 2);

    private final CelType type;
    private final long most;
    private final long least;
    private Map<String, Decl> fields = Map.of();
    private Map<String, String> names = Map.of();
    private @Nullable Decl item;
    private String format = "";
    private String listType = "";
    private List<String> keys = List.of();

    private Decl(CelType type, long most, long least) {
        this.type = type;
        this.most = most;
        this.least = least;
    }

    /** Of a value that may be absent. */
    public static Decl optional(Decl inner) {
        return new Decl(CelType.optional(inner.type), inner.most, inner.least);
    }

    /** An object that no schema describes. @param fields by name, in expressions as in JSON */
    public static Decl object(String name, Map<String, Decl> fields) {
        Map<String, String> names = new HashMap<>();
        fields.keySet().forEach(field -> names.put(field, field));
        return object(name, fields, names, 2);
    }

    public static Decl list(Decl item) {
        Decl list = new Decl(CelType.list(item.type), MOST_BYTES / (item.least + 1), 2);
        list.item = item;
        return list;
    }

    /** Of texts to such values. */
    public static Decl map(Decl value) {
        Decl map = new Decl(CelType.map(CelType.STRING, value.type), MOST_BYTES / (value.least + 6), 2);
        map.item = value;
        return map;
    }

    /** Of what no schema speaks: sizes are unknown. */
    public static Decl of(CelType type) {
        return new Decl(type, type.scalar() ? 0 : MOST_BYTES, 1);
    }

    /**
     * Empty if expressions see nothing of it: what is not described cannot be spoken of.
     *
     * @param resource whether it is an object of a kind, whose heads are always there
     */
    public static Optional<Decl> of(JsonNode schema, boolean resource) {
        return of(schema, resource, "self");
    }

    private static Optional<Decl> of(JsonNode schema, boolean resource, String path) {
        if (Json.bool(schema, "x-kubernetes-int-or-string")) {
            return Optional.of(new Decl(CelType.DYN, letters(schema, MOST_BYTES - 2), 1));
        }
        return switch (Json.text(schema, "type")) {
            case "array" -> list(schema, path);
            case "object" ->
                schema.path("additionalProperties").isObject()
                        ? map(schema, path)
                        : Optional.of(object(schema, resource, path));
            case "string" -> Optional.of(string(schema));
            case "boolean" -> Optional.of(new Decl(CelType.BOOL, 0, 4));
            case "number" -> Optional.of(new Decl(CelType.DOUBLE, 0, 1));
            case "integer" -> Optional.of(new Decl(CelType.INT, 0, 1));
            default -> Optional.empty();
        };
    }

    private static boolean embedded(JsonNode schema) {
        return Json.bool(schema, "x-kubernetes-embedded-resource");
    }

    private static Optional<Decl> list(JsonNode schema, String path) {
        JsonNode items = schema.path("items");
        return of(items, embedded(items), path + ".@items").map(item -> {
            long most = Math.max(0, Json.longOr((MOST_BYTES - 2) / (item.least + 1), schema, "maxItems"));
            Decl list = new Decl(CelType.list(item.type), most, 2);
            list.item = item;
            list.listType = Json.text(schema, "x-kubernetes-list-type");
            list.keys = Json.stringList(schema, "x-kubernetes-list-map-keys");
            return list;
        });
    }

    private static Optional<Decl> map(JsonNode schema, String path) {
        JsonNode values = schema.path("additionalProperties");
        return of(values, embedded(values), path + ".@values").map(value -> {
            long most = Math.max(0, Json.longOr((MOST_BYTES - 2) / (value.least + 6), schema, "maxProperties"));
            Decl map = new Decl(CelType.map(CelType.STRING, value.type), most, 2);
            map.item = value;
            return map;
        });
    }

    private static Decl object(JsonNode schema, boolean resource, String path) {
        Map<String, Decl> fields = new LinkedHashMap<>();
        Map<String, String> names = new HashMap<>();
        List<String> required = Json.stringList(schema, "required");
        long least = 2;
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String name = property.getKey();
            JsonNode part = property.getValue();
            Optional<Decl> decl = resource && name.equals("metadata")
                    ? Optional.of(metadata(path))
                    : of(part, embedded(part), path + "." + name);
            if (decl.isPresent()) {
                Escapes.escaped(name).ifPresent(escaped -> {
                    fields.put(escaped, decl.get());
                    names.put(escaped, name);
                });
                boolean always = required.contains(name) && !part.has("default");
                least += always ? name.length() + decl.get().least + 4 : 0;
            }
        }
        if (resource) {
            fields.putIfAbsent("metadata", metadata(path));
            for (String head : List.of("apiVersion", "kind")) {
                fields.putIfAbsent(head, STRING);
            }
            List.of("apiVersion", "kind", "metadata").forEach(head -> names.put(head, head));
        }
        return object(path, fields, names, least);
    }

    private static Decl metadata(String path) {
        Map<String, Decl> fields = Map.of("name", STRING, "generateName", STRING);
        return object(path + ".metadata", fields, Map.of("name", "name", "generateName", "generateName"), 2);
    }

    private static Decl object(String path, Map<String, Decl> fields, Map<String, String> names, long least) {
        Map<String, CelType> types = new HashMap<>();
        fields.forEach((name, decl) -> types.put(name, decl.type));
        Decl object = new Decl(CelType.object(path, types), 0, least);
        object.fields = fields;
        object.names = names;
        return object;
    }

    private static Decl string(JsonNode schema) {
        String format = Json.text(schema, "format");
        Decl decl =
                switch (format) {
                    case "byte" ->
                        new Decl(CelType.BYTES, Math.max(0, Json.longOr(MOST_BYTES - 2, schema, "maxLength")), 2);
                    case "duration" -> new Decl(CelType.DURATION, DURATION_MOST, DURATION_LEAST);
                    case "date" -> new Decl(CelType.TIMESTAMP, DATE, DATE);
                    case "date-time" -> new Decl(CelType.TIMESTAMP, TIME_MOST, TIME_LEAST);
                    default -> new Decl(CelType.STRING, letters(schema, longestWord(schema)), 2);
                };
        decl.format = format;
        return decl;
    }

    private static long longestWord(JsonNode schema) {
        long longest = 0;
        for (JsonNode word : schema.path("enum")) {
            longest = Math.max(longest, word.asText().length());
        }
        return schema.path("enum").isEmpty() ? MOST_BYTES - 2 : longest;
    }

    private static long letters(JsonNode schema, long otherwise) {
        return schema.path("maxLength").isNumber()
                ? Math.max(0, schema.path("maxLength").longValue()) * LETTER_BYTES
                : otherwise;
    }

    /** The same object with a field more, or another one of that name. */
    public Decl with(String field, Decl decl) {
        Map<String, Decl> more = new LinkedHashMap<>(fields);
        more.put(field, decl);
        Map<String, String> named = new HashMap<>(names);
        named.put(field, field);
        return object(type.name(), more, named, least);
    }

    public CelType type() {
        return type;
    }

    /** The most items, entries or letters; 0 of what has none. */
    long most() {
        return most;
    }

    /** How often such a value can stand in one request. */
    public long mostOften() {
        return MOST_BYTES / (least + 1);
    }

    Optional<Decl> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** Fields' names in JSON by their names in expressions. */
    Map<String, String> names() {
        return names;
    }

    /** Of a list's items, of a map's values. */
    Optional<Decl> item() {
        return Optional.ofNullable(item);
    }

    String format() {
        return format;
    }

    /** set or map, by keys; atomic if nothing is said. */
    String listType() {
        return listType;
    }

    List<String> keys() {
        return keys;
    }

    /** JSON as expressions see it: containers are views. */
    public Object value(JsonNode json) {
        return JsonValues.of(json, this);
    }
}
