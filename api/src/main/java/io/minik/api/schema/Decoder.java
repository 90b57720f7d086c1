package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Text to a tree that fits its type: unknown fields pruned and told, nulls dropped, quantities and times canonical, wrong
 * types refused; all in the words of kube-apiserver.
 */
public final class Decoder {
    /** Upstream's: more are not told, a body of another kind would fill the answer. */
    static final int MAX_STRICT_ERRORS = 100;

    private final Set<String> strict = new LinkedHashSet<>();
    private final StringBuilder goPath = new StringBuilder();
    private final Set<String> duplicates;
    private final Words words;

    /** How a wrong type is told: as Go's JSON decoder does, or as the converter of patched objects. */
    private enum Words {
        JSON,
        CONVERTER
    }

    private Decoder(Set<String> duplicates, Words words) {
        this.duplicates = duplicates;
        this.words = words;
    }

    /** @throws ApiException 400 */
    public static Decoded decode(Type type, byte[] body, Format format, FieldValidation level) {
        Body.Parsed parsed = parse(type, body, format);
        return check(type, parsed, level);
    }

    /** Only read, not held against the type: for bodies whose kind and apiVersion may be another's. @throws ApiException 400 */
    public static ObjectNode read(Type type, byte[] body, Format format) {
        return (ObjectNode) parse(type, body, format).tree();
    }

    private static Body.Parsed parse(Type type, byte[] body, Format format) {
        Body.Parsed parsed;
        try {
            parsed = format == Format.PROTOBUF
                    ? Body.Parsed.of(ProtobufReader.read(type, body))
                    : Body.parse(body, format);
        } catch (ValueCount.TooMany e) {
            throw Unreadable.tooManyValues();
        } catch (IllegalArgumentException e) {
            String what = format == Format.PROTOBUF ? "" : "couldn't get version/kind; json parse error: ";
            throw Unreadable.body(type, what + e.getMessage(), body);
        }
        if (!(parsed.tree() instanceof ObjectNode)) {
            throw Unreadable.body(
                    type,
                    "couldn't get version/kind; json parse error: json: cannot unmarshal " + word(parsed.tree())
                            + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind"
                            + " string \"json:\\\"kind,omitempty\\\"\" }",
                    body);
        }
        return parsed;
    }

    /** The same for a tree. The tree is not written to. @throws ApiException 400 */
    public static Decoded decode(Type type, ObjectNode tree, FieldValidation level) {
        return check(type, Body.Parsed.of(tree), level);
    }

    /** A patch as it was read. @param strict what was said twice, or not of a patch's own words, in the order met */
    public record Patch(JsonNode tree, List<String> strict) {}

    /** JSON of no type. @throws IllegalArgumentException if it is none, @throws ApiException 413 */
    public static Patch patch(byte[] body) {
        try {
            Body.Parsed parsed = Body.parse(body, Format.JSON);
            List<String> strict = new ArrayList<>();
            parsed.duplicates().stream()
                    .limit(MAX_STRICT_ERRORS)
                    .forEach(path -> strict.add("duplicate field \"" + path + "\""));
            return new Patch(parsed.tree(), strict);
        } catch (ValueCount.TooMany e) {
            throw Unreadable.tooManyValues();
        }
    }

    /**
     * What is applied: checked before anything of it is dropped.
     *
     * @throws ApiException 400 if it is no object or of another kind, 500 if it does not fit
     */
    public static Decoded applied(Type type, byte[] body) {
        Body.Parsed parsed = parse(type, body, Format.YAML);
        return applied(type, (ObjectNode) parsed.tree(), parsed.lines());
    }

    /** The same of a tree, which is consumed. @param lines what was said twice in it */
    public static Decoded applied(Type type, ObjectNode tree, List<String> lines) {
        heads(type, tree);
        TypedPatch.check(type, tree);
        return new Decoded(
                check(type, Body.Parsed.of(tree), FieldValidation.IGNORE).tree(), lines);
    }

    /**
     * A patched object, which may not fit its type any more.
     *
     * @param strategic a strategic merge, whose result upstream converts without making it JSON first; the error shows the
     *     patch then, and the patched object otherwise
     * @throws ApiException 422
     */
    public static Decoded patched(Type type, ObjectNode tree, boolean strategic, Patch patch, FieldValidation level) {
        heads(type, tree);
        Decoder decoder = new Decoder(Set.of(), strategic ? Words.CONVERTER : Words.JSON);
        try {
            ObjectNode clean = headed(type, decoder.root(type, tree));
            List<String> unfit = new ArrayList<>(decoder.strict);
            unfit.sort(null);
            unfit.addAll(0, patch.strict());
            if (level == FieldValidation.STRICT && !unfit.isEmpty()) {
                throw new Mismatch("strict decoding error: " + String.join(", ", unfit));
            }
            return new Decoded(clean, level == FieldValidation.WARN ? List.copyOf(unfit) : List.of());
        } catch (Mismatch e) {
            String shown = strategic ? GoText.of(patch.tree()) : tree.toString();
            throw new Causes()
                    .invalid("patch", shown, String.valueOf(e.getMessage()))
                    .refusal(new Resource("", "", "", "", false), "");
        }
    }

