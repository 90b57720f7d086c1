package io.minik.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/** Writes trees as Go's clients write them: {@code k8s\0}, runtime.Unknown, messages by the numbers of the type graph. */
final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private ProtobufWriter() {}

    static byte[] enveloped(Type type, ObjectNode tree) {
        ProtobufWriter meta = new ProtobufWriter();
        meta.bytes(1, utf8(Json.text(tree, "apiVersion")));
        meta.bytes(2, utf8(Json.text(tree, "kind")));
        ProtobufWriter unknown = new ProtobufWriter();
        unknown.bytes(1, meta.out.toByteArray());
        unknown.bytes(2, message(type, tree));
        ProtobufWriter all = new ProtobufWriter();
        all.out.writeBytes(new byte[] {'k', '8', 's', 0});
        all.out.writeBytes(unknown.out.toByteArray());
        return all.out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] message(Type type, ObjectNode tree) {
        ProtobufWriter writer = new ProtobufWriter();
        for (Field field : type.message()) {
            if (field.inline()) {
                writer.bytes(field.number(), message(field.type(), tree));
            } else if (field.number() > 0 && tree.has(field.name())) {
                writer.field(field, tree.get(field.name()));
            }
        }
        return writer.out.toByteArray();
    }

    private void field(Field field, JsonNode value) {
        switch (field.shape()) {
            case SINGLE -> value(field.number(), field, value);
            case LIST -> value.forEach(item -> value(field.number(), field, item));
            case MAP -> {
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    ProtobufWriter pair = new ProtobufWriter();
                    pair.bytes(1, utf8(entry.getKey()));
                    pair.value(2, field, entry.getValue());
                    bytes(field.number(), pair.out.toByteArray());
                }
            }
        }
    }

    private void value(int number, Field field, JsonNode value) {
        switch (field.kind()) {
            case STRING -> bytes(number, utf8(value.textValue()));
            case BYTES -> bytes(number, Base64.getDecoder().decode(value.textValue()));
            case BOOL -> varint(number, value.booleanValue() ? 1 : 0);
            case INT32, INT64 -> varint(number, value.longValue());
            case DOUBLE -> {
                raw(((long) number << 3) | FIXED64);
                long bits = Double.doubleToLongBits(value.doubleValue());
                for (int i = 0; i < Long.BYTES; i++) {
                    out.write((int) (bits >>> (8 * i)));
                }
            }
            case MESSAGE -> bytes(number, special(field.type(), value));
        }
    }

    private static byte[] special(Type type, JsonNode value) {
        ProtobufWriter writer = new ProtobufWriter();
        switch (type.form()) {
            case STRUCT -> {
                return message(type, (ObjectNode) value);
            }
            case QUANTITY -> writer.bytes(1, utf8(value.textValue()));
            case INT_OR_STRING -> {
                writer.varint(1, value.isTextual() ? 1 : 0);
                writer.varint(2, value.isTextual() ? 0 : value.intValue());
                writer.bytes(3, utf8(value.isTextual() ? value.textValue() : ""));
            }
            case TIME, MICRO_TIME -> {
                Instant instant = Instant.parse(value.textValue());
                writer.varint(1, instant.getEpochSecond());
                writer.varint(2, instant.getNano());
            }
            case DURATION -> writer.varint(1, Scalars.durationNanos(value.textValue()));
            case FIELDS, RAW, JSON -> writer.bytes(1, Json.bytes(value));
            case STRING_LIST -> value.forEach(item -> writer.bytes(1, utf8(item.textValue())));
            case SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> {
                for (Field field : type.message()) {
                    if (field.structured() && field.shape() == Field.Shape.SINGLE) {
                        writer.bytes(field.number(), message(field.type(), (ObjectNode) value));
                    }
                }
            }
        }
        return writer.out.toByteArray();
    }

    private void varint(int number, long value) {
        raw(((long) number << 3) | VARINT);
        raw(value);
    }

    private void bytes(int number, byte[] value) {
        raw(((long) number << 3) | BYTES);
        raw(value.length);
        out.writeBytes(value);
    }

    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
