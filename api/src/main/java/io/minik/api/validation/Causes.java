package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.minik.api.meta.Status.Cause;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is wrong with an object, in field.Error's words. */
final class Causes {
    /** A hostile object has no end of errors; nobody reads more than this. */
    private static final int MAX_CAUSES = 200;

    /** Values are shown whole, as upstream does; what many errors show of large ones is no message any more. */
    private static final int MOST_SHOWN = 1 << 20;

    private final List<Cause> causes = new ArrayList<>();
    private long shown;

    List<Cause> list() {
        return List.copyOf(causes);
    }

    boolean isEmpty() {
        return causes.isEmpty();
    }

    void required(String path) {
        add("FieldValueRequired", path, () -> "Required value");
    }

    void required(String path, String why) {
        add("FieldValueRequired", path, () -> "Required value: " + why);
    }

    void invalid(String path, JsonNode value, String why) {
        add("FieldValueInvalid", path, () -> "Invalid value: " + shown(value) + ": " + why);
    }

    void invalid(String path, String value, String why) {
        add("FieldValueInvalid", path, () -> "Invalid value: " + quoted(value) + ": " + why);
    }

    void invalid(String path, long value, String why) {
        add("FieldValueInvalid", path, () -> "Invalid value: " + value + ": " + why);
    }

    void invalid(String path, String value, Collection<String> whys) {
        whys.forEach(why -> invalid(path, value, why));
    }

    void typeInvalid(String path, String value, String why) {
        add("FieldValueTypeInvalid", path, () -> "Invalid value: " + quoted(value) + ": " + why);
    }

    /** What was found wrong by itself. */
    void addAll(List<Cause> others) {
        others.forEach(cause -> add(cause.reason(), cause.field(), cause::message));
    }

    void immutable(String path, JsonNode value) {
        invalid(path, value, "field is immutable");
    }

    void unsupported(String path, String value, Collection<String> supported) {
        add(
                "FieldValueNotSupported",
                path,
                () -> "Unsupported value: " + quoted(value) + ": supported values: "
                        + new TreeSet<>(supported).stream().map(Causes::quoted).collect(Collectors.joining(", ")));
    }

    void unsupported(String path, JsonNode value, Collection<String> supported) {
        add(
                "FieldValueNotSupported",
                path,
                () -> "Unsupported value: " + shown(value) + ": supported values: "
                        + new TreeSet<>(supported).stream().map(Causes::quoted).collect(Collectors.joining(", ")));
    }

    void duplicate(String path, JsonNode value) {
        add("FieldValueDuplicate", path, () -> "Duplicate value: " + shown(value));
    }

    void duplicate(String path, String value) {
        add("FieldValueDuplicate", path, () -> "Duplicate value: " + quoted(value));
    }

    void forbidden(String path, String why) {
        add("FieldValueForbidden", path, () -> "Forbidden: " + why);
    }

    void notFound(String path, String value) {
        add("FieldValueNotFound", path, () -> "Not found: " + quoted(value));
    }

    void tooLong(String path, int most) {
        add("FieldValueTooLong", path, () -> "Too long: may not be more than " + most + " bytes");
    }

    void tooMany(String path, int count, int most) {
        add("FieldValueTooMany", path, () -> "Too many: " + count + ": must have at most " + most + " items");
    }

    /** @param words made only for as long as they are told: one value may be wrong in many ways */
    private void add(String reason, String path, Supplier<String> words) {
        if (causes.size() >= MAX_CAUSES || shown > MOST_SHOWN) {
            return;
        }
        String message = words.get();
        shown += message.length();
        if (causes.stream().noneMatch(c -> c.field().equals(path) && c.message().equals(message))) {
            causes.add(new Cause(reason, message, path));
        }
    }

    private static String shown(JsonNode value) {
        if (value.isTextual()) {
            return quoted(value.textValue());
        }
        return value.isMissingNode() || value.isNull() ? "null" : new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    private static String quoted(String value) {
        return new String(Json.bytes(TextNode.valueOf(value)), StandardCharsets.UTF_8);
    }
}