    private static Decoded check(Type type, Body.Parsed parsed, FieldValidation level) {
        ObjectNode tree = (ObjectNode) parsed.tree();
        String kind = heads(type, tree);
        Decoder decoder = new Decoder(parsed.duplicates(), Words.JSON);
        ObjectNode clean;
        try {
            clean = headed(type, decoder.root(type, tree));
        } catch (Mismatch e) {
            throw ApiException.badRequest(cannot(type, kind) + e.getMessage());
        }
        List<String> unfit = new ArrayList<>(decoder.strict);
        if (parsed.sorted()) {
            unfit.sort(null);
        }
        List<String> told = new ArrayList<>();
        if (level == FieldValidation.STRICT
                && !(unfit.isEmpty() && parsed.lines().isEmpty())) {
            if (!parsed.lines().isEmpty()) {
                told.add("yaml: unmarshal errors:\n  " + String.join("\n  ", parsed.lines()));
            }
            told.addAll(unfit);
            throw ApiException.badRequest(cannot(type, kind) + "strict decoding error: " + String.join(", ", told));
        }
        if (level == FieldValidation.WARN) {
            told.addAll(parsed.lines());
            told.addAll(unfit);
        }
        return new Decoded(clean, List.copyOf(told));
    }

    private static ObjectNode headed(Type type, ObjectNode clean) {
        if (type.field("kind").isPresent() && !type.apiVersion().isEmpty()) {
            clean.put("apiVersion", type.apiVersion());
            clean.put("kind", type.simpleName());
        }
        return clean;
    }

    private static String cannot(Type type, String kind) {
        return kind + " in version \"" + type.version() + "\" cannot be handled as a " + type.simpleName() + ": ";
    }

    /** Checks kind and apiVersion; answers with the kind to name in errors. */
    private static String heads(Type type, ObjectNode tree) {
        String kind = Json.text(tree, "kind");
        String apiVersion = Json.text(tree, "apiVersion");
        if (type.apiVersion().isEmpty() || type.field("kind").isEmpty()) {
            return type.simpleName();
        }
        if (!apiVersion.isEmpty() && !apiVersion.equals(type.apiVersion())) {
            throw ApiException.badRequest("the API version in the data (" + apiVersion
                    + ") does not match the expected API version (" + type.apiVersion() + ")");
        }
        if (!kind.isEmpty() && !kind.equals(type.simpleName())) {
            throw ApiException.badRequest(kind + " in version \"" + type.version() + "\" cannot be handled as a "
                    + type.simpleName() + ": no kind \"" + kind + "\" is registered for version \"" + type.apiVersion()
                    + "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        }
        return type.simpleName();
    }

    /** A value of the wrong type: the message is Go's. */
    static final class Mismatch extends RuntimeException {
        Mismatch(String message) {
            super(message, null, false, false);
        }
    }

    private ObjectNode root(Type type, ObjectNode tree) {
        Optional<Structural> added = type.structural();
        return added.isPresent()
                ? new Pruning(path -> unfit("unknown", path), this::twice, (value, path) -> metadata(type, value, path))
                        .root(added.get(), tree)
                : object(type, tree, "");
    }

    /** Of a kind that was added, its own or an embedded resource's: what does not fit is told with the whole of it. */
    private ObjectNode metadata(Type owner, JsonNode value, String path) {
        Type type = owner.field("metadata").orElseThrow().type();
        try {
            if (!(value instanceof ObjectNode object)) {
                throw new Mismatch("json: cannot unmarshal " + word(value) + " into Go value of type v1.ObjectMeta");
            }
            return object(type, object, path);
        } catch (Mismatch e) {
            throw new Mismatch(new Causes()
                    .invalid(path, GoText.sorted(value), String.valueOf(e.getMessage()))
                    .toString());
        } finally {
            goPath.setLength(0);
        }
    }

    private ObjectNode object(Type type, ObjectNode tree, String path) {
        ObjectNode clean = Json.NODES.objectNode();
        int depth = goPath.length();
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            String name = entry.getKey();
            Field field = type.field(name).orElse(null);
            if (field == null) {
                unfit("unknown", path.isEmpty() ? name : path + "." + name);
                continue;
            }
            if (!duplicates.isEmpty()) {
                twice(path.isEmpty() ? name : path + "." + name);
            }
            if (entry.getValue().isNull()) {
                continue;
            }
            goPath.append(depth == 0 ? "" : ".").append(name);
            JsonNode value = field(type, field, entry.getValue(), path.isEmpty() ? name : path + "." + name);
            goPath.setLength(depth);
            boolean empty = field.shape() != Field.Shape.SINGLE && value.isEmpty();
            if (!empty || field.required()) {
                clean.set(name, value);
            }
        }
        return clean;
    }

    private void twice(String path) {
        if (duplicates.contains(path)) {
            unfit("duplicate", path);
        }
    }

    private void unfit(String how, String path) {
        if (strict.size() < MAX_STRICT_ERRORS) {
            strict.add(how + " field \"" + path + "\"");
        }
    }

    private JsonNode field(Type owner, Field field, JsonNode value, String path) {
        return switch (field.shape()) {
            case SINGLE -> single(owner, field, value, path);
            case LIST -> {
                if (!value.isArray()) {
                    throw mismatch(owner, value, "slice", field.goType());
                }
                ArrayNode list = Json.NODES.arrayNode(value.size());
                for (int at = 0; at < value.size(); at++) {
                    list.add(single(owner, field, value.get(at), path + "[" + at + "]"));
                }
                yield list;
            }
            case MAP -> {
                if (!value.isObject()) {
                    throw mismatch(owner, value, "map", field.goType());
                }
                ObjectNode map = Json.NODES.objectNode();
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    twice(path + "." + entry.getKey());
                    map.set(entry.getKey(), single(owner, field, entry.getValue(), path + "." + entry.getKey()));
                }
                yield map;
            }
        };
    }

