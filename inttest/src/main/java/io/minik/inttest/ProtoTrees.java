package io.minik.inttest;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/** Kubernetes' JSON into its protobuf messages, by the messages' own descriptors: what Go's types do by themselves. */
final class ProtoTrees {
    /** Messages whose fields stand in JSON beside the others of the message that holds them. */
    private static final Set<String> INLINE = Set.of("handler", "volumeSource", "localObjectReference");

    private ProtoTrees() {}

    /** @throws IllegalArgumentException if the message has no such field */
    static void fill(Message.Builder into, JsonNode tree) {
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            FieldDescriptor field = into.getDescriptorForType().findFieldByName(member.getKey());
            if (member.getValue().isNull()) {
                continue;
            }
            if (field == null) {
                inline(into, member.getKey(), member.getValue());
            } else {
                set(into, field, member.getValue());
            }
        }
    }

    private static void inline(Message.Builder into, String name, JsonNode value) {
        for (FieldDescriptor holder : into.getDescriptorForType().getFields()) {
            if (INLINE.contains(holder.getName())) {
                FieldDescriptor field = holder.getMessageType().findFieldByName(name);
                if (field != null) {
                    Message.Builder held = ((Message) into.getField(holder)).toBuilder();
                    set(held, field, value);
                    into.setField(holder, held.build());
                    return;
                }
            }
        }
        throw new IllegalArgumentException(into.getDescriptorForType().getFullName() + " has no " + name);
    }

    private static void set(Message.Builder into, FieldDescriptor field, JsonNode value) {
        if (field.isMapField()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                Message.Builder entry = into.newBuilderForField(field);
                FieldDescriptor held = field.getMessageType().findFieldByName("value");
                entry.setField(field.getMessageType().findFieldByName("key"), member.getKey());
                entry.setField(held, value(entry, held, member.getValue()));
                into.addRepeatedField(field, entry.build());
            }
        } else if (field.isRepeated()) {
            for (JsonNode item : value) {
                into.addRepeatedField(field, value(into, field, item));
            }
        } else {
            into.setField(field, value(into, field, value));
        }
    }

    private static Object value(Message.Builder holder, FieldDescriptor field, JsonNode value) {
        return switch (field.getJavaType()) {
            case INT -> value.intValue();
            case LONG -> value.longValue();
            case BOOLEAN -> value.booleanValue();
            case DOUBLE -> value.doubleValue();
            case STRING -> value.asText();
            case BYTE_STRING -> ByteString.copyFrom(Base64.getDecoder().decode(value.asText()));
            case MESSAGE -> message(holder.newBuilderForField(field), value);
            case FLOAT, ENUM -> throw new IllegalArgumentException("Kubernetes has none such: " + field.getFullName());
        };
    }

    private static Message message(Message.Builder into, JsonNode value) {
        switch (into.getDescriptorForType().getName()) {
            case "Quantity" -> put(into, "string", value.asText());
            case "FieldsV1" -> put(into, "Raw", ByteString.copyFromUtf8(value.toString()));
            case "Time", "MicroTime" -> {
                Instant instant = Instant.parse(value.asText());
                put(into, "seconds", instant.getEpochSecond());
                put(into, "nanos", instant.getNano());
            }
            case "IntOrString" -> {
                put(into, "type", value.isTextual() ? 1L : 0L);
                put(
                        into,
                        value.isTextual() ? "strVal" : "intVal",
                        value.isTextual() ? value.asText() : value.intValue());
            }
            default -> fill(into, value);
        }
        return into.build();
    }

    private static void put(Message.Builder into, String name, Object value) {
        into.setField(into.getDescriptorForType().findFieldByName(name), value);
    }
}
