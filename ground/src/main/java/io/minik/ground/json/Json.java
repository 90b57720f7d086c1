package io.minik.ground.json;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one JSON mapper, and short words for reading trees. Absent and null read the same, as in Kubernetes; texts are
 * escaped as in Kubernetes too ({@link GoEscapes}).
 */
public final class Json {
    /** Makes all nodes: the same number is an equal node, wherever it comes from. */
    public static final JsonNodeFactory NODES = new Numbers();

    public static final JsonMapper MAPPER = JsonMapper.builder(new JsonFactoryBuilder()
                    .characterEscapes(new GoEscapes())
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build())
            .nodeFactory(NODES)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();
    private static final ObjectReader TREE_READER = MAPPER.readerFor(JsonNode.class);
    private static final ObjectWriter WRITER = MAPPER.writer();

    private Json() {}

    public static ObjectNode object() {
        return NODES.objectNode();
    }

    public static ArrayNode array() {
        return NODES.arrayNode();
    }

    /** Parses any JSON value. @throws IllegalArgumentException with Jackson's message, if it is not JSON */
    public static JsonNode parse(byte[] json) {
        return parse(json, new JsonFields.Span(0, json.length));
    }

    /** Parses a part of the bytes. @throws IllegalArgumentException with Jackson's message, if it is not JSON */
    public static JsonNode parse(byte[] json, JsonFields.Span part) {
        try {
            JsonNode tree = TREE_READER.readTree(json, part.from(), part.length());
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Parses a JSON object. @throws IllegalArgumentException if it is not one */
    public static ObjectNode parseObject(byte[] json) {
        JsonNode tree = parse(json);
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("not a JSON object: " + tree.getNodeType());
    }

    /** A value of no type with its numbers as every tree has them: decimals, which a body keeps, become numbers. */
    public static JsonNode canonical(JsonNode value) {
        if (value.isBigDecimal()) {
            return NODES.numberNode(value.decimalValue());
        }
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                JsonNode inner = canonical(entry.getValue());
                if (entry.getValue().isBigDecimal()) {
                    entry.setValue(inner);
                }
            }
        } else if (value instanceof ArrayNode list) {
            for (int at = 0; at < list.size(); at++) {
                JsonNode inner = canonical(list.get(at));
                if (list.get(at).isBigDecimal()) {
                    list.set(at, inner);
                }
            }
        }
        return value;
    }

    public static byte[] bytes(JsonNode tree) {
        try {
            return WRITER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree could not be written", e);
        }
    }

    /** The node at a path of field names, MissingNode if any step is absent. */
    public static JsonNode at(JsonNode tree, String... path) {
        JsonNode node = tree;
        for (String field : path) {
            node = node.path(field);
        }
        return node;
    }

    /** Text at a path; empty if absent, null or not text. */
    public static String text(JsonNode tree, String... path) {
        JsonNode node = at(tree, path);
        return node.isTextual() ? node.textValue() : "";
    }

    public static String textOr(String fallback, JsonNode tree, String... path) {
        JsonNode node = at(tree, path);
        return node.isTextual() ? node.textValue() : fallback;
    }

    public static long longOr(long fallback, JsonNode tree, String... path) {
        JsonNode node = at(tree, path);
        return node.isNumber() ? node.longValue() : fallback;
    }

    public static int intOr(int fallback, JsonNode tree, String... path) {
        JsonNode node = at(tree, path);
        return node.isNumber() ? node.intValue() : fallback;
    }

    public static boolean bool(JsonNode tree, String... path) {
        return at(tree, path).asBoolean(false);
    }

    public static boolean boolOr(boolean fallback, JsonNode tree, String... path) {
        return at(tree, path).asBoolean(fallback);
    }

    /** Children of an array at a path; empty if absent. Do not mutate. */
    public static List<JsonNode> items(JsonNode tree, String... path) {
        JsonNode node = at(tree, path);
        List<JsonNode> items = new ArrayList<>(node.size());
        if (node.isArray()) {
            node.forEach(items::add);
        }
        return items;
    }

    /** A map of strings at a path; empty if absent. Keeps order. */
    public static Map<String, String> strings(JsonNode tree, String... path) {
        Map<String, String> map = new LinkedHashMap<>();
        at(tree, path)
                .properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    /** A list of strings at a path; empty if absent. */
    public static List<String> stringList(JsonNode tree, String... path) {
        List<String> list = new ArrayList<>();
        at(tree, path).forEach(item -> list.add(item.asText()));
        return list;
    }

    /** The object at a field, made if absent: for building. */
    public static ObjectNode child(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode object ? object : parent.putObject(field);
    }
}
