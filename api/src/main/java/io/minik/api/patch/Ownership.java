package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.Field;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What apply does to trees: which fields they have, how two differ, how one is merged into the other or taken out. */
final class Ownership {
    /** Kept by the server, owned by nobody. */
    private static final List<String> SERVERS_METADATA = List.of(
            "name",
            "namespace",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink",
            "uid",
            "generation",
            "managedFields",
            "resourceVersion");

    private Ownership() {}

    /** All fields that the tree has, without what is the server's. */
    static FieldSet fields(Type type, ObjectNode tree) {
        FieldSet set = new FieldSet();
        struct(type, tree, set);
        return bare(set);
    }

    /** What the creator of the tree owns: its fields, with maps and lists themselves, without the server's status. */
    static FieldSet created(Type type, ObjectNode tree) {
        FieldSet set = fields(type, tree);
        containers(type, tree, set);
        return set;
    }

    /** Adds maps, and lists with items of their own, as members: who made them owns also that they are there. */
    private static void containers(Type type, ObjectNode tree, FieldSet set) {
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            Field field = find(type, entry.getKey());
            Optional<FieldSet> found = set.find("f:" + entry.getKey());
            if (field == null || found.isEmpty() || !divisible(field)) {
                continue;
            }
            if (single(field)) {
                if (entry.getValue() instanceof ObjectNode object) {
                    containers(type(field), object, found.get());
                }
                continue;
            }
            found.get().add();
            parts(field, entry.getValue()).forEach((part, value) -> {
                if (structured(field) && value instanceof ObjectNode object) {
                    containers(type(field), object, found.get().child(part));
                }
            });
        }
    }

    /** @param changed also what is new */
    record Difference(FieldSet changed, FieldSet removed) {
        Difference child(String element) {
            return new Difference(changed.child(element), removed.child(element));
        }
    }

    static Difference difference(Type type, ObjectNode before, ObjectNode after) {
        FieldSet changed = new FieldSet();
        FieldSet removed = new FieldSet();
        structs(type, before, after, new Difference(changed, removed));
        return new Difference(bare(changed), bare(removed));
    }

    private static FieldSet bare(FieldSet set) {
        set.remove("f:apiVersion");
        set.remove("f:kind");
        set.find("f:metadata").ifPresent(metadata -> SERVERS_METADATA.forEach(name -> metadata.remove("f:" + name)));
        return set;
    }

    private static void struct(Type type, ObjectNode tree, FieldSet set) {
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            value(find(type, entry.getKey()), entry.getValue(), set.child("f:" + entry.getKey()));
        }
    }

    private static @Nullable Field find(Type type, String name) {
        Optional<Field> field = type.field(name);
        return field.isPresent() ? field.get() : null;
    }

    private static void value(@Nullable Field field, JsonNode value, FieldSet set) {
        Map<String, JsonNode> parts = parts(field, value);
        if (parts.isEmpty()) {
            set.add();
        } else if (single(field) && value instanceof ObjectNode object) {
            struct(type(field), object, set);
        } else {
            for (Map.Entry<String, JsonNode> part : parts.entrySet()) {
                FieldSet child = set.child(part.getKey());
                child.add();
                if (structured(field) && part.getValue() instanceof ObjectNode object) {
                    struct(type(field), object, child);
                }
            }
        }
    }

    private static void structs(Type type, ObjectNode before, ObjectNode after, Difference into) {
        Set<String> names = new LinkedHashSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            Field field = find(type, name);
            values(field, before.get(name), after.get(name), "f:" + name, into);
        }
    }

    private static void values(
            @Nullable Field field,
            @Nullable JsonNode before,
            @Nullable JsonNode after,
            String element,
            Difference into) {
        if (before == null) {
            if (after != null) {
                fresh(field, after, into.changed().child(element));
            }
            return;
        }
        if (after == null) {
            fresh(field, before, into.removed().child(element));
            return;
        }
        if (Equal.same(before, after)) {
            return;
        }
        if (single(field) && before instanceof ObjectNode old && after instanceof ObjectNode now) {
            structs(type(field), old, now, into.child(element));
            return;
        }
        if (!divisible(field)) {
            into.changed().child(element).add();
            return;
        }
        Map<String, JsonNode> olds = parts(field, before);
        Map<String, JsonNode> nows = parts(field, after);
        Set<String> all = new LinkedHashSet<>(olds.keySet());
        all.addAll(nows.keySet());
        for (String part : all) {
            parts(field, olds.get(part), nows.get(part), part, into.child(element));
        }
    }

    private static void parts(
            @Nullable Field field, @Nullable JsonNode before, @Nullable JsonNode after, String part, Difference into) {
        if (before instanceof ObjectNode old && after instanceof ObjectNode now && structured(field)) {
            structs(type(field), old, now, into.child(part));
        } else if (after == null) {
            into.removed().child(part).add();
        } else if (before == null) {
            into.changed().child(part).add();
            if (structured(field) && after instanceof ObjectNode now) {
                struct(type(field), now, into.changed().child(part));
            }
        } else if (!Equal.same(before, after)) {
            into.changed().child(part).add();
        }
    }

    /** A value that was not there: with its container. */
    private static void fresh(@Nullable Field field, JsonNode value, FieldSet set) {
        value(field, value, set);
        set.add();
    }

    /** Adds the paths of what is atomic and no scalar. */
    static void wholes(Type type, ObjectNode tree, String path, List<String> paths) {
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            Field field = find(type, entry.getKey());
            String here = path + "." + entry.getKey();
            if (field == null || !entry.getValue().isContainerNode()) {
                continue;
            }
            if (field.atomic()) {
                paths.add(here);
            }
            if (single(field) && entry.getValue() instanceof ObjectNode object) {
                wholes(type(field), object, here, paths);
            } else if (field.shape() == Field.Shape.LIST && structured(field)) {
                int at = 0;
                for (JsonNode item : entry.getValue()) {
                    if (item instanceof ObjectNode object) {
                        wholes(type(field), object, here + "[" + at + "]", paths);
                    }
                    at++;
                }
            }
        }
    }

    /** Merges the applied value into the live one; both may become part of the result. */
    static ObjectNode merge(Type type, ObjectNode live, ObjectNode applied) {
        for (Map.Entry<String, JsonNode> entry : applied.properties()) {
            Field field = find(type, entry.getKey());
            JsonNode present = live.get(entry.getKey());
            live.set(entry.getKey(), present == null ? entry.getValue() : merged(field, present, entry.getValue()));
        }
        return live;
    }

    private static JsonNode merged(@Nullable Field field, JsonNode live, JsonNode applied) {
        if (single(field) && live instanceof ObjectNode present && applied instanceof ObjectNode wanted) {
            return merge(type(field), present, wanted);
        }
        Map<String, JsonNode> parts = new LinkedHashMap<>(parts(field, live));
        Map<String, JsonNode> wanted = parts(field, applied);
        if (wanted.isEmpty()) {
            return divisible(field) ? live : applied;
        }
        wanted.forEach((part, value) -> {
            JsonNode present = parts.get(part);
            if (structured(field) && present instanceof ObjectNode old && value instanceof ObjectNode now) {
                parts.put(part, merge(type(field), old, now));
            } else {
                parts.put(part, value);
            }
        });
        if (live.isArray()) {
            return Json.array().addAll(parts.values());
        }
        ObjectNode map = Json.object();
        parts.forEach((part, value) -> map.set(part.substring(2), value));
        return map;
    }

    /** Takes out what is in {@code gone} and owned by none of the others. Answers whether nothing is left. */
    static boolean prune(Type type, ObjectNode tree, FieldSet gone, FieldSet kept) {
        gone.forEach((element, below) -> {
            String name = element.substring(2);
            JsonNode value = tree.get(name);
            FieldSet keep = kept.find(element).orElseGet(FieldSet::new);
            if (value == null) {
                return;
            }
            if (below.member() && keep.isEmpty()) {
                tree.remove(name);
                return;
            }
            Field field = find(type, name);
            if (single(field) && value instanceof ObjectNode object) {
                // What was said to be there, as {}, stays: only what loses its last field goes.
                boolean had = !object.isEmpty();
                if (prune(type(field), object, below, keep) && had && !keep.member()) {
                    tree.remove(name);
                }
                return;
            }
            Map<String, JsonNode> parts = new LinkedHashMap<>(parts(field, value));
            if (!parts.isEmpty()) {
                pruneParts(field, parts, below, keep);
                put(tree, name, value, parts);
            }
        });
        return tree.isEmpty();
    }

    private static void pruneParts(@Nullable Field field, Map<String, JsonNode> parts, FieldSet gone, FieldSet kept) {
        gone.forEach((part, below) -> {
            FieldSet keep = kept.find(part).orElseGet(FieldSet::new);
            if (below.member() && keep.isEmpty()) {
                parts.remove(part);
            } else if (structured(field) && parts.get(part) instanceof ObjectNode object) {
                prune(type(field), object, below, keep);
            }
        });
    }

    private static void put(ObjectNode tree, String name, JsonNode was, Map<String, JsonNode> parts) {
        if (parts.isEmpty()) {
            tree.remove(name);
        } else if (was instanceof ArrayNode) {
            tree.set(name, Json.array().addAll(parts.values()));
        } else {
            ObjectNode map = Json.object();
            parts.forEach((part, value) -> map.set(part.substring(2), value));
            tree.set(name, map);
        }
    }

    /** The parts of a map, a keyed list or a set by path element; none if the value is one whole. */
    private static Map<String, JsonNode> parts(@Nullable Field field, JsonNode value) {
        Map<String, JsonNode> parts = new LinkedHashMap<>();
        if (field == null || !divisible(field)) {
            return parts;
        }
        if (field.shape() == Field.Shape.LIST) {
            for (JsonNode item : value) {
                parts.putIfAbsent(field.set() ? "v:" + text(item) : "k:" + key(field, item), item);
            }
        } else {
            value.properties().forEach(entry -> parts.put("f:" + entry.getKey(), entry.getValue()));
        }
        return parts;
    }

    /** An item that says none of its keys has Go's zero for them. Of patches that are applied, TypedPatch refuses it before. */
    private static String key(Field field, JsonNode item) {
        Map<String, JsonNode> keys = new TreeMap<>();
        for (String name : field.listMapKeys()) {
            JsonNode value = item.get(name);
            if (value == null) {
                String fallback =
                        field.type().field(name).map(Field::defaultJson).orElse("");
                if (!fallback.isEmpty()) {
                    keys.put(name, Json.parse(fallback.getBytes(StandardCharsets.UTF_8)));
                }
            } else {
                keys.put(name, value);
            }
        }
        ObjectNode ordered = Json.object();
        keys.forEach(ordered::set);
        if (keys.isEmpty()) {
            field.listMapKeys().forEach(name -> ordered.put(name, ""));
        }
        return text(ordered);
    }

    private static String text(JsonNode value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static boolean divisible(@Nullable Field field) {
        return field != null && !field.atomic() && (field.shape() != Field.Shape.SINGLE || field.structured());
    }

    /** A struct whose fields are owned one by one. */
    private static boolean single(@Nullable Field field) {
        return field != null && field.shape() == Field.Shape.SINGLE && field.structured() && !field.atomic();
    }

    private static boolean structured(@Nullable Field field) {
        return field != null && field.structured();
    }

    private static Type type(@Nullable Field field) {
        if (field == null) {
            throw new IllegalStateException("only structured fields have parts with a type");
        }
        return field.type();
    }
}
