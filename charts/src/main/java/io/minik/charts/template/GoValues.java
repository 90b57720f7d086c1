package io.minik.charts.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Go's reflection says of values. */
public final class GoValues {
    /** An interface that holds nothing, where it differs from no value at all: as an element, or in a chain of fields. */
    enum Box {
        NIL;

        @Override
        public String toString() {
            return "<nil>";
        }
    }

    static final Box NIL = Box.NIL;

    private GoValues() {}

    static @Nullable Object plain(@Nullable Object value) {
        return value instanceof Box ? null : value;
    }

    /** As {@code %T} has it. */
    public static String type(@Nullable Object value) {
        if (value == null || value instanceof Box) {
            return "<nil>";
        }
        if (value instanceof String) {
            return "string";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof Double) {
            return "float64";
        }
        if (value instanceof Sized sized) {
            return sized.type();
        }
        if (value instanceof List) {
            return "[]interface {}";
        }
        if (value instanceof Map) {
            return "map[string]interface {}";
        }
        return value instanceof Struct struct
                ? struct.typeName()
                : value.getClass().getSimpleName();
    }

    /** As reflect.Kind is called. */
    public static String kind(@Nullable Object value) {
        if (value == null || value instanceof Box) {
            return "invalid";
        }
        if (value instanceof List) {
            return "slice";
        }
        if (value instanceof Map) {
            return "map";
        }
        if (value instanceof Struct struct) {
            return struct.typeName().startsWith("*") ? "ptr" : "struct";
        }
        return type(value);
    }

    public static boolean isInteger(@Nullable Object value) {
        return value instanceof Long || value instanceof Sized;
    }

    static long integer(Object value) {
        return value instanceof Sized sized ? sized.value() : (Long) value;
    }

    public static boolean truth(@Nullable Object value) {
        if (value == null || value instanceof Box) {
            return false;
        }
        if (value instanceof Boolean bool) {
            return bool;
        }
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (isInteger(value)) {
            return integer(value) != 0;
        }
        if (value instanceof Double real) {
            return real != 0;
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        if (value instanceof Struct struct) {
            Map<String, @Nullable Object> entries = struct.entries();
            return entries == null || !entries.isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    /** As fmt's {@code %v}. */
    public static String text(@Nullable Object value, Budget budget) {
        if (value instanceof String text) {
            return text;
        }
        return new GoFormat(budget).plain(value);
    }

    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> map(Object value) {
        return (Map<String, @Nullable Object>) value;
    }

    @SuppressWarnings("unchecked")
    public static List<@Nullable Object> list(Object value) {
        return (List<@Nullable Object>) value;
    }

    /** Deeply, as reflect.DeepEqual: an int is never a float64. */
    public static boolean deepEqual(@Nullable Object left, @Nullable Object right, Budget budget) {
        Object one = plain(left);
        Object other = plain(right);
        budget.enter();
        try {
            if (one instanceof List<?> first && other instanceof List<?> second) {
                if (first.size() != second.size()) {
                    return false;
                }
                for (int i = 0; i < first.size(); i++) {
                    if (!deepEqual(first.get(i), second.get(i), budget)) {
                        return false;
                    }
                }
                return true;
            }
            if (one instanceof Map<?, ?> first && other instanceof Map<?, ?> second) {
                if (!first.keySet().equals(second.keySet())) {
                    return false;
                }
                for (Map.Entry<?, ?> entry : first.entrySet()) {
                    if (!deepEqual(entry.getValue(), second.get(entry.getKey()), budget)) {
                        return false;
                    }
                }
                return true;
            }
            return one == null ? other == null : one.equals(other);
        } finally {
            budget.leave();
        }
    }
}
