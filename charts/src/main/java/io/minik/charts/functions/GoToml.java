package io.minik.charts.functions;

import io.minik.charts.template.Budget;
import io.minik.charts.template.GoFloats;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.Quoted;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A map as TOML, in the order and with the indents of BurntSushi/toml: what is no table first, each by its key. */
final class GoToml {
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_-]+");

    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    private GoToml(Budget budget) {
        this.budget = budget;
    }

    static String write(@Nullable Object value, Budget budget) {
        if (!(value instanceof Map)) {
            return "toml: top-level values must be Go maps or structs";
        }
        GoToml toml = new GoToml(budget);
        toml.table(GoValues.map(value), "", 0);
        return toml.out.toString();
    }

    private static boolean isTable(@Nullable Object value) {
        return value instanceof Map;
    }

    private static boolean isTables(@Nullable Object value) {
        return value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(GoToml::isTable);
    }

    private static String key(String key) {
        return BARE.matcher(key).matches() ? key : Quoted.of(key);
    }

    private void table(Map<String, @Nullable Object> map, String path, int level) {
        budget.enter();
        Map<String, @Nullable Object> sorted = new TreeMap<>(map);
        String pad = "  ".repeat(level);
        sorted.forEach((key, value) -> {
            if (value != null && !isTable(value) && !isTables(value)) {
                out.append(pad)
                        .append(key(key))
                        .append(" = ")
                        .append(inline(value))
                        .append('\n');
                budget.limit(out.length());
            }
        });
        sorted.forEach((key, value) -> {
            String name = path.isEmpty() ? key(key) : path + "." + key(key);
            if (isTable(value)) {
                blank();
                out.append(pad).append('[').append(name).append("]\n");
                table(Casts.map(value), name, level + 1);
            } else if (value instanceof List<?> list && isTables(value)) {
                for (Object item : list) {
                    blank();
                    out.append(pad).append("[[").append(name).append("]]\n");
                    table(Casts.map(item), name, level + 1);
                }
            }
        });
        budget.leave();
    }

    private void blank() {
        if (out.length() > 0) {
            out.append('\n');
        }
    }

    private String inline(@Nullable Object value) {
        budget.enter();
        try {
            if (value instanceof List<?> list) {
                return list.stream().map(this::inline).collect(Collectors.joining(", ", "[", "]"));
            }
            if (value instanceof Map) {
                return new TreeMap<>(GoValues.map(value))
                        .entrySet().stream()
                                .map(entry -> key(entry.getKey()) + " = " + inline(entry.getValue()))
                                .collect(Collectors.joining(", ", "{", "}"));
            }
            if (value instanceof Double real) {
                String text = GoFloats.format(real, 'f', -1);
                return text.contains(".") ? text : text + ".0";
            }
            return value instanceof String text ? Quoted.of(text) : String.valueOf(value);
        } finally {
            budget.leave();
        }
    }
}
