package io.minik.api.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Text to tree, before any type is known: bounded, and with the duplicate fields that were met. Decimals stay as they are
 * written: a quantity has more digits than a double.
 */
final class Body {
    /** No Kubernetes type nests a tenth as deep; stops bodies that overflow the stack of recursive walks. */
    static final int MAX_DEPTH = 500;
    /** The same for YAML, of which a step takes its reader several frames: what a thread of 512 KiB can do twice. */
    static final int MAX_YAML_DEPTH = 150;
    /** Longer numbers fit no field and cost quadratic time to parse. */
    static final int MAX_NUMBER_LENGTH = 100;
    /** A body is at most 3 MiB before it gets here, so no text in it is longer. */
    static final int MAX_TEXT_LENGTH = 8 * 1024 * 1024;
    /** Anchored YAML collections that may be repeated; stops "billion laughs". */
    static final int MAX_ALIASES = 50;

    /** Names are the client's: to keep them for good, as Jackson does by default, would only be a leak. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxStringLength(MAX_TEXT_LENGTH)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final Set<String> duplicates = new LinkedHashSet<>();
    private final List<String> lines = new ArrayList<>();
    /** Names of fields, and lists for their item that comes next. */
    private final Deque<Object> path = new ArrayDeque<>();

    private final ValueCount values;

    private Body(ValueCount values) {
        this.values = values;
    }

    /**
     * @param duplicates paths of fields that were said more than once, as {@code a.b[0].c}: in JSON
     * @param lines where keys were said again, in Go's words: in YAML
     * @param sorted whether upstream sees the fields in the order of their names: it makes JSON of YAML first
     */
    record Parsed(JsonNode tree, Set<String> duplicates, List<String> lines, boolean sorted) {
        static Parsed of(JsonNode tree) {
            return new Parsed(tree, Set.of(), List.of(), false);
        }
    }

    /** @throws IllegalArgumentException if it is not well formed or beyond a limit */
    static Parsed parse(byte[] bytes, Format format) {
        return parse(bytes, format, new ValueCount());
    }

    /** @param values of the body that this text is a part of */
    static Parsed parse(byte[] bytes, Format format, ValueCount values) {
        if (format == Format.YAML && bytes.length > 0 && bytes[0] == '{') {
            Optional<JsonNode> same = strictJson(bytes, values);
            if (same.isPresent()) {
                return new Parsed(same.get(), Set.of(), List.of(), true);
            }
        }
        Body body = new Body(values);
        JsonNode tree = format == Format.JSON ? body.json(bytes) : body.yaml(bytes);
        return new Parsed(tree, body.duplicates, body.lines, format == Format.YAML);
    }

    /**
     * JSON is YAML, and what clients apply is JSON nearly always: it is read in a hundredth of the time. What is no JSON or says a
     * field again is read, and complained of, as YAML.
     */
    private static Optional<JsonNode> strictJson(byte[] bytes, ValueCount values) {
        Body body = new Body(values);
        try {
            JsonNode tree = body.json(bytes);
            return body.duplicates.isEmpty() ? Optional.of(tree) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private JsonNode json(byte[] bytes) {
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("unexpected end of JSON input");
            }
            JsonNode tree = value(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("invalid character after top-level value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private JsonNode value(JsonParser parser) throws IOException {
        JsonNodeFactory nodes = Json.NODES;
        values.count();
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> nodes.textNode(wellFormed(parser.getText()));
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> DecimalNode.valueOf(parser.getDecimalValue());
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_NULL -> NullNode.getInstance();
            default -> throw new IllegalArgumentException("unexpected token " + parser.currentToken());
        };
    }

    private static JsonNode integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> Json.NODES.numberNode(parser.getIntValue());
            case LONG -> Json.NODES.numberNode(parser.getLongValue());
            default -> Json.NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private ObjectNode object(JsonParser parser) throws IOException {
        ObjectNode object = Json.NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = wellFormed(parser.currentName());
            parser.nextToken();
            path.addLast(name);
            if (object.remove(name) != null) {
                duplicates.add(shown());
            }
            // At the end, also if it was there: errors are told in the order in which they are met.
            object.set(name, value(parser));
            path.removeLast();
        }
        return object;
    }

    private ArrayNode array(JsonParser parser) throws IOException {
        ArrayNode array = Json.NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            path.addLast(array);
            array.add(value(parser));
            path.removeLast();
        }
        return array;
    }

    private String shown() {
        StringBuilder shown = new StringBuilder();
        for (Object step : path) {
            if (step instanceof ArrayNode list) {
                shown.append('[').append(list.size()).append(']');
            } else {
                shown.append(shown.length() == 0 ? "" : ".").append(step);
            }
        }
        return shown.toString();
    }

