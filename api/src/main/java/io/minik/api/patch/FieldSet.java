package io.minik.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * A set of paths into an object, as managedFields' FieldsV1 writes it: {@code f:} fields, {@code k:} items of keyed lists,
 * {@code v:} values of sets. A tree of path elements; a node is a member, or only leads to members, or both.
 */
final class FieldSet {
    private static final String SELF = ".";

    private final Map<String, FieldSet> children = new TreeMap<>();
    private boolean member;

    static FieldSet read(JsonNode fields) {
        FieldSet set = new FieldSet();
        for (Map.Entry<String, JsonNode> entry : fields.properties()) {
            if (entry.getKey().equals(SELF)) {
                set.member = true;
            } else {
                FieldSet child = read(entry.getValue());
                child.member |= entry.getValue().isEmpty();
                set.children.put(entry.getKey(), child);
            }
        }
        return set;
    }

    ObjectNode write() {
        ObjectNode fields = Json.object();
        if (member && children.values().stream().anyMatch(child -> !child.isEmpty())) {
            fields.putObject(SELF);
        }
        for (Map.Entry<String, FieldSet> entry : children.entrySet()) {
            if (!entry.getValue().isEmpty()) {
                fields.set(entry.getKey(), entry.getValue().write());
            }
        }
        return fields;
    }

    /** The node below, made if absent. */
    FieldSet child(String element) {
        return children.computeIfAbsent(element, key -> new FieldSet());
    }

    Optional<FieldSet> find(String element) {
        return Optional.ofNullable(children.get(element)).filter(child -> !child.isEmpty());
    }

    void forEach(BiConsumer<String, FieldSet> visitor) {
        List.copyOf(children.entrySet()).forEach(entry -> visitor.accept(entry.getKey(), entry.getValue()));
    }

    void remove(String element) {
        children.remove(element);
    }

    void retain(List<String> elements) {
        children.keySet().retainAll(elements);
    }

    void add() {
        member = true;
    }

    boolean member() {
        return member;
    }

    /** Whether all members are members of a set in its JSON form. */
    boolean within(JsonNode fields) {
        return (!member || memberOf(fields))
                && children.entrySet().stream()
                        .allMatch(each ->
                                each.getValue().isEmpty() || each.getValue().within(fields.path(each.getKey())));
    }

    /** Whether any member is a member of a set in its JSON form. */
    boolean meets(JsonNode fields) {
        return (member && memberOf(fields))
                || children.entrySet().stream()
                        .anyMatch(each ->
                                fields.has(each.getKey()) && each.getValue().meets(fields.path(each.getKey())));
    }

    private static boolean memberOf(JsonNode fields) {
        return fields.has(SELF) || (fields.isObject() && fields.isEmpty());
    }

    /** Neither a member nor on the way to one. */
    boolean isEmpty() {
        return !member && children.values().stream().allMatch(FieldSet::isEmpty);
    }

    FieldSet union(FieldSet other) {
        FieldSet all = new FieldSet();
        all.member = member || other.member;
        for (FieldSet side : List.of(this, other)) {
            side.children.forEach((element, child) -> all.children.merge(element, child, FieldSet::union));
        }
        return all;
    }

    FieldSet intersect(FieldSet other) {
        FieldSet both = new FieldSet();
        both.member = member && other.member;
        children.forEach((element, child) ->
                other.find(element).ifPresent(match -> both.children.put(element, child.intersect(match))));
        return both;
    }

    FieldSet minus(FieldSet other) {
        FieldSet rest = new FieldSet();
        rest.member = member && !other.member;
        children.forEach((element, child) ->
                rest.children.put(element, other.find(element).map(child::minus).orElse(child)));
        return rest;
    }

    /** Without what lies at or below the members of the other. */
    FieldSet without(FieldSet other) {
        FieldSet rest = new FieldSet();
        if (other.member) {
            return rest;
        }
        rest.member = member;
        children.forEach((element, child) -> rest.children.put(
                element, other.find(element).map(child::without).orElse(child)));
        return rest;
    }

    /** The members as error messages write them: {@code .spec.containers[name="web"].image}. */
    void paths(String prefix, Collection<String> into) {
        if (member) {
            into.add(prefix);
        }
        children.forEach((element, child) -> child.paths(prefix + shown(element), into));
    }

    private static String shown(String element) {
        String rest = element.substring(2);
        if (element.startsWith("f:")) {
            return "." + rest;
        }
        if (element.startsWith("v:")) {
            return "[=" + rest + "]";
        }
        String keys = rest.substring(1, rest.length() - 1).replaceAll("\"([^\"]+)\":", "$1=");
        return "[" + keys + "]";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldSet set && write().equals(set.write()) && member == set.member;
    }

    @Override
    public int hashCode() {
        return write().hashCode();
    }

    @Override
    public String toString() {
        return write().toString();
    }
}
