package io.minik.charts.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a template can call: its parameters' types, as Go's reflection holds arguments against them, and what it does.
 *
 * @param rest the type of all further arguments; null: there are none
 */
public record Function(List<Kind> parameters, @Nullable Kind rest, Body body) {
    /** Go's types of parameters. */
    public enum Kind {
        ANY("interface {}"),
        STRING("string"),
        INT("int"),
        INT64("int64"),
        BOOL("bool"),
        MAP("map[string]interface {}"),
        LIST("[]interface {}");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }

        boolean takes(@Nullable Object value) {
            return switch (this) {
                case ANY -> true;
                case STRING -> value instanceof String;
                case INT -> value instanceof Long;
                case INT64 -> value instanceof Sized sized && sized.type().equals(Sized.INT64);
                case BOOL -> value instanceof Boolean;
                case MAP -> value == null || value instanceof Map;
                case LIST -> value == null || value instanceof List;
            };
        }
    }

    /** What it does. A TemplateException is the function's error. */
    @FunctionalInterface
    public interface Body {
        @Nullable
        Object call(Arguments arguments);
    }

    /** @param budget of the run: what is made is paid before it is made */
    public record Arguments(List<@Nullable Object> values, Budget budget) {
        public int size() {
            return values.size();
        }

        public @Nullable Object get(int index) {
            return values.get(index);
        }

        public String string(int index) {
            return (String) Objects.requireNonNull(values.get(index));
        }

        /** Of an int; what no Java int holds is its nearest one. */
        public int integer(int index) {
            long value = GoValues.integer(Objects.requireNonNull(values.get(index)));
            return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
        }

        public boolean bool(int index) {
            return Boolean.TRUE.equals(values.get(index));
        }

        public List<@Nullable Object> from(int index) {
            return values.subList(Math.min(index, values.size()), values.size());
        }
    }

    /** @param kinds ending in {@code null}-free order; with {@link #of} none may follow */
    public static Function of(Body body, Kind... kinds) {
        return new Function(List.of(kinds), null, body);
    }

    public static Function variadic(Body body, Kind rest, Kind... kinds) {
        return new Function(List.of(kinds), rest, body);
    }

    Kind kind(int index) {
        if (index < parameters.size()) {
            return parameters.get(index);
        }
        return rest == null ? Kind.ANY : rest;
    }

    /** What is wrong with so many arguments, if anything is. */
    @Nullable
    String miscount(String name, int count) {
        if (rest == null && count != parameters.size()) {
            return String.format(
                    Locale.ROOT, "wrong number of args for %s: want %d got %d", name, parameters.size(), count);
        }
        if (count < parameters.size()) {
            return String.format(
                    Locale.ROOT,
                    "wrong number of args for %s: want at least %d got %d",
                    name,
                    parameters.size(),
                    count);
        }
        return null;
    }
}