    /** Half a surrogate pair is no character: as Go, which reads U+FFFD there. */
    static String wellFormed(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                return new String(text.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.UTF_16LE);
            }
        }
        return text;
    }

    private JsonNode yaml(byte[] bytes) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(MAX_YAML_DEPTH);
        options.setCodePointLimit(MAX_TEXT_LENGTH);
        try {
            YamlText text = new YamlText(new String(bytes, StandardCharsets.UTF_8));
            Node root = new Composer(new ParserImpl(text, options), new CoreResolver(), options).getSingleNode();
            return root == null ? NullNode.getInstance() : node(root, 0);
        } catch (YAMLException e) {
            throw new IllegalArgumentException("yaml: " + e.getMessage(), e);
        }
    }

    private JsonNode node(Node node, int depth) {
        values.count();
        bounded(depth);
        if (node instanceof MappingNode mapping) {
            Map<String, JsonNode> object = new LinkedHashMap<>();
            Set<String> seen = new HashSet<>();
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
                    merge(object, seen, tuple.getValueNode(), depth);
                    continue;
                }
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    throw new IllegalArgumentException("yaml: invalid map key at line "
                            + (tuple.getKeyNode().getStartMark().getLine() + 1));
                }
                values.text(key.getValue());
                String name = wellFormed(key.getValue());
                if (!seen.add(name) && lines.size() < Decoder.MAX_STRICT_ERRORS) {
                    lines.add(
                            "line " + (key.getStartMark().getLine() + 1) + ": key \"" + name + "\" already set in map");
                }
                object.put(name, node(tuple.getValueNode(), depth + 1));
            }
            return Json.object().setAll(object);
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = Json.NODES.arrayNode();
            for (Node item : sequence.getValue()) {
                array.add(node(item, depth + 1));
            }
            return array;
        }
        return scalar((ScalarNode) node);
    }

    /** An anchor may lie within itself. */
    private static void bounded(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("yaml: the document nests too deep");
        }
    }

    private void merge(Map<String, JsonNode> object, Set<String> seen, Node source, int depth) {
        bounded(depth);
        if (source instanceof SequenceNode sequence) {
            sequence.getValue().forEach(item -> merge(object, seen, item, depth + 1));
            return;
        }
        node(source, depth + 1).properties().forEach(entry -> {
            if (!seen.contains(entry.getKey())) {
                object.putIfAbsent(entry.getKey(), entry.getValue());
            }
        });
    }

    private JsonNode scalar(ScalarNode node) {
        values.text(node.getValue());
        String text = wellFormed(node.getValue());
        JsonNodeFactory nodes = Json.NODES;
        if (node.getTag().equals(Tag.NULL)) {
            return NullNode.getInstance();
        } else if (node.getTag().equals(Tag.BOOL)) {
            return nodes.booleanNode(text.toLowerCase(Locale.ROOT).matches("true|yes|on"));
        } else if (text.length() <= MAX_NUMBER_LENGTH && node.getTag().equals(Tag.INT)) {
            return integer(text);
        } else if (text.length() <= MAX_NUMBER_LENGTH && node.getTag().equals(Tag.FLOAT)) {
            try {
                return DecimalNode.valueOf(new BigDecimal(text.replace("_", "")));
            } catch (NumberFormatException special) {
                return nodes.textNode(text);
            }
        }
        return nodes.textNode(text);
    }

    private static JsonNode integer(String text) {
        String digits = text.replace("_", "").replace("+", "");
        boolean negative = digits.startsWith("-");
        String bare = negative ? digits.substring(1) : digits;
        int radix = bare.startsWith("0x") ? 16 : bare.startsWith("0b") ? 2 : bare.startsWith("0o") ? 8 : 10;
        String number = radix == 10 ? bare : bare.substring(2);
        if (radix == 10 && bare.length() > 1 && bare.startsWith("0")) {
            radix = 8; // as YAML 1.1 and Go's yaml: 0644 is a file mode
        }
        try {
            BigInteger value = new BigInteger(number, radix);
            value = negative ? value.negate() : value;
            return Json.NODES.numberNode(value);
        } catch (NumberFormatException sexagesimal) {
            return Json.NODES.textNode(text);
        }
    }

    /** YAML 1.1 as Go's yaml reads it: no timestamps, no sexagesimals. */
    private static final class CoreResolver extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
            addImplicitResolver(
                    Tag.INT,
                    Pattern.compile("[-+]?(?:[0-9][0-9_]*|0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+)"),
                    "-+0123456789");
            addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }
}
