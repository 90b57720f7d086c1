package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.meta.GoPattern;
import io.minik.ground.json.Json;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an OpenAPI v3 schema says of one value, as CustomResourceDefinitions carry it: one node of a tree. Structural schemas
 * say of each value what it is, so that unknown fields can be pruned and absent ones filled in; the parts below
 * {@code allOf}, {@code anyOf}, {@code oneOf} and {@code not} only forbid. Immutable, any thread.
 */
public final class Structural {
    /** Of any form: what {@code additionalProperties: true} allows. */
    static final Structural ANY = of(Json.object().put("x-kubernetes-preserve-unknown-fields", true));

    /** What every object has, whatever its schema says. */
    public static final Set<String> HEADS = Set.of("apiVersion", "kind", "metadata");

    private final JsonNode source;
    private final String type;
    private final boolean nullable;
    private final boolean intOrString;
    private final boolean preserves;
    private final boolean embedded;
    private final boolean embeds;
    private final boolean ruled;
    private final Map<String, Structural> properties;
    private final @Nullable Structural items;
    private final @Nullable Structural additional;
    private final Map<String, List<Structural>> alternatives = new LinkedHashMap<>();
    private volatile @Nullable Object made;
    /**
     * Made at its first use, by any thread: 400 definitions have thousands that nobody asks for. Kept softly: what is made of a
     * short text may be a megabyte.
     */
    private volatile @Nullable SoftReference<Compiled> pattern;

    private Structural(JsonNode source) {
        this.source = source;
        this.type = Json.text(source, "type");
        this.nullable = source.path("nullable").asBoolean(false);
        this.intOrString = source.path("x-kubernetes-int-or-string").asBoolean(false);
        this.preserves = source.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
        this.embedded = source.path("x-kubernetes-embedded-resource").asBoolean(false);
        Map<String, Structural> named = new LinkedHashMap<>();
        source.path("properties").properties().forEach(entry -> named.put(entry.getKey(), of(entry.getValue())));
        this.properties = named;
        this.items = source.path("items").isObject() ? of(source.path("items")) : null;
        JsonNode others = source.path("additionalProperties");
        this.additional = others.isObject() ? of(others) : others.asBoolean(false) ? ANY : null;
        this.embeds = embedded
                || (items != null && items.embeds)
                || (additional != null && additional.embeds)
                || properties.values().stream().anyMatch(part -> part.embeds);
        this.ruled = !source.path("x-kubernetes-validations").isEmpty()
                || (items != null && items.ruled)
                || (additional != null && additional.ruled)
                || properties.values().stream().anyMatch(part -> part.ruled);
        for (String word : List.of("allOf", "anyOf", "oneOf")) {
            List<Structural> list = new ArrayList<>();
            source.path(word).forEach(each -> list.add(of(each)));
            alternatives.put(word, list);
        }
        alternatives.put("not", source.path("not").isObject() ? List.of(of(source.path("not"))) : List.of());
    }

    /** @param schema not written to any more */
    public static Structural of(JsonNode schema) {
        return new Structural(schema);
    }

