package io.minik.charts.chart;

import io.minik.charts.template.GoValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A place in values as {@code helm --set} names it: {@code a.b[0].c}, with a backslash before what is no separator. */
public final class SetPath {
    /** The largest index that Helm takes. */
    private static final int MOST_INDEX = 65_536;

    private static final int MOST_DEPTH = 30;

    private SetPath() {}

    /** @throws ChartException if the path is none */
    public static void set(Map<String, @Nullable Object> values, String path, @Nullable Object value) {
        List<Object> parts = parts(path);
        Object at = values;
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i == parts.size() - 1;
            Object next =
                    last ? value : parts.get(i + 1) instanceof Integer ? new ArrayList<>() : new LinkedHashMap<>();
            at = step(at, parts.get(i), next, last);
        }
    }

    private static @Nullable Object step(@Nullable Object at, Object part, @Nullable Object next, boolean last) {
        if (part instanceof Integer index && at instanceof List) {
            List<@Nullable Object> list = GoValues.list(at);
            while (list.size() <= index) {
                list.add(null);
            }
            boolean keep = !last && next != null && list.get(index) != null && sameShape(list.get(index), next);
            if (!keep) {
                list.set(index, next);
            }
            return list.get(index);
        }
        if (part instanceof String key && at instanceof Map) {
            Map<String, @Nullable Object> map = GoValues.map(at);
            boolean keep = !last && next != null && sameShape(map.get(key), next);
            if (!keep) {
                map.put(key, next);
            }
            return map.get(key);
        }
        throw new ChartException("set: " + part + " is no key of what is there");
    }

    private static boolean sameShape(@Nullable Object one, Object other) {
        return (one instanceof Map && other instanceof Map) || (one instanceof List && other instanceof List);
    }

    private static List<Object> parts(String path) {
        List<Object> parts = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean open = true;
        for (int i = 0; i < path.length(); i++) {
            char letter = path.charAt(i);
            if (letter == '\\' && i + 1 < path.length()) {
                word.append(path.charAt(++i));
                open = true;
            } else if (letter == '.') {
                if (open) {
                    parts.add(word.toString());
                }
                word.setLength(0);
                open = true;
            } else if (letter == '[') {
                if (open) {
                    parts.add(word.toString());
                }
                word.setLength(0);
                int end = path.indexOf(']', i);
                parts.add(index(path, end < 0 ? "" : path.substring(i + 1, end)));
                i = end;
                open = false;
            } else {
                word.append(letter);
                open = true;
            }
        }
        if (open) {
            parts.add(word.toString());
        }
        if (parts.contains("") || parts.size() > MOST_DEPTH) {
            throw new ChartException("set: key \"" + path + "\" has no value or is too deep");
        }
        return parts;
    }

    private static Integer index(String path, String digits) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > MOST_INDEX) {
            throw new ChartException("set: error parsing index in \"" + path + "\"");
        }
        return Integer.valueOf(digits);
    }
}
