package io.minik.charts.template;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** eq, ne, lt, le, gt, ge as text/template compares: only what is of one basic kind. */
final class Comparison {
    private enum Basic {
        BOOL,
        INT,
        UINT,
        FLOAT,
        STRING,
        NONE
    }

    private Comparison() {}

    private static Basic basic(@Nullable Object value) {
        if (value instanceof Boolean) {
            return Basic.BOOL;
        }
        if (value instanceof String) {
            return Basic.STRING;
        }
        if (value instanceof Double) {
            return Basic.FLOAT;
        }
        if (value instanceof Sized sized && sized.unsigned()) {
            return Basic.UINT;
        }
        return GoValues.isInteger(value) ? Basic.INT : Basic.NONE;
    }

    /** The first with any of the others. */
    static boolean eq(List<@Nullable Object> arguments, Budget budget) {
        Object first = arguments.get(0);
        if (arguments.size() == 1) {
            throw new TemplateException("missing argument for comparison");
        }
        for (Object other : arguments.subList(1, arguments.size())) {
            if (equal(first, other, budget)) {
                return true;
            }
        }
        return false;
    }

    static boolean equal(@Nullable Object one, @Nullable Object other, Budget budget) {
        Basic kind = basic(one);
        Basic otherKind = basic(other);
        if (kind != otherKind) {
            if (isInteger(kind) && isInteger(otherKind)) {
                return one != null && other != null && order(one, kind, other, otherKind) == 0;
            }
            if (one != null && other != null) {
                throw new TemplateException("incompatible types for comparison");
            }
            return false;
        }
        if (kind == Basic.NONE
                && (one instanceof List || one instanceof Map || other instanceof List || other instanceof Map)) {
            if (one == null || other == null) {
                return false;
            }
            throw new TemplateException(
                    "non-comparable type " + GoValues.text(one, budget) + ": " + GoValues.type(one));
        }
        if (one == null || other == null) {
            return one == null && other == null;
        }
        if (isInteger(kind)) {
            return order(one, kind, other, otherKind) == 0;
        }
        // By its value: zero is minus zero, and NaN nothing.
        return kind == Basic.FLOAT ? ((Double) one).doubleValue() == (Double) other : one.equals(other);
    }

    private static boolean isInteger(Basic kind) {
        return kind == Basic.INT || kind == Basic.UINT;
    }

    static boolean less(@Nullable Object one, @Nullable Object other) {
        Basic kind = basic(one);
        Basic otherKind = basic(other);
        if (one == null || other == null || kind == Basic.NONE || otherKind == Basic.NONE) {
            throw new TemplateException("invalid type for comparison");
        }
        if (kind != otherKind && !(isInteger(kind) && isInteger(otherKind))) {
            throw new TemplateException("incompatible types for comparison");
        }
        if (kind == Basic.BOOL) {
            throw new TemplateException("invalid type for comparison");
        }
        if (kind == Basic.STRING) {
            return Arrays.compareUnsigned(GoStrings.bytes((String) one), GoStrings.bytes((String) other)) < 0;
        }
        return kind == Basic.FLOAT ? (Double) one < (Double) other : order(one, kind, other, otherKind) < 0;
    }

    private static int order(Object one, Basic kind, Object other, Basic otherKind) {
        long left = GoValues.integer(one);
        long right = GoValues.integer(other);
        if (kind == otherKind) {
            return kind == Basic.UINT ? Long.compareUnsigned(left, right) : Long.compare(left, right);
        }
        boolean leftNegative = kind == Basic.INT && left < 0;
        boolean rightNegative = otherKind == Basic.INT && right < 0;
        return leftNegative ? -1 : rightNegative ? 1 : Long.compareUnsigned(left, right);
    }
}