    private static Optional<GoPattern> pattern(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(GoPattern.of(text));
        } catch (PatternSyntaxException e) {
            // Stored before patterns were checked: it forbids nothing.
            return Optional.empty();
        }
    }

    /** The schema as its author wrote it. */
    public JsonNode source() {
        return source;
    }

    /** One of its words; missing if it says nothing of it. */
    public JsonNode says(String word) {
        return source.path(word);
    }

    /** object, array, string, integer, number, boolean; empty for int-or-string and for what may be anything. */
    public String type() {
        return type;
    }

    public boolean nullable() {
        return nullable;
    }

    public boolean intOrString() {
        return intOrString;
    }

    /** Fields that it does not name are kept. */
    public boolean preserves() {
        return preserves;
    }

    /** The value is an object of some kind: apiVersion, kind and metadata are known without being named. */
    public boolean embedded() {
        return embedded;
    }

    /** Whether it or a part of it is such an object. */
    public boolean embeds() {
        return embeds;
    }

    /** Whether it or a part of it has expressions. */
    public boolean ruled() {
        return ruled;
    }

    /**
     * What is made of this node when it is first asked for, and kept with it. One function for each node.
     *
     * @param making answers always the same of the same node
     */
    public <T> T once(Function<Structural, T> making) {
        Object known = made;
        if (known == null) {
            known = making.apply(this);
            made = known;
        }
        @SuppressWarnings("unchecked") // There is one function.
        T value = (T) known;
        return value;
    }

    public Map<String, Structural> properties() {
        return properties;
    }

    public Optional<Structural> items() {
        return Optional.ofNullable(items);
    }

    /** Of a map: what each of its values is. */
    public Optional<Structural> additional() {
        return Optional.ofNullable(additional);
    }

    /** What it says of a field of the value. */
    public Optional<Structural> part(String name) {
        Structural named = properties.get(name);
        return Optional.ofNullable(named == null ? additional : named);
    }

    /** @param word allOf, anyOf, oneOf, not (which has one at most) */
    public List<Structural> alternatives(String word) {
        return alternatives.getOrDefault(word, List.of());
    }

    public Optional<GoPattern> pattern() {
        SoftReference<Compiled> kept = pattern;
        Compiled made = kept == null ? null : kept.get();
        if (made == null) {
            made = new Compiled(pattern(Json.text(source, "pattern")));
            pattern = new SoftReference<>(made);
        }
        return made.pattern;
    }

    /** @param pattern empty: none is said */
    private record Compiled(Optional<GoPattern> pattern) {}

    /** What the value is if it is absent, or null where null is none of its values. */
    public Optional<JsonNode> fallback() {
        return Optional.ofNullable(source.get("default"));
    }

    public String listType() {
        return Json.text(source, "x-kubernetes-list-type");
    }

    public List<String> listMapKeys() {
        return Json.stringList(source, "x-kubernetes-list-map-keys");
    }

    boolean requires(String name) {
        for (JsonNode required : source.path("required")) {
            if (required.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether something in the value is none of the schema's, and would not be kept. */
    public boolean prunes(JsonNode value) {
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                Optional<Structural> part = part(entry.getKey());
                boolean head = embedded && HEADS.contains(entry.getKey());
                boolean gone = part.isPresent() ? part.get().prunes(entry.getValue()) : !preserves && !head;
                if (gone) {
                    return true;
                }
            }
            return false;
        }
        if (items != null) {
            for (JsonNode item : value) {
                if (items.prunes(item)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Makes of an object that was stored under another schema one of this: what it does not name goes, what it fills in
     * comes. Writes to the tree. @return whether it had to
     */
    public boolean restate(ObjectNode tree) {
        boolean pruned = prune(tree, true);
        return fill(tree) || pruned;
    }

    private boolean prune(JsonNode value, boolean headed) {
        boolean changed = false;
        if (value instanceof ObjectNode object) {
            for (String name : names(object)) {
                if (headed && HEADS.contains(name)) {
                    continue;
                }
                Optional<Structural> part = part(name);
                if (part.isPresent()) {
                    changed |= part.get().prune(object.path(name), part.get().embedded);
                } else if (!preserves) {
                    object.remove(name);
                    changed = true;
                }
            }
        } else if (items != null) {
            for (JsonNode item : value) {
                changed |= items.prune(item, items.embedded);
            }
        }
        return changed;
    }

    private static List<String> names(ObjectNode object) {
        return object.propertyStream().map(Map.Entry::getKey).toList();
    }

    /** Fills in what is absent, and takes out nulls that are no values: writes to the tree. Idempotent. @return whether any */
    boolean fill(JsonNode value) {
        boolean changed = false;
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, Structural> entry : properties.entrySet()) {
                Structural part = entry.getValue();
                JsonNode present = object.get(entry.getKey());
                if (part.fallback().isPresent() && (present == null || part.isNoValue(present))) {
                    object.set(entry.getKey(), part.fallback().get().deepCopy());
                    changed = true;
                }
            }
            for (String name : names(object)) {
                Optional<Structural> part = part(name);
                changed |= part.isPresent() && part.get().fillIn(object, name);
            }
        } else if (value instanceof ArrayNode list && items != null) {
            for (int at = 0; at < list.size(); at++) {
                if (items.isNoValue(list.get(at)) && items.fallback().isPresent()) {
                    list.set(at, items.fallback().get().deepCopy());
                    changed = true;
                }
                changed |= items.fill(list.get(at));
            }
        }
        return changed;
    }

    private boolean fillIn(ObjectNode object, String name) {
        if (!isNoValue(object.path(name))) {
            return fill(object.path(name));
        }
        if (fallback().isPresent()) {
            object.set(name, fallback().get().deepCopy());
        } else {
            object.remove(name);
        }
        return true;
    }

    private boolean isNoValue(JsonNode value) {
        return value.isNull() && !nullable;
    }
}
