package io.minik.charts.template;

import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.Function.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template of Go's has. {@code and} and {@code or} are the interpreter's: they may not look at all. */
final class BuiltIns {
    static final Map<String, Function> ALL = all();

    private BuiltIns() {}

    private static Map<String, Function> all() {
        Map<String, Function> all = new HashMap<>();
        all.put("and", Function.variadic(in -> null, Kind.ANY, Kind.ANY));
        all.put("or", Function.variadic(in -> null, Kind.ANY, Kind.ANY));
        all.put("not", Function.of(in -> !GoValues.truth(in.get(0)), Kind.ANY));
        all.put("len", Function.of(in -> length(in.get(0)), Kind.ANY));
        all.put("index", Function.variadic(BuiltIns::index, Kind.ANY, Kind.ANY));
        all.put("slice", Function.variadic(BuiltIns::slice, Kind.ANY, Kind.ANY));
        all.put("call", Function.variadic(BuiltIns::call, Kind.ANY, Kind.ANY));
        all.put("print", Function.variadic(in -> new GoFormat(in.budget()).print(in.values()), Kind.ANY));
        all.put("println", Function.variadic(in -> new GoFormat(in.budget()).println(in.values()), Kind.ANY));
        all.put(
                "printf",
                Function.variadic(
                        in -> new GoFormat(in.budget()).printf(in.string(0), in.from(1)), Kind.ANY, Kind.STRING));
        all.put("html", Function.variadic(in -> html(text(in), in.budget()), Kind.ANY));
        all.put("js", Function.variadic(in -> js(text(in), in.budget()), Kind.ANY));
        all.put("urlquery", Function.variadic(in -> query(text(in), in.budget()), Kind.ANY));
        all.put("eq", Function.variadic(in -> Comparison.eq(in.values(), in.budget()), Kind.ANY, Kind.ANY));
        all.put("ne", Function.of(in -> !Comparison.equal(in.get(0), in.get(1), in.budget()), Kind.ANY, Kind.ANY));
        all.put("lt", Function.of(in -> Comparison.less(in.get(0), in.get(1)), Kind.ANY, Kind.ANY));
        all.put(
                "le",
                Function.of(
                        in -> Comparison.less(in.get(0), in.get(1))
                                || Comparison.equal(in.get(0), in.get(1), in.budget()),
                        Kind.ANY,
                        Kind.ANY));
        all.put(
                "gt",
                Function.of(
                        in -> !Comparison.less(in.get(0), in.get(1))
                                && !Comparison.equal(in.get(0), in.get(1), in.budget()),
                        Kind.ANY,
                        Kind.ANY));
        all.put("ge", Function.of(in -> !Comparison.less(in.get(0), in.get(1)), Kind.ANY, Kind.ANY));
        return Map.copyOf(all);
    }

    private static String text(Arguments in) {
        return in.size() == 1 && in.get(0) instanceof String text ? text : new GoFormat(in.budget()).print(in.values());
    }

    private static Object length(@Nullable Object value) {
        if (value == null) {
            throw new TemplateException("len of nil pointer");
        }
        if (value instanceof String text) {
            return (long) GoStrings.length(text);
        }
        if (value instanceof List<?> list) {
            return (long) list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return (long) map.size();
        }
        throw new TemplateException("len of type " + GoValues.type(value));
    }

    private static @Nullable Object index(Arguments in) {
        Object item = in.get(0);
        if (item == null) {
            throw new TemplateException("index of untyped nil");
        }
        for (Object key : in.from(1)) {
            if (item == null) {
                throw new TemplateException("index of nil pointer");
            }
            if (item instanceof Map<?, ?> map) {
                if (!(key instanceof String)) {
                    throw new TemplateException(
                            key == null
                                    ? "value is nil; should be of type string"
                                    : "value has type " + GoValues.type(key) + "; should be string");
                }
                item = map.get(key);
            } else if (item instanceof List<?> list) {
                item = list.get(position(key, list.size(), false));
            } else if (item instanceof String text) {
                byte[] bytes = GoStrings.bytes(text);
                item = new Sized("uint8", bytes[position(key, bytes.length, false)] & 0xff);
            } else {
                throw new TemplateException("can't index item of type " + GoValues.type(item));
            }
        }
        return item;
    }

    /** @param end whether one behind the last is one too */
    private static int position(@Nullable Object key, int size, boolean end) {
        if (!GoValues.isInteger(key) || key == null) {
            throw new TemplateException(
                    key == null
                            ? "cannot index slice/array with nil"
                            : "cannot index slice/array with type " + GoValues.type(key));
        }
        long at = GoValues.integer(key);
        if (at < 0 || (end ? at > size : at >= size)) {
            throw new TemplateException("index out of range: " + at);
        }
        return (int) at;
    }

    private static Object slice(Arguments in) {
        Object item = in.get(0);
        if (item == null) {
            throw new TemplateException("slice of untyped nil");
        }
        if (in.size() > 4) {
            throw new TemplateException("too many slice indexes: " + (in.size() - 1));
        }
        boolean isText = item instanceof String;
        if (!isText && !(item instanceof List)) {
            throw new TemplateException("can't slice item of type " + GoValues.type(item));
        }
        if (isText && in.size() == 4) {
            throw new TemplateException("cannot 3-index slice a string");
        }
        int size = item instanceof String text ? GoStrings.length(text) : ((List<?>) item).size();
        int from = in.size() > 1 ? position(in.get(1), size, true) : 0;
        int to = in.size() > 2 ? position(in.get(2), size, true) : size;
        if (from > to) {
            throw new TemplateException("invalid slice index: " + from + " > " + to);
        }
        return item instanceof String text
                ? GoStrings.slice(text, from, to)
                : new ArrayList<>(((List<?>) item).subList(from, to));
    }

    private static Object call(Arguments in) {
        Object value = in.get(0);
        throw new TemplateException(value == null ? "call of nil" : "non-function of type " + GoValues.type(value));
    }

    private static String html(String text, Budget budget) {
        budget.letters(text.length() * 5L);
        StringBuilder out = new StringBuilder(text.length());
        text.chars().forEach(letter -> {
            switch (letter) {
                case '"' -> out.append("&#34;");
                case '\'' -> out.append("&#39;");
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case 0 -> out.append('\uFFFD');
                default -> out.append((char) letter);
            }
        });
        return out.toString();
    }

    private static String js(String text, Budget budget) {
        budget.letters(text.length() * 6L);
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\\' -> out.append("\\\\");
                case '\'' -> out.append("\\'");
                case '"' -> out.append("\\\"");
                default -> {
                    boolean escaped = point < ' ' || "<>&=".indexOf(point) >= 0 || !Quoted.isPrinted(point);
                    if (escaped) {
                        out.append(String.format(Locale.ROOT, "\\u%04X", point));
                    } else {
                        out.appendCodePoint(point);
                    }
                }
            }
        });
        return out.toString();
    }

    /** url.QueryEscape. */
    public static String query(String text, Budget budget) {
        budget.letters(text.length() * 3L);
        StringBuilder out = new StringBuilder(text.length());
        for (byte one : GoStrings.bytes(text)) {
            int letter = one & 0xff;
            if (letter < 0x80 && (Character.isLetterOrDigit(letter) || "-_.~".indexOf(letter) >= 0)) {
                out.append((char) letter);
            } else if (letter == ' ') {
                out.append('+');
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", letter));
            }
        }
        return new String(out.toString().getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
    }
}
