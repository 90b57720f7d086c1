package io.minik.api.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value that an expression has made of a named type, and values as JSON.
 *
 * <pre>
 *   Object{spec: Object.spec{replicas: 3}}                    a part of any object: a field's type is named by its path
 *   JSONPatch{op: "add", path: "/spec/replicas", value: 3}    one operation
 * </pre>
 */
public final class Constructed extends AbstractMap<Object, Object> {
    static final String OBJECT = "Object";
    static final String JSON_PATCH = "JSONPatch";
    static final String ESCAPE = "jsonpatch.escapeKey";
    /** The fields of an operation. */
    static final Set<String> OPERATION = Set.of("op", "path", "from", "value");

    private final String type;
    private final Map<Object, Object> fields;

    Constructed(String type, Map<Object, Object> fields) {
        this.type = type;
        this.fields = fields;
    }

    static boolean isObject(String type) {
        return type.equals(OBJECT) || type.startsWith(OBJECT + ".");
    }

    String type() {
        return type;
    }

    @Override
    public Set<Entry<Object, Object>> entrySet() {
        return fields.entrySet();
    }

    @Override
    public @Nullable Object get(Object key) {
        return fields.get(key);
    }

    /** Where types are not named by the path of their field, in apiserver's words. */
    public List<String> mismatches() {
        List<String> found = new ArrayList<>();
        check(this, type, found);
        return found;
    }

    private static void check(Object value, String path, List<String> found) {
        if (value instanceof Constructed made) {
            if (!made.type.equals(path)) {
                found.add("unexpected type name \"" + made.type + "\", expected \"" + path
                        + "\", which matches field name path from root Object type");
            }
            made.fields.forEach((name, inner) -> check(inner, path + "." + name, found));
        } else if (value instanceof List<?> list) {
            list.forEach(inner -> check(inner, path, found));
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(inner -> check(inner, path, found));
        }
    }

    /** @throws IllegalArgumentException if a value has no form in JSON */
    @SuppressWarnings("ReferenceEquality") // There is one null.
    public static JsonNode json(Object value) {
        if (value == CelValues.NULL) {
            return Json.NODES.nullNode();
        }
        if (value instanceof String || value instanceof Regex) {
            return Json.NODES.textNode(value.toString());
        }
        if (value instanceof Long number) {
            return Json.NODES.numberNode(number.longValue());
        }
        if (value instanceof Boolean yes) {
            return Json.NODES.booleanNode(yes);
        }
        if (value instanceof Double number) {
            return Json.NODES.numberNode(number.doubleValue());
        }
        if (value instanceof Uint) {
            return Json.NODES.numberNode(new BigInteger(value.toString()));
        }
        if (value instanceof CelBytes bytes) {
            return Json.NODES.textNode(Base64.getEncoder().encodeToString(bytes.array()));
        }
        if (value instanceof Duration span) {
            return Json.NODES.textNode(CelTimes.text(span));
        }
        if (value instanceof Instant) {
            return Json.NODES.textNode(value.toString());
        }
        if (value instanceof List<?> list) {
            ArrayNode items = Json.array();
            list.forEach(item -> items.add(json(item)));
            return items;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = Json.object();
            map.forEach((key, inner) -> {
                if (!(key instanceof String name)) {
                    throw new IllegalArgumentException("map key " + key + " is not a string");
                }
                object.set(name, json(inner));
            });
            return object;
        }
        throw new IllegalArgumentException(
                "a value of type " + CelValues.type(value).shown() + " has no form in JSON");
    }
}
