package io.minik.charts.chart;

import io.minik.charts.template.GoValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of a chart under those that are given: maps are merged, all else is replaced, and what is given as null goes. The charts
 * that it depends on get theirs under their name, and {@code global} for all.
 */
public final class Coalesce {
    private static final String GLOBAL = "global";

    private Coalesce() {}

    /** A copy: neither the given values nor the chart's are changed. */
    static Map<String, @Nullable Object> values(Chart chart, Map<String, @Nullable Object> given) {
        Map<String, @Nullable Object> all = copy(given);
        coalesce(chart, all);
        return all;
    }

    private static void coalesce(Chart chart, Map<String, @Nullable Object> into) {
        tables(into, copy(chart.values()));
        for (Chart child : chart.dependencies()) {
            Object there = into.get(child.name());
            if (there != null && !(there instanceof Map)) {
                throw new ChartException(
                        "type mismatch on " + child.name() + ": it is no table but " + GoValues.type(there));
            }
            Map<String, @Nullable Object> below = there == null ? new LinkedHashMap<>() : GoValues.map(there);
            into.put(child.name(), below);
            globals(below, into);
            coalesce(child, below);
        }
    }

    private static void globals(Map<String, @Nullable Object> below, Map<String, @Nullable Object> above) {
        Map<String, @Nullable Object> to = table(below.get(GLOBAL));
        Map<String, @Nullable Object> from = table(above.get(GLOBAL));
        from.forEach((key, value) -> {
            if (value instanceof Map) {
                Map<String, @Nullable Object> copy = copy(GoValues.map(value));
                Object there = to.get(key);
                if (there instanceof Map) {
                    tables(copy, GoValues.map(there));
                    to.put(key, copy);
                } else if (there == null) {
                    to.put(key, copy);
                }
            } else if (!(to.get(key) instanceof Map)) {
                to.put(key, value);
            }
        });
        below.put(GLOBAL, to);
    }

    private static Map<String, @Nullable Object> table(@Nullable Object value) {
        return value instanceof Map ? GoValues.map(value) : new LinkedHashMap<>();
    }

    /** What is there already is kept: the source only adds; null there takes the key away. */
    static void tables(Map<String, @Nullable Object> into, Map<String, @Nullable Object> from) {
        from.forEach((key, value) -> {
            if (!into.containsKey(key)) {
                into.put(key, value);
                return;
            }
            Object there = into.get(key);
            if (there == null) {
                into.remove(key);
            } else if (there instanceof Map && value instanceof Map) {
                tables(GoValues.map(there), GoValues.map(value));
            }
        });
    }

    /** The second over the first, as one file of values follows another. */
    public static Map<String, @Nullable Object> over(
            Map<String, @Nullable Object> first, Map<String, @Nullable Object> second) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>(first);
        second.forEach((key, value) -> {
            Object there = out.get(key);
            if (there instanceof Map && value instanceof Map) {
                out.put(key, over(GoValues.map(there), GoValues.map(value)));
            } else {
                out.put(key, value);
            }
        });
        return out;
    }

    static Map<String, @Nullable Object> copy(Map<String, @Nullable Object> map) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(key, copyOf(value)));
        return copy;
    }

    private static @Nullable Object copyOf(@Nullable Object value) {
        if (value instanceof Map) {
            return copy(GoValues.map(value));
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(copyOf(item)));
            return copy;
        }
        return value;
    }

    /** A value by its path, {@code a.b.c}. */
    static @Nullable Object at(Map<String, @Nullable Object> values, String path) {
        Object value = values;
        for (String part : path.split("\\.")) {
            value = value instanceof Map ? GoValues.map(value).get(part) : null;
        }
        return value;
    }
}
