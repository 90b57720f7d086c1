package io.minik.api.cel;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** Lists: Kubernetes' own functions, and those of the sets extension. */
final class ListFunctions {
    private static final CelType LIST = CelType.list(CelType.A);

    private final Functions functions;

    ListFunctions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        for (CelType type : List.of(
                CelType.INT,
                CelType.UINT,
                CelType.DOUBLE,
                CelType.BOOL,
                CelType.DURATION,
                CelType.TIMESTAMP,
                CelType.STRING,
                CelType.BYTES)) {
            String id = "list_" + type.shown();
            CelType list = CelType.list(type);
            functions
                    .member("isSorted", id + "_is_sorted_bool", CelType.BOOL, args -> sorted((List<?>) args[0]), list)
                    .member("min", id + "_min", type, args -> most((List<?>) args[0], -1, "min"), list)
                    .member("max", id + "_max", type, args -> most((List<?>) args[0], 1, "max"), list);
        }
        // In this order: an empty list of no known type is summed as one of ints.
        sum(CelType.INT, 0L);
        sum(CelType.UINT, new Uint(0));
        sum(CelType.DOUBLE, 0.0);
        sum(CelType.DURATION, Duration.ZERO);
        functions
                .member(
                        "indexOf",
                        "list_a_index_of_int",
                        CelType.INT,
                        args -> index((List<?>) args[0], args[1]),
                        LIST,
                        CelType.A)
                .member(
                        "lastIndexOf",
                        "list_a_last_index_of_int",
                        CelType.INT,
                        args -> lastIndex((List<?>) args[0], args[1]),
                        LIST,
                        CelType.A)
                .global(
                        "sets.contains",
                        "list_sets_contains_list",
                        CelType.BOOL,
                        args -> contains(args[0], args[1]),
                        LIST,
                        LIST)
                .global(
                        "sets.equivalent",
                        "list_sets_equivalent_list",
                        CelType.BOOL,
                        args -> contains(args[0], args[1]) && contains(args[1], args[0]),
                        LIST,
                        LIST)
                .global(
                        "sets.intersects",
                        "list_sets_intersects_list",
                        CelType.BOOL,
                        ListFunctions::intersects,
                        LIST,
                        LIST);
    }

    private void sum(CelType type, Object zero) {
        functions.member(
                "sum", "list_" + type.shown() + "_sum", type, args -> sum((List<?>) args[0], zero), CelType.list(type));
    }

    private static Object sorted(List<?> list) {
        for (int at = 1; at < list.size(); at++) {
            OptionalInt order = CelValues.compare(list.get(at - 1), list.get(at));
            if (order.isEmpty()) {
                return CelError.NO_OVERLOAD;
            }
            if (order.getAsInt() > 0) {
                return false;
            }
        }
        return true;
    }

    private static Object most(List<?> list, int wanted, String name) {
        if (list.isEmpty()) {
            return new CelError(name + " called on empty list");
        }
        Object best = list.get(0);
        for (Object item : list) {
            OptionalInt order = CelValues.compare(item, best);
            if (order.isEmpty()) {
                return CelError.NO_OVERLOAD;
            }
            best = Integer.signum(order.getAsInt()) == wanted ? item : best;
        }
        return best;
    }

    private static Object sum(List<?> list, Object zero) {
        Object sum = zero;
        for (Object item : list) {
            try {
                if (sum instanceof Long number && item instanceof Long more) {
                    sum = Math.addExact(number, more);
                } else if (sum instanceof Double number && item instanceof Double more) {
                    sum = number + more;
                } else if (sum instanceof Duration duration && item instanceof Duration more) {
                    sum = Operators.span(duration.plus(more));
                    if (sum instanceof CelError) {
                        return sum;
                    }
                } else if (sum instanceof Uint && item instanceof Uint) {
                    BigInteger all = new BigInteger(sum.toString()).add(new BigInteger(item.toString()));
                    if (all.bitLength() > 64) {
                        return CelError.UINT_OVERFLOW;
                    }
                    sum = new Uint(all.longValue());
                } else {
                    return CelError.NO_OVERLOAD;
                }
            } catch (ArithmeticException e) {
                return CelError.OVERFLOW;
            }
        }
        return sum;
    }

    private static Object index(List<?> list, Object wanted) {
        for (int at = 0; at < list.size(); at++) {
            if (CelValues.equal(list.get(at), wanted)) {
                return (long) at;
            }
        }
        return -1L;
    }

    private static Object lastIndex(List<?> list, Object wanted) {
        for (int at = list.size() - 1; at >= 0; at--) {
            if (CelValues.equal(list.get(at), wanted)) {
                return (long) at;
            }
        }
        return -1L;
    }

    private static boolean contains(Object all, Object some) {
        return ((List<?>) some)
                .stream().allMatch(item -> !index((List<?>) all, item).equals(-1L));
    }

    private static Object intersects(Object[] args) {
        return ((List<?>) args[0])
                .stream().anyMatch(item -> !index((List<?>) args[1], item).equals(-1L));
    }
}
