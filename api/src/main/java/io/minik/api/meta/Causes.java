package io.minik.api.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Status.Cause;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What is wrong with an object, in the words of apimachinery's field.Error: every validation tells it here, and none forms
 * the words itself. Each method adds one cause; a field is named by its path, of which {@link #at} names the parts.
 *
 * <pre>{@code
 * new Causes().required("spec.ports").invalid(Causes.at("spec.ports", 0) + ".port", 0, "must be …")
 * }</pre>
 */
public final class Causes {
    /** A hostile object has no end of errors; nobody reads more than this. */
    private static final int MAX_CAUSES = 200;

    /** Values are shown whole, as upstream does; what many errors show of large ones is no message any more. */
    private static final int MOST_SHOWN = 1 << 20;

    /** The reasons that the author of a rule may give it. */
    public static final Set<String> GIVEN =
            Set.of("FieldValueRequired", "FieldValueForbidden", "FieldValueInvalid", "FieldValueDuplicate");

    private static final Set<String> BLOCKING = Set.of(
            "FieldValueNotSupported",
            "FieldValueRequired",
            "FieldValueTooLong",
            "FieldValueTooMany",
            "FieldValueTypeInvalid");

    private final List<Cause> causes = new ArrayList<>();
    private long shown;

    /** The path of an item: {@code spec.ports[0]}. */
    public static String at(String path, int index) {
        return path + "[" + index + "]";
    }

    /** The path of an entry: {@code metadata.labels[app]}. */
    public static String at(String path, String key) {
        return path + "[" + key + "]";
    }

    public List<Cause> list() {
        return List.copyOf(causes);
    }

    public boolean isEmpty() {
        return causes.isEmpty();
    }

    /** Causes as one text, as ErrorList's aggregate has it: alone, or several in brackets. One without a field is its words. */
    public static String text(List<Cause> causes) {
        String all = causes.stream()
                .map(cause -> cause.field().isEmpty() ? cause.message() : cause.field() + ": " + cause.message())
                .collect(Collectors.joining(", "));
        return causes.size() == 1 ? all : "[" + all + "]";
    }

    @Override
    public String toString() {
        return text(causes);
    }

    /** All of them as the one answer to who asked, 422. */
    public ApiException refusal(Resource resource, String name) {
        return ApiException.invalid(resource, name, list());
    }

    public Causes required(String path) {
        return add("FieldValueRequired", path, () -> "Required value");
    }

    public Causes required(String path, String why) {
        return add("FieldValueRequired", path, () -> "Required value: " + why);
    }

    /** Where no single value is to blame. */
    public Causes invalid(String path, String why) {
        return add("FieldValueInvalid", path, () -> "Invalid value: " + why);
    }

    public Causes invalid(String path, JsonNode value, String why) {
        return add("FieldValueInvalid", path, () -> "Invalid value: " + shown(value) + ": " + why);
    }

    public Causes invalid(String path, String value, String why) {
        return add("FieldValueInvalid", path, () -> "Invalid value: " + quoted(value) + ": " + why);
    }

    public Causes invalid(String path, long value, String why) {
        return add("FieldValueInvalid", path, () -> "Invalid value: " + value + ": " + why);
    }

    public Causes invalid(String path, String value, Collection<String> whys) {
        whys.forEach(why -> invalid(path, value, why));
        return this;
    }

    public Causes typeInvalid(String path, String value, String why) {
        return add("FieldValueTypeInvalid", path, () -> "Invalid value: " + quoted(value) + ": " + why);
    }

    /** What was found wrong by itself. */
    public Causes addAll(List<Cause> others) {
        others.forEach(cause -> add(cause.reason(), cause.field(), cause::message));
        return this;
    }

    /** @param reason one of {@link #GIVEN}, or empty for the usual */
    public Causes given(String reason, String path, String value, String why) {
        return switch (reason) {
            case "FieldValueForbidden" -> forbidden(path, why);
            case "FieldValueRequired" -> required(path, why);
            case "FieldValueDuplicate" -> duplicate(path, value);
            default -> invalid(path, value, why);
        };
    }

    /** Whether one says that the object has not the form that further rules rely on. */
    public boolean blocking() {
        return causes.stream().anyMatch(cause -> BLOCKING.contains(cause.reason()));
    }

    public Causes immutable(String path, JsonNode value) {
        return invalid(path, value, "field is immutable");
    }

    public Causes unsupported(String path, String value, Collection<String> supported) {
        return add(
                "FieldValueNotSupported",
                path,
                () -> "Unsupported value: " + quoted(value) + ": supported values: " + all(supported));
    }

    public Causes unsupported(String path, JsonNode value, Collection<String> supported) {
        return add(
                "FieldValueNotSupported",
                path,
                () -> "Unsupported value: " + shown(value) + ": supported values: " + all(supported));
    }

    public Causes duplicate(String path, JsonNode value) {
        return add("FieldValueDuplicate", path, () -> "Duplicate value: " + shown(value));
    }

    public Causes duplicate(String path, String value) {
        return add("FieldValueDuplicate", path, () -> "Duplicate value: " + quoted(value));
    }

    public Causes forbidden(String path, String why) {
        return add("FieldValueForbidden", path, () -> "Forbidden: " + why);
    }

    public Causes notFound(String path, String value) {
        return add("FieldValueNotFound", path, () -> "Not found: " + quoted(value));
    }

    public Causes tooLong(String path, int most) {
        return add("FieldValueTooLong", path, () -> "Too long: may not be more than " + most + " bytes");
    }

    public Causes tooMany(String path, int count, int most) {
        return add("FieldValueTooMany", path, () -> "Too many: " + count + ": must have at most " + most + " items");
    }

    /** @param words made only for as long as they are told: one value may be wrong in many ways */
    private Causes add(String reason, String path, Supplier<String> words) {
        if (causes.size() >= MAX_CAUSES || shown > MOST_SHOWN) {
            return this;
        }
        String message = words.get();
        shown += message.length();
        if (causes.stream().noneMatch(c -> c.field().equals(path) && c.message().equals(message))) {
            causes.add(new Cause(reason, message, path));
        }
        return this;
    }

    /** A list in its order, a set in that of its words. */
    private static String all(Collection<String> supported) {
        Collection<String> ordered = supported instanceof List ? supported : new TreeSet<>(supported);
        return ordered.stream().map(Causes::quoted).collect(Collectors.joining(", "));
    }

    private static String shown(JsonNode value) {
        if (value.isTextual()) {
            return quoted(value.textValue());
        }
        return value.isMissingNode() || value.isNull() ? "null" : new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    /** As Go's %q: what cannot be printed is escaped, and nothing else. */
    private static String quoted(String value) {
        StringBuilder text = new StringBuilder(value.length() + 2).append('"');
        value.codePoints().forEach(letter -> {
            int plain = "\007\b\f\n\r\t\013\\\"".indexOf(letter);
            if (plain >= 0) {
                text.append('\\').append("abfnrtv\\\"".charAt(plain));
            } else if (Character.isISOControl(letter)) {
                text.append(String.format(letter < 0x80 ? "\\x%02x" : "\\u%04x", letter));
            } else {
                text.appendCodePoint(letter);
            }
        });
        return text.append('"').toString();
    }
}
