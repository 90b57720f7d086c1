package io.minik.api.cel;

import io.minik.api.meta.Quantity;
import io.minik.ground.net.Address;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is a value: Long, {@link Uint}, Double, Boolean, String, {@link CelBytes}, Duration, Instant, List, Map, Optional, {@link
 * CelType}, {@link #NULL}, the types of Kubernetes' libraries, and {@link CelError}.
 */
final class CelValues {
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private CelValues() {}

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Uint;
    }

    @SuppressWarnings("ReferenceEquality") // There is one null.
    static boolean equal(Object a, Object b) {
        if (a == b) {
            return true;
        }
        if (isNumber(a) && isNumber(b)) {
            OptionalInt order = compareNumbers(a, b);
            return order.isPresent() && order.getAsInt() == 0;
        }
        if (a instanceof List<?> list && b instanceof List<?> other) {
            return equalLists(list, other);
        }
        if (a instanceof Map<?, ?> map && b instanceof Map<?, ?> other) {
            return equalMaps(map, other);
        }
        if (a instanceof Optional<?> some && b instanceof Optional<?> other) {
            return some.isPresent() == other.isPresent() && (some.isEmpty() || equal(some.get(), other.get()));
        }
        if (a instanceof Quantity quantity && b instanceof Quantity other) {
            return quantity.compareTo(other) == 0;
        }
        return a.equals(b);
    }

    private static boolean equalLists(List<?> a, List<?> b) {
        if (a instanceof JsonValues.Items items && items.unordered()) {
            return items.same(b);
        }
        if (b instanceof JsonValues.Items items && items.unordered()) {
            return items.same(a);
        }
        if (a.size() != b.size()) {
            return false;
        }
        for (int at = 0; at < a.size(); at++) {
            if (!equal(a.get(at), b.get(at))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : a.entrySet()) {
            Object other = b.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** A key of a hash map for a value: equal values have equal keys. */
    static Object hashed(Object value) {
        if (isNumber(value)) {
            return decimal(value).<Object>map(BigDecimal::stripTrailingZeros).orElse(value);
        }
        if (value instanceof List<?> list) {
            List<Object> keys = new ArrayList<>();
            list.forEach(item -> keys.add(hashed(item)));
            return keys;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> keys = new HashMap<>();
            map.forEach((key, item) -> keys.put(hashed(key), hashed(item)));
            return keys;
        }
        return value;
    }

    /** Empty of what is no number, as NaN. */
    private static Optional<BigDecimal> decimal(Object number) {
        if (number instanceof Double real) {
            return real.isNaN() || real.isInfinite() ? Optional.empty() : Optional.of(new BigDecimal(real));
        }
        return Optional.of(
                number instanceof Uint ? new BigDecimal(number.toString()) : BigDecimal.valueOf((Long) number));
    }

    private static OptionalInt compareNumbers(Object a, Object b) {
        if (a instanceof Long left && b instanceof Long right) {
            return OptionalInt.of(Long.compare(left, right));
        }
        Optional<BigDecimal> left = decimal(a);
        Optional<BigDecimal> right = decimal(b);
        if (left.isPresent() && right.isPresent()) {
            return OptionalInt.of(left.get().compareTo(right.get()));
        }
        double first =
                a instanceof Double real ? real : left.orElse(BigDecimal.ZERO).doubleValue();
        double second =
                b instanceof Double real ? real : right.orElse(BigDecimal.ZERO).doubleValue();
        return Double.isNaN(first) || Double.isNaN(second)
                ? OptionalInt.empty()
                : OptionalInt.of(Double.compare(first, second));
    }

    /** Empty if they have no order. */
    static OptionalInt compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return compareNumbers(a, b);
        }
        if (a instanceof String left && b instanceof String right) {
            return OptionalInt.of(left.compareTo(right));
        }
        if (a instanceof Boolean left && b instanceof Boolean right) {
            return OptionalInt.of(Boolean.compare(left, right));
        }
        if (a instanceof Duration left && b instanceof Duration right) {
            return OptionalInt.of(left.compareTo(right));
        }
        if (a instanceof Instant left && b instanceof Instant right) {
            return OptionalInt.of(left.compareTo(right));
        }
        if (a instanceof CelBytes left && b instanceof CelBytes right) {
            return OptionalInt.of(Arrays.compareUnsigned(left.array(), right.array()));
        }
        return OptionalInt.empty();
    }

    /** As costs count it: letters, bytes, items, entries; 1 of all else. */
    static long size(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof CelBytes bytes) {
            return bytes.array().length;
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof Regex regex) {
            return regex.text().codePointCount(0, regex.text().length());
        }
        if (value instanceof Address address) {
            return address.bits() / 8;
        }
        if (value instanceof Prefix prefix) {
            return prefix.address().bits() / 8;
        }
        return 1;
    }

    @SuppressWarnings("ReferenceEquality") // There is one null.
    static CelType type(Object value) {
        if (value == NULL) {
            return CelType.NULL;
        }
        if (value instanceof Constructed made) {
            return CelType.object(made.type(), Map.of());
        }
        for (CelType each : List.of(
                CelType.INT,
                CelType.STRING,
                CelType.BOOL,
                CelType.DOUBLE,
                CelType.LIST,
                CelType.MAP,
                CelType.UINT,
                CelType.BYTES,
                CelType.DURATION,
                CelType.TIMESTAMP,
                CelType.TYPE,
                CelType.QUANTITY,
                CelType.URL,
                CelType.IP,
                CelType.CIDR,
                CelType.SEMVER,
                CelType.FORMAT,
                CelType.AUTHORIZER,
                CelType.PATH_CHECK,
                CelType.GROUP_CHECK,
                CelType.RESOURCE_CHECK,
                CelType.DECISION)) {
            if (fits(each, value)) {
                return each;
            }
        }
        return CelType.optional(CelType.DYN);
    }

    /** Whether a value may be passed for a parameter of a type. */
    @SuppressWarnings("ReferenceEquality") // There is one null.
    static boolean fits(CelType type, Object value) {
        return switch (type.kind()) {
            case DYN, PARAM, OBJECT, ERROR -> true;
            case NULL -> value == NULL;
            case BOOL -> value instanceof Boolean;
            case INT -> value instanceof Long;
            case UINT -> value instanceof Uint;
            case DOUBLE -> value instanceof Double;
            case STRING -> value instanceof String || value instanceof Regex;
            case BYTES -> value instanceof CelBytes;
            case DURATION -> value instanceof Duration;
            case TIMESTAMP -> value instanceof Instant;
            case LIST -> value instanceof List && items(type, (List<?>) value);
            case MAP -> value instanceof Map;
            case TYPE -> value instanceof CelType;
            case OPAQUE -> opaque(type.name(), value);
        };
    }

    /** A list of one type is known by its first item. */
    private static boolean items(CelType type, List<?> list) {
        return list.isEmpty() || fits(type.params().get(0), list.get(0));
    }

    private static boolean opaque(String name, Object value) {
        return switch (name) {
            case "optional_type" -> value instanceof Optional;
            case "kubernetes.Quantity" -> value instanceof Quantity;
            case "kubernetes.URL" -> value instanceof URI;
            case "net.IP" -> value instanceof Address;
            case "net.CIDR" -> value instanceof Prefix;
            case "kubernetes.Semver" -> value instanceof Semver;
            case "kubernetes.NamedFormat" -> value instanceof NamedFormat;
            case "kubernetes.authorization.Authorizer" -> value instanceof Authority;
            case "kubernetes.authorization.PathCheck" -> value instanceof Authority.OfPath;
            case "kubernetes.authorization.GroupCheck" -> value instanceof Authority.OfGroup;
            case "kubernetes.authorization.ResourceCheck" -> value instanceof Authority.OfResource;
            case "kubernetes.authorization.Decision" -> value instanceof Authority.Decision;
            default -> false;
        };
    }
}
