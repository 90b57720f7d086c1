package io.minik.store.etcdapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.minik.ground.json.Json;
import io.minik.store.StoreException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages as JSON and back, as etcd's gateway has them: etcd's field names, 64-bit numbers as text, bytes in base 64, enums by
 * name, nothing that is empty. Fields that are not known are passed over: newer clients have more.
 */
final class JsonMessages {
    /** Messages within messages: etcd bounds txns within txns by their ops. */
    private static final int MAX_DEPTH = 64;

    /** Where etcd's own description of its messages has another name than ours. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("id", "ID"),
            Map.entry("ttl", "TTL"),
            Map.entry("granted_ttl", "grantedTTL"),
            Map.entry("peer_urls", "peerURLs"),
            Map.entry("client_urls", "clientURLs"),
            Map.entry("is_learner", "isLearner"),
            Map.entry("member_id", "memberID"),
            Map.entry("db_size", "dbSize"),
            Map.entry("db_size_in_use", "dbSizeInUse"),
            Map.entry("raft_index", "raftIndex"),
            Map.entry("raft_term", "raftTerm"),
            Map.entry("raft_applied_index", "raftAppliedIndex"),
            Map.entry("target_id", "targetID"));

    private JsonMessages() {}

    private static String name(FieldDescriptor field) {
        return field.getContainingType().getName().equals("ResponseHeader")
                ? field.getName()
                : NAMES.getOrDefault(field.getName(), field.getName());
    }

    // ---- to JSON ----

    static ObjectNode json(Message message) {
        ObjectNode tree = Json.object();
        // In the order of their numbers, and only what is set.
        message.getAllFields().forEach((field, value) -> {
            if (field.isRepeated()) {
                ArrayNode items = tree.putArray(name(field));
                ((List<?>) value).forEach(item -> items.add(value(field, item)));
            } else {
                tree.set(name(field), value(field, value));
            }
        });
        return tree;
    }

    private static JsonNode value(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case MESSAGE -> json((Message) value);
            case BYTE_STRING ->
                Json.NODES.textNode(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case LONG ->
                Json.NODES.textNode(isUnsigned(field) ? Long.toUnsignedString((Long) value) : String.valueOf(value));
            case INT ->
                Json.NODES.numberNode(isUnsigned(field) ? Integer.toUnsignedLong((Integer) value) : (Integer) value);
            case ENUM -> Json.NODES.textNode(((EnumValueDescriptor) value).getName());
            case BOOLEAN -> Json.NODES.booleanNode((Boolean) value);
            case STRING -> Json.NODES.textNode((String) value);
            case FLOAT, DOUBLE -> throw new IllegalArgumentException("etcd has no such number");
        };
    }

    private static boolean isUnsigned(FieldDescriptor field) {
        return field.getType() == FieldDescriptor.Type.UINT64 || field.getType() == FieldDescriptor.Type.UINT32;
    }

    // ---- from JSON ----

    /** @throws StoreException.Invalid naming what can't be read */
    @SuppressWarnings("unchecked")
    static <M extends Message> M message(M empty, JsonNode tree) {
        return (M) read(empty.newBuilderForType(), tree, 0).build();
    }

    private static Message.Builder read(Message.Builder into, JsonNode tree, int depth) {
        if (!tree.isObject() || depth > MAX_DEPTH) {
            throw new StoreException.Invalid("json: " + tree.getNodeType() + " where an object is wanted");
        }
        tree.properties().forEach(each -> {
            FieldDescriptor field = field(into, each.getKey());
            JsonNode value = each.getValue();
            if (field == null) {
                return;
            }
            if (field.isRepeated() && value.isArray()) {
                value.forEach(item -> into.addRepeatedField(field, value(into, field, item, depth)));
            } else if (!value.isNull()) {
                if (field.isRepeated()) {
                    throw unreadable(field, value);
                }
                into.setField(field, value(into, field, value, depth));
            }
        });
        return into;
    }

    private static @Nullable FieldDescriptor field(Message.Builder of, String name) {
        for (FieldDescriptor field : of.getDescriptorForType().getFields()) {
            if (name.equals(name(field)) || name.equals(field.getJsonName())) {
                return field;
            }
        }
        return null;
    }

    private static Object value(Message.Builder of, FieldDescriptor field, JsonNode value, int depth) {
        try {
            return switch (field.getJavaType()) {
                case MESSAGE ->
                    read(of.newBuilderForField(field), value, depth + 1).build();
                case BYTE_STRING -> ByteString.copyFrom(Base64.getDecoder().decode(text(field, value)));
                case LONG ->
                    isUnsigned(field)
                            ? Long.parseUnsignedLong(number(field, value))
                            : Long.parseLong(number(field, value));
                case INT ->
                    isUnsigned(field)
                            ? Integer.parseUnsignedInt(number(field, value))
                            : Integer.parseInt(number(field, value));
                case ENUM -> constant(field, value);
                case BOOLEAN -> truth(field, value);
                case STRING -> text(field, value);
                case FLOAT, DOUBLE -> throw unreadable(field, value);
            };
        } catch (IllegalArgumentException broken) {
            throw unreadable(field, value);
        }
    }

    private static String text(FieldDescriptor field, JsonNode value) {
        if (!value.isTextual()) {
            throw unreadable(field, value);
        }
        return value.textValue();
    }

    private static String number(FieldDescriptor field, JsonNode value) {
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw unreadable(field, value);
        }
        return value.asText();
    }

    private static boolean truth(FieldDescriptor field, JsonNode value) {
        if (!value.isBoolean()) {
            throw unreadable(field, value);
        }
        return value.booleanValue();
    }

    private static EnumValueDescriptor constant(FieldDescriptor field, JsonNode value) {
        EnumValueDescriptor found = value.isIntegralNumber()
                ? field.getEnumType().findValueByNumber(value.intValue())
                : field.getEnumType().findValueByName(text(field, value));
        if (found == null) {
            throw unreadable(field, value);
        }
        return found;
    }

    private static StoreException unreadable(FieldDescriptor field, JsonNode value) {
        String shown = value.toString();
        return new StoreException.Invalid(
                "json: " + shown.substring(0, Math.min(100, shown.length())) + " is no value of " + name(field));
    }
}
