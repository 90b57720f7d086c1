package io.minik.charts.functions;

import io.minik.charts.template.Budget;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.Sized;
import io.minik.charts.template.TemplateException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as sprig takes them for others: what can't be taken so is zero. */
final class Casts {
    private Casts() {}

    static String string(@Nullable Object value, Budget budget) {
        return GoValues.text(value, budget);
    }

    static long int64(@Nullable Object value) {
        if (value instanceof Long whole) {
            return whole;
        }
        if (value instanceof Sized sized) {
            return sized.value();
        }
        if (value instanceof Double real) {
            return real.longValue();
        }
        if (value instanceof Boolean bool) {
            return bool ? 1 : 0;
        }
        return value instanceof String text ? parse(text) : 0;
    }

    private static long parse(String text) {
        // As spf13/cast: "1.0" is one, and 010 is eight.
        String digits = text.matches("[^.]*\\.0*") ? text.substring(0, text.indexOf('.')) : text;
        if (digits.length() > 66) {
            return 0;
        }
        boolean negative = digits.startsWith("-");
        String bare = negative || digits.startsWith("+") ? digits.substring(1) : digits;
        int radix = 10;
        String lower = bare.toLowerCase(Locale.ROOT);
        if (lower.startsWith("0x") || lower.startsWith("0b") || lower.startsWith("0o")) {
            radix = lower.charAt(1) == 'x' ? 16 : lower.charAt(1) == 'b' ? 2 : 8;
            bare = bare.substring(2);
        } else if (bare.length() > 1 && bare.startsWith("0")) {
            radix = 8;
        }
        if (bare.isEmpty() || bare.startsWith("-") || bare.startsWith("+")) {
            return 0;
        }
        try {
            BigInteger value = new BigInteger(bare, radix);
            return value.bitLength() < Long.SIZE ? (negative ? -value.longValue() : value.longValue()) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    static double real(@Nullable Object value) {
        if (value instanceof Double real) {
            return real;
        }
        if (value instanceof String text) {
            try {
                return text.length() > 400 ? 0 : Double.parseDouble(text.strip());
            } catch (NumberFormatException e) {
                return 0;
            }
        }
        return int64(value);
    }

    static boolean isEmpty(@Nullable Object value) {
        return !GoValues.truth(value);
    }

    /** As strslice: a list of what is not nil, and anything else as the only one. */
    static List<String> strings(@Nullable Object value, Budget budget) {
        List<String> texts = new ArrayList<>();
        if (value instanceof List<?> list) {
            budget.items(list.size());
            for (Object item : list) {
                if (item != null) {
                    texts.add(string(item, budget));
                }
            }
        } else if (value != null) {
            texts.add(string(value, budget));
        }
        return texts;
    }

    static List<@Nullable Object> list(String function, @Nullable Object value) {
        if (value instanceof List) {
            return GoValues.list(value);
        }
        throw new TemplateException("Cannot find " + function + " on type " + GoValues.kind(value));
    }

    static Map<String, @Nullable Object> map(@Nullable Object value) {
        return value == null ? Map.of() : GoValues.map(value);
    }
}
