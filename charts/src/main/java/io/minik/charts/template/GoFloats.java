package io.minik.charts.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floating point numbers as Go's strconv.FormatFloat writes them. */
public final class GoFloats {
    private static final int SHORTEST = -1;
    private static final int MOST_DIGITS = 17;
    private static final int SHORTEST_MEANS = 6;

    private GoFloats() {}

    /** As {@code %v}. */
    public static String text(double value) {
        return format(value, 'g', SHORTEST);
    }

    /** @param form e, E, f, g or G; @param precision -1: as many digits as tell the number from its neighbours */
    public static String format(double value, char form, int precision) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        String sign = 1 / value < 0 || value < 0 ? "-" : "";
        BigDecimal digits = precision < 0 ? shortest(Math.abs(value)) : new BigDecimal(Math.abs(value));
        return sign
                + switch (form) {
                    case 'f', 'F' -> fixed(digits, precision);
                    case 'e', 'E' -> exponent(digits, precision, form);
                    default -> general(digits, precision, form);
                };
    }

    private static BigDecimal shortest(double value) {
        if (value == Math.rint(value) && value < 1e15) {
            return new BigDecimal((long) value).stripTrailingZeros();
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
    }

    private static String fixed(BigDecimal digits, int precision) {
        if (precision >= 0) {
            return digits.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        }
        return digits.scale() < 0 ? digits.setScale(0).toPlainString() : digits.toPlainString();
    }

    private static String exponent(BigDecimal digits, int precision, char form) {
        if (digits.signum() == 0) {
            String zeros = precision > 0 ? "." + "0".repeat(precision) : "";
            return "0" + zeros + form + "+00";
        }
        BigDecimal rounded =
                precision < 0 ? digits : digits.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String all = rounded.unscaledValue().toString();
        int want = precision < 0 ? all.length() : precision + 1;
        String padded = all.length() >= want ? all.substring(0, want) : all + "0".repeat(want - all.length());
        String mantissa = padded.length() == 1 ? padded : padded.charAt(0) + "." + padded.substring(1);
        String size = Integer.toString(Math.abs(exponent));
        return mantissa + form + (exponent < 0 ? "-" : "+") + (size.length() < 2 ? "0" + size : size);
    }

    private static String general(BigDecimal digits, int precision, char form) {
        int most = precision < 0 ? SHORTEST_MEANS : Math.max(1, precision);
        BigDecimal rounded = precision < 0
                ? digits
                : digits.round(new MathContext(most, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        if (rounded.signum() == 0) {
            return "0";
        }
        int exponent = rounded.precision() - rounded.scale() - 1;
        int limit = precision < 0 ? SHORTEST_MEANS : most;
        if (exponent < -4 || exponent >= limit) {
            return exponent(rounded.stripTrailingZeros(), SHORTEST, form == 'G' ? 'E' : 'e');
        }
        return fixed(rounded, SHORTEST);
    }
}
