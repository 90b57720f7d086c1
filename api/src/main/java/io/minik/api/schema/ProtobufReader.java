package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code application/vnd.kubernetes.protobuf} into trees: the envelope {@code k8s\0} + runtime.Unknown, then messages
 * by the field numbers of the type graph. kubectl's typed commands send it since 1.32.
 *
 * <p>Go writes every field that is no pointer, also when it is zero, and a pointer only when it is set. The graph does not
 * know pointers, so a zero is taken as "not said" except for the fields that are pointers with a meaning for zero ({@link
 * Zeros}): for all others zero and absent mean the same.
 *
 * <p>Follows https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding and protobuf's wire format.
 */
final class ProtobufReader extends ProtobufWire {
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ValueCount values;

    private ProtobufReader(byte[] bytes, int from, int end, int depth, ValueCount values) {
        super(bytes, from, end, depth);
        this.values = values;
    }

    static boolean enveloped(byte[] body) {
        return body.length >= MAGIC.length && Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** @throws IllegalArgumentException if it is no envelope, or not well formed */
    static ObjectNode read(Type type, byte[] body) {
        if (!enveloped(body)) {
            throw new IllegalArgumentException(
                    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }
        try {
            return new ProtobufReader(body, MAGIC.length, body.length, 0, new ValueCount()).unknown(type);
        } catch (ArrayIndexOutOfBoundsException | DateTimeException e) {
            throw new IllegalArgumentException("unexpected EOF", e);
        }
    }

    /** runtime.Unknown: typeMeta = 1, raw = 2, contentEncoding = 3, contentType = 4. */
    private ObjectNode unknown(Type type) {
        ObjectNode heads = Json.object();
        Optional<ObjectNode> object = Optional.empty();
        while (at < end) {
            long tag = varint();
            int number = (int) (tag >>> 3);
            if (number == 1) {
                typeMeta(nested(), heads);
            } else if (number == 2) {
                object = Optional.of(nested().message(type));
            } else {
                skip((int) tag & 7);
            }
        }
        ObjectNode tree = object.orElseGet(Json::object);
        heads.properties().forEach(head -> tree.set(head.getKey(), head.getValue()));
        return tree;
    }

    private static void typeMeta(ProtobufReader reader, ObjectNode heads) {
        while (reader.at < reader.end) {
            long tag = reader.varint();
            switch ((int) (tag >>> 3)) {
                case 1 -> heads.put("apiVersion", reader.text());
                case 2 -> heads.put("kind", reader.text());
                default -> reader.skip((int) tag & 7);
            }
        }
    }

    private ObjectNode message(Type type) {
        ObjectNode object = Json.object();
        into(type, object);
        return object;
    }

    private void into(Type type, ObjectNode object) {
        while (at < end) {
            long tag = varint();
            int wire = (int) tag & 7;
            Optional<Field> found = byNumber(type, (int) (tag >>> 3));
            if (found.isEmpty()) {
                skip(wire);
                continue;
            }
            Field field = found.get();
            if (field.inline()) {
                nested().into(field.type(), object);
            } else {
                set(object, type, field, wire);
            }
        }
    }

    private static Optional<Field> byNumber(Type type, int number) {
        for (Field field : type.message()) {
            if (field.number() == number) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    private void set(ObjectNode object, Type owner, Field field, int wire) {
        switch (field.shape()) {
            case SINGLE -> {
                JsonNode value = value(field, wire);
                if (!value.isNull() && Zeros.said(owner, field, value)) {
                    object.set(field.name(), value);
                }
            }
            case LIST -> {
                ArrayNode list = object.withArray(field.name());
                if (wire == BYTES && packable(field)) {
                    ProtobufReader packed = nested();
                    while (packed.at < packed.end) {
                        list.add(packed.value(field, field.kind() == Field.Kind.DOUBLE ? FIXED64 : VARINT));
                    }
                } else {
                    list.add(value(field, wire));
                }
            }
            case MAP -> nested().entry(field, Json.child(object, field.name()));
        }
    }

    private static boolean packable(Field field) {
        return switch (field.kind()) {
            case BOOL, INT32, INT64, DOUBLE -> true;
            case STRING, BYTES, MESSAGE -> false;
        };
    }

    private void entry(Field field, ObjectNode map) {
        // Also one of which nothing is said.
        values.count();
        String key = "";
        JsonNode value = zero(field);
        while (at < end) {
            long tag = varint();
            switch ((int) (tag >>> 3)) {
                case 1 -> key = text();
                case 2 -> value = value(field, (int) tag & 7);
                default -> skip((int) tag & 7);
            }
        }
        map.set(key, value);
    }

    private static JsonNode zero(Field field) {
        JsonNodeFactory nodes = Json.NODES;
        return switch (field.kind()) {
            case STRING, BYTES -> nodes.textNode("");
            case BOOL -> nodes.booleanNode(false);
            case INT32, INT64, DOUBLE -> nodes.numberNode(0);
            case MESSAGE -> nodes.objectNode();
        };
    }

    private JsonNode value(Field field, int wire) {
        values.count();
        JsonNodeFactory nodes = Json.NODES;
        return switch (field.kind()) {
            case STRING -> nodes.textNode(text());
            case BYTES -> nodes.textNode(Base64.getEncoder().encodeToString(slice()));
            case BOOL -> nodes.booleanNode(number(wire) != 0);
            case INT32 -> nodes.numberNode((int) number(wire));
            case INT64 -> nodes.numberNode(number(wire));
            case DOUBLE -> nodes.numberNode(Double.longBitsToDouble(number(wire)));
            case MESSAGE -> nested().special(field.type());
        };
    }

    private JsonNode special(Type type) {
        return switch (type.form()) {
            case STRUCT -> message(type);
            case QUANTITY -> first(type, "string");
            case INT_OR_STRING -> intOrString();
            case TIME, MICRO_TIME -> time(type.form());
            case DURATION -> Json.NODES.textNode(Scalars.durationText(numbers()[1]));
            case FIELDS, RAW, JSON -> raw();
            case STRING_LIST -> strings();
            case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> oneOf(type);
        };
    }

    /** The only field of a message, a text. */
    private JsonNode first(Type type, String what) {
        String text = "";
        while (at < end) {
            long tag = varint();
            if (tag >>> 3 != 1) {
                throw new IllegalArgumentException("proto: " + type.simpleName() + " has only a " + what);
            }
            text = text();
        }
        return Json.NODES.textNode(text.isEmpty() ? "0" : text);
    }

    /** type = 1 (0 number, 1 text), intVal = 2, strVal = 3. */
    private JsonNode intOrString() {
        long kind = 0;
        long number = 0;
        String text = "";
        while (at < end) {
            long tag = varint();
            switch ((int) (tag >>> 3)) {
                case 1 -> kind = varint();
                case 2 -> number = varint();
                case 3 -> text = text();
                default -> skip((int) tag & 7);
            }
        }
        return kind == 0 ? Json.NODES.numberNode((int) number) : Json.NODES.textNode(text);
    }

    /** seconds = 1, nanos = 2; an empty message is Go's zero time, which JSON says as null. */
    private JsonNode time(Type.Form form) {
        if (at == end) {
            return NullNode.getInstance();
        }
        long[] numbers = numbers();
        Instant instant = Instant.ofEpochSecond(numbers[1], form == Type.Form.MICRO_TIME ? numbers[2] : 0);
        return Json.NODES.textNode(form == Type.Form.MICRO_TIME ? MICROS.format(instant) : instant.toString());
    }

    /** Fields 1 and 2 of a message of two numbers, at their places. */
    private long[] numbers() {
        long[] numbers = new long[3];
        while (at < end) {
            long tag = varint();
            int number = (int) (tag >>> 3);
            if (number == 1 || number == 2) {
                numbers[number] = number((int) tag & 7);
            } else {
                skip((int) tag & 7);
            }
        }
        return numbers;
    }

    /** JSON in bytes: raw = 1. */
    private JsonNode raw() {
        JsonNode json = NullNode.getInstance();
        while (at < end) {
            long tag = varint();
            if (tag >>> 3 == 1) {
                byte[] inner = slice();
                if (enveloped(inner)) {
                    throw new IllegalArgumentException("an object within the object must be JSON");
                }
                json = inner.length == 0
                        ? json
                        : Body.parse(inner, Format.JSON, values).tree();
            } else {
                skip((int) tag & 7);
            }
        }
        return json;
    }

    private JsonNode strings() {
        ArrayNode list = Json.array();
        while (at < end) {
            varint();
            values.count();
            list.add(text());
        }
        return list;
    }

    /** A message of alternatives, of which JSON says the one that is set. */
    private JsonNode oneOf(Type type) {
        ObjectNode alternatives = message(type);
        JsonNode chosen = Json.NODES.booleanNode(false);
        for (Map.Entry<String, JsonNode> alternative : alternatives.properties()) {
            if (!alternative.getValue().isBoolean() || alternatives.size() == 1) {
                chosen = alternative.getValue();
            }
        }
        return chosen;
    }

    private ProtobufReader nested() {
        int length = length();
        ProtobufReader inner = new ProtobufReader(bytes, at, at + length, depth + 1, values);
        at += length;
        return inner;
    }
}
