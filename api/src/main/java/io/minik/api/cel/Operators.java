package io.minik.api.cel;

import io.minik.api.cel.Overload.Body;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** The language's own operators. && || ?: are the evaluator's: they do not look at all of their arguments. */
final class Operators {
    private static final Body EVALUATORS = args -> CelError.NO_OVERLOAD;

    private final Functions functions;

    Operators(Functions functions) {
        this.functions = functions;
    }

    void add() {
        functions
                .global("_==_", "equals", CelType.BOOL, args -> CelValues.equal(args[0], args[1]), CelType.A, CelType.A)
                .global(
                        "_!=_",
                        "not_equals",
                        CelType.BOOL,
                        args -> !CelValues.equal(args[0], args[1]),
                        CelType.A,
                        CelType.A)
                .global("_&&_", "logical_and", CelType.BOOL, EVALUATORS, CelType.BOOL, CelType.BOOL)
                .global("_||_", "logical_or", CelType.BOOL, EVALUATORS, CelType.BOOL, CelType.BOOL)
                .global("_?_:_", "conditional", CelType.A, EVALUATORS, CelType.BOOL, CelType.A, CelType.A)
                .global("@not_strictly_false", "not_strictly_false", CelType.BOOL, EVALUATORS, CelType.BOOL)
                .global("!_", "logical_not", CelType.BOOL, args -> !(Boolean) args[0], CelType.BOOL)
                .global(
                        "-_",
                        "negate_int64",
                        CelType.INT,
                        args -> whole((a, b) -> Math.subtractExact(0, a), args[0], 0L),
                        CelType.INT)
                .global("-_", "negate_double", CelType.DOUBLE, args -> -(Double) args[0], CelType.DOUBLE)
                .global("@in", "in_list", CelType.BOOL, Operators::inList, CelType.A, CelType.list(CelType.A))
                .global(
                        "@in",
                        "in_map",
                        CelType.BOOL,
                        args -> find((Map<?, ?>) args[1], args[0]) != null,
                        CelType.A,
                        CelType.map(CelType.A, CelType.B))
                .global("_[_]", "index_list", CelType.A, Operators::item, CelType.list(CelType.A), CelType.INT)
                .global("_[_]", "index_map", CelType.B, Operators::entry, CelType.map(CelType.A, CelType.B), CelType.A);
        orders("_<_", "less", order -> order < 0);
        orders("_<=_", "less_equals", order -> order <= 0);
        orders("_>_", "greater", order -> order > 0);
        orders("_>=_", "greater_equals", order -> order >= 0);
        sums();
        products();
    }

    private void orders(String name, String id, IntPredicate wanted) {
        Body body = args -> {
            OptionalInt order = CelValues.compare(args[0], args[1]);
            return order.isPresent() && wanted.test(order.getAsInt());
        };
        Map<String, CelType> types = Map.of(
                "bool", CelType.BOOL,
                "int64", CelType.INT,
                "uint64", CelType.UINT,
                "double", CelType.DOUBLE,
                "string", CelType.STRING,
                "bytes", CelType.BYTES,
                "timestamp", CelType.TIMESTAMP,
                "duration", CelType.DURATION);
        types.forEach((word, type) -> functions.global(name, id + "_" + word, CelType.BOOL, body, type, type));
        List<CelType> numbers = List.of(CelType.INT, CelType.UINT, CelType.DOUBLE);
        for (CelType left : numbers) {
            for (CelType right : numbers) {
                if (!left.equals(right)) {
                    functions.global(
                            name, id + "_" + left.shown() + "_" + right.shown(), CelType.BOOL, body, left, right);
                }
            }
        }
    }

