package io.minik.server.crd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Schemas in a notation that a person can write forty of. An object is a map; a key is a field's name, {@code !} if it must be
 * there, then what it holds several of: {@code []} a list, {@code [set]}, {@code [map:name]} a list that is a map by those
 * keys, {@code {}} a map, with bounds as in {@code [set 1..9]}. A value is an object, {@code $Shape}, or words: a type, then
 * {@code 1..63} bounds of its length or size, {@code =x} a default, {@code in:a|b} what it may be, {@code ~regex}, {@code null}
 * if it may be null, {@code fmt:uri}. In an object, {@code $} takes another shape's fields, {@code +type} makes it one of those
 * words after all, {@code +rules} are its CEL rules, {@code +null}, {@code +default}, {@code +min} and {@code +max} as they say.
 */
final class ShapeNotation {
    /** As generators of definitions write it for a quantity. */
    private static final String QUANTITY = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|"
            + "([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

    private static final Pattern KEY = Pattern.compile("([^!\\[{]+)(!?)((?:\\[[^]]*]|\\{[^}]*})*)");
    private static final Pattern SEVERAL = Pattern.compile("\\[([^]]*)]|\\{([^}]*)}");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Map<String, Object> shapes;
    private final Function<String, ObjectNode> builtIn;
    private final boolean rules;

    /**
     * @param shapes what {@code $Shape} stands for
     * @param builtIn what {@code $io.k8s.…} does
     * @param rules whether CEL rules are written
     */
    ShapeNotation(Map<String, Object> shapes, Function<String, ObjectNode> builtIn, boolean rules) {
        this.shapes = shapes;
        this.builtIn = builtIn;
        this.rules = rules;
    }

    ObjectNode schema(Object said) {
        return said instanceof Map<?, ?> map ? object(map) : words(said.toString());
    }

    private ObjectNode object(Map<?, ?> map) {
        ObjectNode schema = map.containsKey("$")
                ? schema(map.get("$"))
                : map.containsKey("+type")
                        ? words(map.get("+type").toString())
                        : NODES.objectNode().put("type", "object");
        map.forEach((key, value) -> {
            String name = key.toString();
            if (name.startsWith("+")) {
                extra(schema, name, value);
            } else if (!name.equals("$")) {
                field(schema, name, value);
            }
        });
        return schema;
    }

    /** A field of an object's schema. */
    void field(ObjectNode schema, String key, Object value) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no field: " + key);
        }
        if (!parts.group(2).isEmpty()) {
            schema.withArray("required").add(parts.group(1));
        }
        ObjectNode whole = several(parts.group(3), value);
        if (!whole.has("description")) {
            whole.put("description", parts.group(1) + " of what this is about, as its controller reads it.");
        }
        schema.withObject("/properties").set(parts.group(1), whole);
    }

    private ObjectNode several(String said, Object value) {
        Matcher outer = SEVERAL.matcher(said);
        if (!outer.find()) {
            return schema(value);
        }
        ObjectNode inner = several(said.substring(outer.end()), value);
        ObjectNode schema = NODES.objectNode();
        boolean list = outer.group(1) != null;
        schema.put("type", list ? "array" : "object").set(list ? "items" : "additionalProperties", inner);
        for (String word : (list ? outer.group(1) : outer.group(2)).split(" ")) {
            if (word.contains("..")) {
                bounds(schema, word, list ? "Items" : "Properties");
            } else if (word.startsWith("map:")) {
                schema.put("x-kubernetes-list-type", "map");
                List.of(word.substring(4).split(",")).forEach(schema.withArray("x-kubernetes-list-map-keys")::add);
            } else if (!word.isEmpty()) {
                schema.put("x-kubernetes-list-type", word);
            }
        }
        return schema;
    }

    private static void bounds(ObjectNode schema, String word, String of) {
        String[] ends = word.split("\\.\\.", -1);
        String names = of.isEmpty() ? "imum" : of;
        if (!ends[0].isEmpty()) {
            schema.put("min" + names, Long.parseLong(ends[0]));
        }
        if (!ends[1].isEmpty()) {
            schema.put("max" + names, Long.parseLong(ends[1]));
        }
    }

    private void extra(ObjectNode schema, String name, Object value) {
        switch (name) {
            case "+rules" -> {
                if (rules) {
                    schema.set("x-kubernetes-validations", Json.MAPPER.valueToTree(value));
                }
            }
            case "+null" -> schema.put("nullable", true);
            case "+default" -> schema.set("default", Json.MAPPER.valueToTree(value));
            case "+min" -> schema.put("minProperties", (Integer) value);
            case "+max" -> schema.put("maxProperties", (Integer) value);
            case "+type" -> {}
            default -> throw new IllegalArgumentException("what is " + name);
        }
    }

    private ObjectNode words(String said) {
        if (said.startsWith("$")) {
            String name = said.substring(1);
            return shapes.containsKey(name) ? schema(shapes.get(name)) : builtIn.apply(name);
        }
        String[] words = said.split(" ");
        ObjectNode schema = type(words[0]);
        for (int at = 1; at < words.length; at++) {
            word(schema, words[at]);
        }
        return schema;
    }

    private static ObjectNode type(String word) {
        ObjectNode schema = NODES.objectNode();
        return switch (word) {
            case "string" -> schema.put("type", word);
            case "bool" -> schema.put("type", "boolean");
            case "number" -> schema.put("type", word);
            case "int" -> schema.put("type", "integer");
            case "int32", "int64" -> schema.put("type", "integer").put("format", word);
            case "byte" -> schema.put("type", "string").put("format", word);
            case "time" -> schema.put("type", "string").put("format", "date-time");
            case "any" -> schema.put("x-kubernetes-preserve-unknown-fields", true);
            case "object" -> schema.put("type", word).put("x-kubernetes-preserve-unknown-fields", true);
            case "embedded" ->
                schema.put("type", "object")
                        .put("x-kubernetes-embedded-resource", true)
                        .put("x-kubernetes-preserve-unknown-fields", true);
            case "intstr" -> either(schema);
            case "quantity" -> either(schema).put("pattern", QUANTITY);
            default -> throw new IllegalArgumentException("no type: " + word);
        };
    }

    private static ObjectNode either(ObjectNode schema) {
        ArrayNode either = schema.putArray("anyOf");
        either.addObject().put("type", "integer");
        either.addObject().put("type", "string");
        return schema.put("x-kubernetes-int-or-string", true);
    }

    private static void word(ObjectNode schema, String word) {
        if (word.equals("null")) {
            schema.put("nullable", true);
        } else if (word.startsWith("=")) {
            schema.set("default", typed(schema, word.substring(1)));
        } else if (word.startsWith("in:")) {
            for (String one : word.substring(3).split("\\|", -1)) {
                schema.withArray("enum").add(typed(schema, one));
            }
        } else if (word.startsWith("~")) {
            schema.put("pattern", word.substring(1));
        } else if (word.startsWith("fmt:")) {
            schema.put("format", word.substring(4));
        } else {
            bounds(schema, word, Json.text(schema, "type").equals("string") ? "Length" : "");
        }
    }

    private static JsonNode typed(ObjectNode schema, String text) {
        return switch (Json.text(schema, "type")) {
            case "integer" -> NODES.numberNode(Long.parseLong(text));
            case "boolean" -> NODES.booleanNode(Boolean.parseBoolean(text));
            default -> NODES.textNode(text);
        };
    }
}
