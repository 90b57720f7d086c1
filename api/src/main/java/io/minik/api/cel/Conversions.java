package io.minik.api.cel;

import io.minik.api.cel.Overload.Body;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From one type to another, sizes, and what times are made of. */
final class Conversions {
    /** What Go takes for a number: Java would let blanks stand around it and an f or a d after it. */
    private static final Pattern REAL = Pattern.compile("[+-]?(?:(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?"
            + "|0[xX](?:[0-9a-fA-F]++\\.?[0-9a-fA-F]*+|\\.[0-9a-fA-F]++)[pP][+-]?[0-9]++)");

    private static final Pattern NAN = Pattern.compile("nan", Pattern.CASE_INSENSITIVE);
    private static final Pattern INFINITE = Pattern.compile("([+-]?)inf(?:inity)?", Pattern.CASE_INSENSITIVE);
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

    private final Functions functions;

    Conversions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        sizes();
        numbers();
        Body same = args -> args[0];
        functions
                .global("string", "string_to_string", CelType.STRING, same, CelType.STRING)
                .global("string", "bytes_to_string", CelType.STRING, Conversions::text, CelType.BYTES)
                .global("bytes", "bytes_to_bytes", CelType.BYTES, same, CelType.BYTES)
                .global(
                        "bytes",
                        "string_to_bytes",
                        CelType.BYTES,
                        args -> new CelBytes(args[0].toString().getBytes(StandardCharsets.UTF_8)),
                        CelType.STRING)
                .global("bool", "bool_to_bool", CelType.BOOL, same, CelType.BOOL)
                .global("bool", "string_to_bool", CelType.BOOL, Conversions::bool, CelType.STRING)
                .global("timestamp", "timestamp_to_timestamp", CelType.TIMESTAMP, same, CelType.TIMESTAMP)
                .global(
                        "timestamp",
                        "string_to_timestamp",
                        CelType.TIMESTAMP,
                        args -> CelTimes.timestamp(args[0].toString()),
                        CelType.STRING)
                .global("timestamp", "int64_to_timestamp", CelType.TIMESTAMP, Conversions::time, CelType.INT)
                .global("duration", "duration_to_duration", CelType.DURATION, same, CelType.DURATION)
                .global(
                        "duration",
                        "string_to_duration",
                        CelType.DURATION,
                        args -> CelTimes.duration(args[0].toString()),
                        CelType.STRING)
                .global("dyn", "to_dyn", CelType.DYN, same, CelType.A)
                .global("type", "type", CelType.TYPE, args -> CelValues.type(args[0]), CelType.A)
                .global(
                        "string",
                        "duration_to_string",
                        CelType.STRING,
                        args -> seconds((Duration) args[0]),
                        CelType.DURATION);
        times();
    }

    private void times() {
        for (CelType type : List.of(CelType.INT, CelType.UINT, CelType.BOOL)) {
            functions.global("string", type.shown() + "_to_string", CelType.STRING, args -> args[0].toString(), type);
        }
        functions.global(
                "string",
                "timestamp_to_string",
                CelType.STRING,
                args -> CelTimes.text((Instant) args[0]),
                CelType.TIMESTAMP);
        functions.global("string", "double_to_string", CelType.STRING, args -> real((Double) args[0]), CelType.DOUBLE);
        for (String part : List.of(
                "getFullYear",
                "getMonth",
                "getDate",
                "getDayOfMonth",
                "getDayOfYear",
                "getDayOfWeek",
                "getHours",
                "getMinutes",
                "getSeconds",
                "getMilliseconds")) {
            functions
                    .member(
                            part,
                            "timestamp_" + part,
                            CelType.INT,
                            args -> CelTimes.part((Instant) args[0], part, ""),
                            CelType.TIMESTAMP)
                    .member(
                            part,
                            "timestamp_" + part + "_tz",
                            CelType.INT,
                            args -> CelTimes.part((Instant) args[0], part, (String) args[1]),
                            CelType.TIMESTAMP,
                            CelType.STRING);
        }
        functions
                .member(
                        "getHours",
                        "duration_to_hours",
                        CelType.INT,
                        args -> ((Duration) args[0]).toNanos() / 3_600_000_000_000L,
                        CelType.DURATION)
                .member(
                        "getMinutes",
                        "duration_to_minutes",
                        CelType.INT,
                        args -> ((Duration) args[0]).toNanos() / 60_000_000_000L,
                        CelType.DURATION)
                .member(
                        "getSeconds",
                        "duration_to_seconds",
                        CelType.INT,
                        args -> ((Duration) args[0]).toNanos() / 1_000_000_000L,
                        CelType.DURATION)
                .member(
                        "getMilliseconds",
                        "duration_to_milliseconds",
                        CelType.INT,
                        args -> ((Duration) args[0]).toNanos() / 1_000_000L,
                        CelType.DURATION);
    }

    private void sizes() {
        Map<String, CelType> sized = Map.of(
                "string",
                CelType.STRING,
                "bytes",
                CelType.BYTES,
                "list",
                CelType.list(CelType.A),
                "map",
                CelType.map(CelType.A, CelType.B));
        Body size = args -> CelValues.size(args[0]);
        sized.forEach((word, type) -> functions
                .global("size", "size_" + word, CelType.INT, size, type)
                .member("size", word + "_size", CelType.INT, size, type));
    }

    private void numbers() {
        for (CelType from : List.of(CelType.INT, CelType.UINT, CelType.DOUBLE, CelType.STRING)) {
            String word = from.shown();
            functions
                    .global("int", word + "_to_int64", CelType.INT, args -> whole(args[0], false), from)
                    .global("uint", word + "_to_uint64", CelType.UINT, args -> whole(args[0], true), from)
                    .global("double", word + "_to_double", CelType.DOUBLE, args -> toDouble(args[0]), from);
        }
        functions
                .global(
                        "int",
                        "timestamp_to_int64",
                        CelType.INT,
                        args -> ((Instant) args[0]).getEpochSecond(),
                        CelType.TIMESTAMP)
                .global(
                        "int",
                        "duration_to_int64",
                        CelType.INT,
                        args -> ((Duration) args[0]).toNanos(),
                        CelType.DURATION);
    }

    private static Object whole(Object value, boolean unsigned) {
        BigInteger number;
        if (value instanceof Double real) {
            // The ends are left out on both sides: as a double the greatest int is one more than it is.
            boolean outside = unsigned ? real < 0 || real >= 0x1p64 : real <= -0x1p63 || real >= 0x1p63;
            if (real.isNaN() || outside) {
                return unsigned ? CelError.UINT_OVERFLOW : CelError.OVERFLOW;
            }
            number = new BigDecimal(real).setScale(0, RoundingMode.DOWN).toBigInteger();
        } else {
            String text = value.toString();
            if (!CelValues.isNumber(value) && !text.matches(unsigned ? "[0-9]{1,40}" : "[+-]?[0-9]{1,40}")) {
                return CelError.conversion("string", unsigned ? "uint" : "int");
            }
            number = new BigInteger(text);
        }
        if (number.bitLength() > (unsigned ? 64 : 63) || (unsigned && number.signum() < 0)) {
            return !CelValues.isNumber(value)
                    ? CelError.conversion("string", unsigned ? "uint" : "int")
                    : unsigned ? CelError.UINT_OVERFLOW : CelError.OVERFLOW;
        }
        return unsigned ? new Uint(number.longValue()) : (Object) number.longValue();
    }

    private static Object toDouble(Object value) {
        if (value instanceof Double) {
            return value;
        }
        String text = value.toString();
        Matcher infinite = INFINITE.matcher(text);
        if (infinite.matches()) {
            return infinite.group(1).equals("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (NAN.matcher(text).matches()) {
            return Double.NaN;
        }
        double number = REAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        return Double.isNaN(number) || Double.isInfinite(number)
                ? CelError.conversion("string", "double")
                : (Object) number;
    }

    /** As Go's %g prints it: no point if there is no fraction, and an exponent if the number is far from one. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        if (exponent < -4 || exponent >= 6) {
            String digits = exact.unscaledValue().abs().toString();
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            String sign = exponent < 0 ? "-" : "+";
            return (value < 0 ? "-" : "") + digits.charAt(0) + fraction + "e" + sign
                    + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        }
        return exact.toPlainString();
    }

    /** A duration is a number of seconds here. */
    private static String seconds(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .stripTrailingZeros();
        return seconds.toPlainString() + "s";
    }

    private static Object text(Object[] args) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(((CelBytes) args[0]).array()))
                    .toString();
        } catch (CharacterCodingException e) {
            return new CelError("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    private static Object bool(Object[] args) {
        String text = args[0].toString();
        if (TRUE.contains(text)) {
            return true;
        }
        return FALSE.contains(text) ? (Object) false : CelError.conversion("string", "bool");
    }

    private static Object time(Object[] args) {
        try {
            return CelTimes.inRange(Instant.ofEpochSecond((Long) args[0]));
        } catch (DateTimeException e) {
            return CelError.TIMESTAMP_OVERFLOW;
        }
    }
}
