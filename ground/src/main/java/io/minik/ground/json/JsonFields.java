package io.minik.ground.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The fields of one object in the bytes of JSON, in their order: where they are, not what they say. Most bytes of a stored
 * object are never asked for, and passing over them costs a tenth of decoding them.
 *
 * <p>For bytes that were JSON when they were stored: the first field of a name counts, names are compared as they are
 * written, and what is passed over is not checked.
 *
 * <pre>
 *   JsonFields fields = JsonFields.of(json, 0);
 *   while (fields.next()) {
 *       if (fields.isNamed(name)) ... fields.value()
 *   }
 * </pre>
 */
public final class JsonFields {
    private final byte[] json;
    private int at;
    private int nameFrom;
    private int nameTo;
    private int valueFrom;
    /** 0 until somebody asks. */
    private int valueTo;

    private boolean first = true;

    private JsonFields(byte[] json, int from) {
        this.json = json;
        this.at = passSpace(from);
        expect('{');
    }

    /** A place in the bytes, its end outside. */
    public record Span(int from, int to) {
        public int length() {
            return to - from;
        }
    }

    /** @throws IllegalArgumentException if no object begins there */
    public static JsonFields of(byte[] json, int from) {
        return new JsonFields(json, from);
    }

    /** The value at a path of names, from the outermost object on; empty if a step is absent or leads into no object. */
    public static Optional<Span> find(byte[] json, String... path) {
        Span place = new Span(0, json.length);
        for (String step : path) {
            byte[] name = step.getBytes(StandardCharsets.UTF_8);
            Optional<Span> inner = child(json, place.from(), name);
            if (inner.isEmpty()) {
                return inner;
            }
            place = inner.get();
        }
        return Optional.of(place);
    }

    private static Optional<Span> child(byte[] json, int from, byte[] name) {
        if (from > 0 && json[from] != '{') {
            return Optional.empty();
        }
        JsonFields fields = of(json, from);
        while (fields.next()) {
            if (fields.isNamed(name)) {
                return Optional.of(fields.value());
            }
        }
        return Optional.empty();
    }

    /** Moves on to the next field; false after the last. @throws IllegalArgumentException if the object is not whole */
    public boolean next() {
        at = passSpace(first ? at : valueEnd());
        if (byteAt(at) == '}') {
            valueTo = at;
            return false;
        }
        if (!first) {
            expect(',');
            at = passSpace(at);
        }
        first = false;
        if (byteAt(at) != '"') {
            throw broken(at);
        }
        nameFrom = at + 1;
        at = stringEnd(at);
        nameTo = at - 1;
        at = passSpace(at);
        expect(':');
        at = passSpace(at);
        valueFrom = at;
        valueTo = 0;
        return true;
    }

    public boolean isNamed(byte[] name) {
        return Arrays.equals(json, nameFrom, nameTo, name, 0, name.length);
    }

    /** The present field's value. */
    public Span value() {
        return new Span(valueFrom, valueEnd());
    }

    /** The present field: its name in quotes, the colon and the value. */
    public Span field() {
        return new Span(nameFrom - 1, valueEnd());
    }

    private int valueEnd() {
        if (valueTo == 0) {
            valueTo = end(valueFrom);
        }
        return valueTo;
    }

    private int end(int from) {
        byte begin = byteAt(from);
        if (begin == '"') {
            return stringEnd(from);
        }
        return begin == '{' || begin == '[' ? bracketEnd(from) : wordEnd(from);
    }

    private int bracketEnd(int from) {
        int depth = 0;
        int i = from;
        while (i < json.length) {
            byte each = json[i];
            if (each == '"') {
                i = stringEnd(i);
                continue;
            }
            if (each == '{' || each == '[') {
                depth++;
            } else if ((each == '}' || each == ']') && --depth == 0) {
                return i + 1;
            }
            i++;
        }
        throw broken(from);
    }

    private int stringEnd(int from) {
        for (int i = from + 1; i < json.length; i++) {
            byte each = json[i];
            if (each == '"') {
                return i + 1;
            }
            if (each == '\\') {
                i++;
            }
        }
        throw broken(from);
    }

    /** A number, true, false or null. */
    private int wordEnd(int from) {
        int i = from;
        while (i < json.length && json[i] > ' ' && json[i] != ',' && json[i] != '}' && json[i] != ']') {
            i++;
        }
        if (i == from) {
            throw broken(from);
        }
        return i;
    }

    private int passSpace(int from) {
        int i = from;
        while (i < json.length && (json[i] == ' ' || json[i] == '\n' || json[i] == '\r' || json[i] == '\t')) {
            i++;
        }
        return i;
    }

    private void expect(char wanted) {
        if (byteAt(at) != wanted) {
            throw broken(at);
        }
        at++;
    }

    private byte byteAt(int place) {
        if (place >= json.length) {
            throw broken(place);
        }
        return json[place];
    }

    private static IllegalArgumentException broken(int place) {
        return new IllegalArgumentException("not a JSON object: stops making sense at byte " + place);
    }
}