    /** A null inside a list or a map is the zero value. */
    private JsonNode single(Type owner, Field field, JsonNode value, String path) {
        boolean missing = value.isNull();
        JsonNodeFactory nodes = Json.NODES;
        return switch (field.kind()) {
            case STRING -> missing ? nodes.textNode("") : require(owner, field, value, value.isTextual());
            case BOOL -> missing ? nodes.booleanNode(false) : require(owner, field, value, value.isBoolean());
            case INT32 -> missing ? nodes.numberNode(0) : integer(owner, field, value, Integer.SIZE);
            case INT64 -> missing ? nodes.numberNode(0) : integer(owner, field, value, Long.SIZE);
            case DOUBLE ->
                missing ? nodes.numberNode(0) : Json.canonical(require(owner, field, value, value.isNumber()));
            case BYTES ->
                missing
                        ? nodes.textNode("")
                        : Scalars.base64(
                                require(owner, field, value, value.isTextual()).textValue());
            case MESSAGE -> message(owner, field, value, path);
        };
    }

    private JsonNode message(Type owner, Field field, JsonNode value, String path) {
        Type type = field.type();
        switch (type.form()) {
            case STRUCT -> {
                if (value.isNull()) {
                    return Json.NODES.objectNode();
                }
                if (!(value instanceof ObjectNode object)) {
                    throw mismatch(owner, value, "struct", type.goName());
                }
                return object(type, object, path);
            }
            case STRING_LIST -> {
                if (!value.isArray()) {
                    throw mismatch(owner, value, "slice", type.goName());
                }
                for (JsonNode item : value) {
                    if (!item.isTextual()) {
                        throw mismatch(owner, item, "", "string");
                    }
                }
                return value;
            }
            case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> {
                Type schema = type.message().stream()
                        .filter(inner -> inner.structured())
                        .map(Field::type)
                        .findFirst()
                        .orElseThrow();
                return value instanceof ObjectNode object ? object(schema, object, path) : Json.canonical(value);
            }
            default -> {
                return Scalars.canonical(type.form(), value);
            }
        }
    }

    private JsonNode require(Type owner, Field field, JsonNode value, boolean fits) {
        if (!fits) {
            throw mismatch(owner, value, field.kind() == Field.Kind.BYTES ? "slice" : "", field.elementGoType());
        }
        return value;
    }

    private JsonNode integer(Type owner, Field field, JsonNode value, int bits) {
        if (!value.isNumber()) {
            throw mismatch(owner, value, "", field.elementGoType());
        }
        boolean fits = bits == Integer.SIZE ? value.canConvertToInt() : value.canConvertToLong();
        if (!value.isIntegralNumber() || !fits) {
            throw mismatch(owner, value, "", field.elementGoType());
        }
        return value.isInt() ? value : Json.NODES.numberNode(value.longValue());
    }

    /** @param container what a single value can't become; empty: the type wants a single value itself */
    private Mismatch mismatch(Type owner, JsonNode value, String container, String goType) {
        if (words == Words.CONVERTER) {
            return new Mismatch(GoText.unconvertible(value, container, goType));
        }
        boolean unfit = value.isNumber() && container.isEmpty() && !goType.equals("string") && !goType.equals("bool");
        String what = unfit ? "number " + value.asText() : word(value);
        return new Mismatch("json: cannot unmarshal " + what + " into Go struct field " + owner.simpleName() + "."
                + goPath + " of type " + goType);
    }

    static String word(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "array";
            case OBJECT, POJO -> "object";
            case BOOLEAN -> "bool";
            case NUMBER -> "number";
            case STRING, BINARY -> "string";
            case NULL, MISSING -> "null";
        };
    }
}
