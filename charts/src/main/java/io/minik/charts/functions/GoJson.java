package io.minik.charts.functions;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.charts.template.Budget;
import io.minik.charts.template.GoFloats;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.Struct;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values as encoding/json writes them, and Jackson's trees as values. */
public final class GoJson {
    private static final double MOST_PLAIN = 1e21;
    private static final double LEAST_PLAIN = 1e-6;

    private final Budget budget;
    private final boolean html;
    private final String indent;
    private final StringBuilder out = new StringBuilder();

    private GoJson(Budget budget, boolean html, String indent) {
        this.budget = budget;
        this.html = html;
        this.indent = indent;
    }

    /** @param html whether {@code <}, {@code >} and {@code &} are written as escapes, as Go does by default */
    static String write(@Nullable Object value, boolean html, String indent, Budget budget) {
        GoJson json = new GoJson(budget, html, indent);
        json.value(value, 0);
        return json.out.toString();
    }

    private void value(@Nullable Object value, int level) {
        budget.enter();
        budget.limit(out.length());
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean || GoValues.isInteger(value)) {
            out.append(value);
        } else if (value instanceof Double real) {
            out.append(number(real));
        } else if (value instanceof String text) {
            string(text);
        } else if (value instanceof List<?> list) {
            list(list, level);
        } else if (value instanceof Map) {
            map(new TreeMap<>(GoValues.map(value)), level);
        } else if (value instanceof Struct struct) {
            string(struct.text());
        }
        budget.leave();
    }

    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new TemplateException("json: unsupported value: " + GoFloats.text(value));
        }
        double size = Math.abs(value);
        boolean exponent = size != 0 && (size < LEAST_PLAIN || size >= MOST_PLAIN);
        String text = GoFloats.format(value, exponent ? 'e' : 'f', -1);
        return exponent ? text.replaceFirst("e-0(\\d)$", "e-$1") : text;
    }

    private void list(List<?> list, int level) {
        out.append('[');
        boolean first = true;
        for (Object item : list) {
            separate(first, level + 1);
            first = false;
            value(item, level + 1);
        }
        close(first, level, ']');
    }

    private void map(Map<String, @Nullable Object> map, int level) {
        out.append('{');
        boolean first = true;
        for (Map.Entry<String, @Nullable Object> entry : map.entrySet()) {
            separate(first, level + 1);
            first = false;
            string(entry.getKey());
            out.append(indent.isEmpty() ? ":" : ": ");
            value(entry.getValue(), level + 1);
        }
        close(first, level, '}');
    }

    private void separate(boolean first, int level) {
        out.append(first ? "" : ",");
        line(level);
    }

    private void close(boolean empty, int level, char mark) {
        if (!empty) {
            line(level);
        }
        out.append(mark);
    }

    private void line(int level) {
        if (!indent.isEmpty()) {
            budget.limit(out.length());
            out.append('\n').append(indent.repeat(level));
        }
    }

    private void string(String text) {
        budget.limit((long) out.length() + text.length());
        out.append('"');
        text.codePoints().forEach(point -> {
            switch (point) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '<', '>', '&' -> out.append(html ? escape(point) : Character.toString(point));
                case 0x2028, 0x2029 -> out.append(escape(point));
                default -> {
                    if (point < ' ') {
                        out.append(escape(point));
                    } else if (point >= 0xD800 && point <= 0xDFFF) {
                        out.append("\\ufffd");
                    } else {
                        out.appendCodePoint(point);
                    }
                }
            }
        });
        out.append('"');
    }

    private static String escape(int point) {
        return String.format(Locale.ROOT, "\\u%04x", point);
    }

    /** All numbers are float64: that is how Helm's templates see them. */
    public static @Nullable Object value(JsonNode tree) {
        if (tree.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            tree.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
            return map;
        }
        if (tree.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(tree.size());
            tree.forEach(item -> list.add(value(item)));
            return list;
        }
        if (tree.isTextual()) {
            return tree.textValue();
        }
        return tree.isNumber() ? (Object) tree.doubleValue() : tree.isBoolean() ? (Object) tree.booleanValue() : null;
    }
}