    private void sums() {
        CelType list = CelType.list(CelType.A);
        functions
                .global(
                        "_+_",
                        "add_int64",
                        CelType.INT,
                        args -> whole(Math::addExact, args[0], args[1]),
                        CelType.INT,
                        CelType.INT)
                .global("_+_", "add_uint64", CelType.UINT, args -> unsigned('+', args), CelType.UINT, CelType.UINT)
                .global(
                        "_+_",
                        "add_double",
                        CelType.DOUBLE,
                        args -> (Double) args[0] + (Double) args[1],
                        CelType.DOUBLE,
                        CelType.DOUBLE)
                .global(
                        "_+_",
                        "add_string",
                        CelType.STRING,
                        args -> "" + args[0] + args[1],
                        CelType.STRING,
                        CelType.STRING)
                .global("_+_", "add_bytes", CelType.BYTES, Operators::joined, CelType.BYTES, CelType.BYTES)
                .global("_+_", "add_list", list, args -> lists((List<?>) args[0], (List<?>) args[1]), list, list)
                .global(
                        "_+_",
                        "add_timestamp_duration",
                        CelType.TIMESTAMP,
                        args -> later(args[0], (Duration) args[1]),
                        CelType.TIMESTAMP,
                        CelType.DURATION)
                .global(
                        "_+_",
                        "add_duration_timestamp",
                        CelType.TIMESTAMP,
                        args -> later(args[1], (Duration) args[0]),
                        CelType.DURATION,
                        CelType.TIMESTAMP)
                .global(
                        "_+_",
                        "add_duration_duration",
                        CelType.DURATION,
                        args -> span(((Duration) args[0]).plus((Duration) args[1])),
                        CelType.DURATION,
                        CelType.DURATION);
        differences();
    }

    private void differences() {
        functions
                .global(
                        "_-_",
                        "subtract_int64",
                        CelType.INT,
                        args -> whole(Math::subtractExact, args[0], args[1]),
                        CelType.INT,
                        CelType.INT)
                .global("_-_", "subtract_uint64", CelType.UINT, args -> unsigned('-', args), CelType.UINT, CelType.UINT)
                .global(
                        "_-_",
                        "subtract_double",
                        CelType.DOUBLE,
                        args -> (Double) args[0] - (Double) args[1],
                        CelType.DOUBLE,
                        CelType.DOUBLE)
                .global(
                        "_-_",
                        "subtract_timestamp_timestamp",
                        CelType.DURATION,
                        args -> span(Duration.between((Instant) args[1], (Instant) args[0])),
                        CelType.TIMESTAMP,
                        CelType.TIMESTAMP)
                .global(
                        "_-_",
                        "subtract_timestamp_duration",
                        CelType.TIMESTAMP,
                        args -> later(args[0], ((Duration) args[1]).negated()),
                        CelType.TIMESTAMP,
                        CelType.DURATION)
                .global(
                        "_-_",
                        "subtract_duration_duration",
                        CelType.DURATION,
                        args -> span(((Duration) args[0]).minus((Duration) args[1])),
                        CelType.DURATION,
                        CelType.DURATION);
    }

    private void products() {
        functions
                .global(
                        "_*_",
                        "multiply_int64",
                        CelType.INT,
                        args -> whole(Math::multiplyExact, args[0], args[1]),
                        CelType.INT,
                        CelType.INT)
                .global("_*_", "multiply_uint64", CelType.UINT, args -> unsigned('*', args), CelType.UINT, CelType.UINT)
                .global(
                        "_*_",
                        "multiply_double",
                        CelType.DOUBLE,
                        args -> (Double) args[0] * (Double) args[1],
                        CelType.DOUBLE,
                        CelType.DOUBLE)
                .global("_/_", "divide_int64", CelType.INT, args -> divided(args, false), CelType.INT, CelType.INT)
                .global("_/_", "divide_uint64", CelType.UINT, args -> unsigned('/', args), CelType.UINT, CelType.UINT)
                .global(
                        "_/_",
                        "divide_double",
                        CelType.DOUBLE,
                        args -> (Double) args[0] / (Double) args[1],
                        CelType.DOUBLE,
                        CelType.DOUBLE)
                .global("_%_", "modulo_int64", CelType.INT, args -> divided(args, true), CelType.INT, CelType.INT)
                .global("_%_", "modulo_uint64", CelType.UINT, args -> unsigned('%', args), CelType.UINT, CelType.UINT);
    }

