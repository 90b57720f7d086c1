package io.minik.api.meta;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A resource amount (apimachinery's resource.Quantity): exact, with the family of suffixes that it was written in. What
 * is finer than a nano is rounded up, what is larger than 2^63-1 is that. Equal means equal amounts.
 */
public final class Quantity implements Comparable<Quantity> {
    /** The family of suffixes. */
    public enum Format {
        DECIMAL_SI,
        BINARY_SI,
        DECIMAL_EXPONENT
    }

    public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Format.DECIMAL_SI);

    private static final String SHAPE = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
    private static final Pattern PATTERN = Pattern.compile(SHAPE);
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)");
    private static final Pattern EXPONENT = Pattern.compile("[eE][-+]?[0-9]+");
    /** No amount that fits needs more; stops texts that are work to parse. */
    private static final int LONGEST = 128;
    /** Beyond this the amount is the largest one, or the smallest. */
    private static final int LARGEST_EXPONENT = 64;

    private static final int NANO_SCALE = 9;
    private static final int MILLI_SCALE = 3;
    private static final BigDecimal NANO = BigDecimal.ONE.movePointLeft(NANO_SCALE);
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
    private static final Map<String, Integer> DECIMAL =
            Map.of("n", -9, "u", -6, "m", -3, "", 0, "k", 3, "M", 6, "G", 9, "T", 12, "P", 15, "E", 18);
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");

    private final BigDecimal amount;
    private final Format format;

    private Quantity(BigDecimal amount, Format format) {
        this.amount = amount;
        this.format = format;
    }

    /** @throws IllegalArgumentException with Kubernetes' words if it is not a quantity */
    public static Quantity parse(String text) {
        Matcher matcher = PATTERN.matcher(text);
        if (text.length() > LONGEST || !matcher.matches()) {
            throw new IllegalArgumentException("quantities must match the regular expression '" + SHAPE + "'");
        }
        if (!NUMBER.matcher(matcher.group(1)).matches()) {
            throw new IllegalArgumentException("unable to parse numeric part of quantity");
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        String suffix = matcher.group(2);
        Integer power = DECIMAL.get(suffix);
        if (power != null) {
            return bounded(number.scaleByPowerOfTen(power), Format.DECIMAL_SI);
        }
        int binary = BINARY.indexOf(suffix);
        if (binary > 0) {
            return bounded(number.multiply(KIBI.pow(binary)), Format.BINARY_SI);
        }
        if (EXPONENT.matcher(suffix).matches()) {
            return bounded(number.scaleByPowerOfTen(exponent(suffix.substring(1))), Format.DECIMAL_EXPONENT);
        }
        throw new IllegalArgumentException("unable to parse quantity's suffix");
    }

    /** Empty if it is not a quantity. */
    public static Optional<Quantity> find(String text) {
        try {
            return Optional.of(parse(text));
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    /** As parse, for amounts that validation has let in; what is none all the same counts as nothing. */
    public static Quantity orZero(String text) {
        return find(text).orElse(ZERO);
    }

    public static Quantity of(long units) {
        return new Quantity(BigDecimal.valueOf(units), Format.DECIMAL_SI);
    }

    public static Quantity ofBytes(long bytes) {
        return new Quantity(BigDecimal.valueOf(bytes), Format.BINARY_SI);
    }

    private static int exponent(String digits) {
        BigInteger value = new BigInteger(digits.startsWith("+") ? digits.substring(1) : digits);
        BigInteger limit = BigInteger.valueOf(LARGEST_EXPONENT);
        return value.min(limit).max(limit.negate()).intValue();
    }

    private static Quantity bounded(BigDecimal exact, Format format) {
        BigDecimal size = exact.abs();
        if (size.compareTo(LARGEST) > 0) {
            size = LARGEST;
        } else if (size.signum() != 0 && size.compareTo(NANO) < 0) {
            size = NANO;
        } else if (size.scale() > NANO_SCALE) {
            size = size.setScale(NANO_SCALE, RoundingMode.UP);
        }
        return new Quantity(exact.signum() < 0 ? size.negate() : size, format);
    }

    public BigDecimal amount() {
        return amount;
    }

    public Format format() {
        return format;
    }

    /** Whole units, rounded up; the largest long if it is more. */
    public long value() {
        return scaled(0);
    }

    /** Thousandths, rounded up; the largest long if it is more. */
    public long milliValue() {
        return scaled(3);
    }

    private long scaled(int digits) {
        BigDecimal scaled = amount.movePointRight(digits).setScale(0, RoundingMode.UP);
        if (scaled.compareTo(LARGEST) > 0) {
            return Long.MAX_VALUE;
        }
        return scaled.compareTo(LARGEST.negate()) < 0 ? -Long.MAX_VALUE : scaled.longValueExact();
    }

    /** Rounded up to thousandths, which is as fine as a ResourceList is. */
    public Quantity roundedToMilli() {
        return amount.scale() <= MILLI_SCALE
                ? this
                : new Quantity(amount.setScale(MILLI_SCALE, RoundingMode.CEILING), format);
    }

    public int signum() {
        return amount.signum();
    }

    /** Keeps this one's suffixes, unless this is zero. */
    public Quantity add(Quantity other) {
        return new Quantity(amount.add(other.amount), signum() == 0 ? other.format : format);
    }

    public Quantity subtract(Quantity other) {
        return new Quantity(amount.subtract(other.amount), signum() == 0 ? other.format : format);
    }

    public Quantity max(Quantity other) {
        return compareTo(other) >= 0 ? this : other;
    }

    @Override
    public int compareTo(Quantity other) {
        return amount.compareTo(other.amount);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Quantity quantity && compareTo(quantity) == 0;
    }

    @Override
    public int hashCode() {
        return amount.stripTrailingZeros().hashCode();
    }

    /** The canonical form: no fraction, the largest suffix that allows it; binary ones only from 1024 on. */
    @Override
    public String toString() {
        if (signum() == 0) {
            return "0";
        }
        boolean binary = format == Format.BINARY_SI
                && amount.abs().compareTo(KIBI) >= 0
                && amount.stripTrailingZeros().scale() <= 0;
        return binary ? binaryText() : decimalText();
    }

    private String binaryText() {
        BigInteger mantissa = amount.toBigIntegerExact();
        int power = 0;
        while (power < BINARY.size() - 1 && mantissa.mod(KIBI.toBigInteger()).signum() == 0) {
            mantissa = mantissa.divide(KIBI.toBigInteger());
            power++;
        }
        return mantissa + BINARY.get(power);
    }

    private String decimalText() {
        BigDecimal bare = amount.stripTrailingZeros();
        int exponent = Math.min(Math.floorDiv(-bare.scale(), 3) * 3, 18);
        String mantissa = bare.movePointLeft(exponent).toBigIntegerExact().toString();
        if (format == Format.DECIMAL_EXPONENT) {
            return exponent == 0 ? mantissa : mantissa + "e" + exponent;
        }
        String suffix = DECIMAL.entrySet().stream()
                .filter(entry -> entry.getValue() == exponent)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        return mantissa + suffix;
    }
}
