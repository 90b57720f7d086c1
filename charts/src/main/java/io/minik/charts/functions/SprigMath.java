package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.INT;

import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.Sized;
import io.minik.charts.template.TemplateException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Numbers: of int64 without a suffix, of float64 with an f. */
final class SprigMath {
    private static final int MOST_COUNTED = 100_000;

    private SprigMath() {}

    static void add(SprigFunctions to, RandomGenerator random) {
        to.add("add1", in -> Sized.int64(Casts.int64(in.get(0)) + 1), ANY);
        to.rest("add", in -> whole(in, 0, Long::sum));
        to.add("sub", in -> Sized.int64(Casts.int64(in.get(0)) - Casts.int64(in.get(1))), ANY, ANY);
        to.add("div", in -> Sized.int64(Casts.int64(in.get(0)) / divisor(in)), ANY, ANY);
        to.add("mod", in -> Sized.int64(Casts.int64(in.get(0)) % divisor(in)), ANY, ANY);
        to.rest("mul", in -> whole(in, 1, (one, other) -> one * other), ANY);
        to.rest("max", in -> whole(in, Casts.int64(in.get(0)), Math::max), ANY);
        to.alias("biggest", "max");
        to.rest("min", in -> whole(in, Casts.int64(in.get(0)), Math::min), ANY);
        to.rest("maxf", in -> real(in, Math::max), ANY);
        to.rest("minf", in -> real(in, Math::min), ANY);
        to.add("add1f", in -> decimal(Casts.real(in.get(0))).add(BigDecimal.ONE).doubleValue(), ANY);
        to.rest("addf", in -> decimals(in, BigDecimal.ZERO, 0, BigDecimal::add));
        to.rest("subf", in -> decimals(in, decimal(Casts.real(in.get(0))), 1, BigDecimal::subtract), ANY);
        to.rest("mulf", in -> decimals(in, decimal(Casts.real(in.get(0))), 1, BigDecimal::multiply), ANY);
        to.rest("divf", in -> decimals(in, decimal(Casts.real(in.get(0))), 1, SprigMath::divide), ANY);
        to.add("floor", in -> Math.floor(Casts.real(in.get(0))), ANY);
        to.add("ceil", in -> Math.ceil(Casts.real(in.get(0))), ANY);
        to.rest("round", SprigMath::round, ANY, INT);
        to.add("randInt", in -> randInt(in, random), INT, INT);
        to.add("until", in -> until(0, in.integer(0), in.integer(0) < 0 ? -1 : 1, in), INT);
        to.add("untilStep", in -> until(in.integer(0), in.integer(1), in.integer(2), in), INT, INT, INT);
        to.restOf(INT, "seq", SprigMath::seq);
    }

    private static Object whole(Arguments in, long start, LongBinaryOperator operator) {
        long all = start;
        for (Object value : in.values()) {
            all = operator.applyAsLong(all, Casts.int64(value));
        }
        return Sized.int64(all);
    }

    private static long divisor(Arguments in) {
        long divisor = Casts.int64(in.get(1));
        if (divisor == 0) {
            throw new TemplateException("runtime error: integer divide by zero");
        }
        return divisor;
    }

    private interface Reals {
        double apply(double one, double other);
    }

    private static Object real(Arguments in, Reals operator) {
        double all = Casts.real(in.get(0));
        for (Object value : in.from(1)) {
            all = operator.apply(all, Casts.real(value));
        }
        return all;
    }

    private static BigDecimal decimal(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new TemplateException("Cannot create a Decimal from " + value);
        }
        return BigDecimal.valueOf(value);
    }

    private static Object decimals(Arguments in, BigDecimal start, int from, BinaryOperator<BigDecimal> operator) {
        BigDecimal all = start;
        for (Object value : in.from(from)) {
            all = operator.apply(all, decimal(Casts.real(value))).round(MathContext.DECIMAL128);
        }
        return all.doubleValue();
    }

    private static BigDecimal divide(BigDecimal one, BigDecimal other) {
        if (other.signum() == 0) {
            throw new TemplateException("decimal division by 0");
        }
        // As shopspring/decimal: 16 digits behind the point.
        return one.divide(other, 16, RoundingMode.HALF_UP);
    }

    private static Object round(Arguments in) {
        double on = in.size() > 2 ? Casts.real(in.get(2)) : .5;
        double power = Math.pow(10, in.integer(1));
        double digit = power * Casts.real(in.get(0));
        double rest = digit - (digit < 0 ? Math.ceil(digit) : Math.floor(digit));
        return (rest >= on ? Math.ceil(digit) : Math.floor(digit)) / power;
    }

    private static Object randInt(Arguments in, RandomGenerator random) {
        int from = in.integer(0);
        int to = in.integer(1);
        if (to <= from) {
            throw new TemplateException("invalid argument to Intn");
        }
        return random.nextLong(from, to);
    }

    private static List<@Nullable Object> until(long start, long stop, long step, Arguments in) {
        List<@Nullable Object> all = new ArrayList<>();
        if (stop < start ? step >= 0 : step <= 0) {
            return all;
        }
        if (Math.abs(stop - start) / Math.abs(step) > MOST_COUNTED) {
            throw new TemplateException("counts further than " + MOST_COUNTED);
        }
        in.budget().items(Math.abs(stop - start) / Math.abs(step));
        for (long i = start; stop < start ? i > stop : i < stop; i += step) {
            all.add(i);
        }
        return all;
    }

    private static String seq(Arguments in) {
        if (in.size() == 0 || in.size() > 3) {
            return "";
        }
        long start = in.size() == 1 ? 1 : in.integer(0);
        long end = in.integer(in.size() - 1);
        long direction = end < start ? -1 : 1;
        long step = in.size() == 3 ? in.integer(1) : direction;
        if (in.size() == 3 && direction < 0 && step > 0) {
            return "";
        }
        return until(start, end + direction, step, in).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }
}