    private static Object whole(LongBinaryOperator operator, Object a, Object b) {
        try {
            return operator.applyAsLong((Long) a, (Long) b);
        } catch (ArithmeticException e) {
            return CelError.OVERFLOW;
        }
    }

    private static Object divided(Object[] args, boolean rest) {
        long by = (Long) args[1];
        long what = (Long) args[0];
        if (by == 0) {
            return new CelError(rest ? "modulus by zero" : "division by zero");
        }
        if (what == Long.MIN_VALUE && by == -1) {
            return CelError.OVERFLOW;
        }
        return rest ? what % by : what / by;
    }

    private static Object unsigned(char operator, Object[] args) {
        BigInteger a = new BigInteger(args[0].toString());
        BigInteger b = new BigInteger(args[1].toString());
        boolean divides = operator == '/' || operator == '%';
        if (divides && b.signum() == 0) {
            return new CelError(operator == '%' ? "modulus by zero" : "division by zero");
        }
        BigInteger result =
                switch (operator) {
                    case '+' -> a.add(b);
                    case '-' -> a.subtract(b);
                    case '*' -> a.multiply(b);
                    case '/' -> a.divide(b);
                    default -> a.remainder(b);
                };
        return result.signum() < 0 || result.bitLength() > 64 ? CelError.UINT_OVERFLOW : new Uint(result.longValue());
    }

    private static Object later(Object time, Duration by) {
        try {
            return CelTimes.inRange(((Instant) time).plus(by));
        } catch (DateTimeException | ArithmeticException e) {
            return CelError.TIMESTAMP_OVERFLOW;
        }
    }

    /** A duration is as many nanoseconds as an int has room for. */
    static Object span(Duration duration) {
        BigInteger nanos = BigInteger.valueOf(duration.getSeconds())
                .multiply(BigInteger.valueOf(1_000_000_000L))
                .add(BigInteger.valueOf(duration.getNano()));
        return nanos.bitLength() > 63 ? new CelError("duration overflow") : duration;
    }

    private static Object joined(Object[] args) {
        byte[] a = ((CelBytes) args[0]).array();
        byte[] b = ((CelBytes) args[1]).array();
        return new CelBytes(ByteBuffer.wrap(Arrays.copyOf(a, a.length + b.length))
                .position(a.length)
                .put(b)
                .array());
    }

    static List<Object> lists(List<?> a, List<?> b) {
        if (a instanceof JsonValues.Items items && items.unordered()) {
            return items.plus(b);
        }
        List<Object> all = new ArrayList<>(a.size() + b.size());
        all.addAll(a);
        all.addAll(b);
        return all;
    }

    private static Object inList(Object[] args) {
        for (Object item : (List<?>) args[1]) {
            if (CelValues.equal(args[0], item)) {
                return true;
            }
        }
        return false;
    }

    /** The place in a list that a number says: one of any type will do, if it is whole. */
    static Object place(Object number) {
        if (number instanceof Double real && real == Math.rint(real) && Math.abs(real) < 0x1p63) {
            return real.longValue();
        }
        if (number instanceof Uint unsigned && unsigned.bits() >= 0) {
            return unsigned.bits();
        }
        return number instanceof Double || number instanceof Uint
                ? new CelError("unsupported index value "
                        + (number instanceof Double real ? Conversions.real(real) : number) + " in list")
                : number;
    }

    static Object item(Object[] args) {
        List<?> list = (List<?>) args[0];
        long at = (Long) args[1];
        return at < 0 || at >= list.size() ? new CelError("index out of bounds: " + at) : list.get((int) at);
    }

    /** Null if there is none: numbers are found by any of their forms. */
    static @Nullable Object find(Map<?, ?> map, Object key) {
        Object found = map.get(key);
        if (found != null || !CelValues.isNumber(key)) {
            return found;
        }
        return map.entrySet().stream()
                .filter(entry -> CelValues.equal(Objects.requireNonNull(entry.getKey()), key))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    static Object entry(Object[] args) {
        Object found = find((Map<?, ?>) args[0], args[1]);
        return found == null ? CelError.noSuchKey(args[1]) : found;
    }
}
