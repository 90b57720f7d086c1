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

/** From one type to another, sizes, and what times are made of. */
final class Conversions {
    private static final BigInteger UINT_END = BigInteger.ONE.shiftLeft(64);
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
        for (CelType type : List.of(CelType.INT, CelType.UINT, CelType.BOOL, CelType.TIMESTAMP)) {
            functions.global("string", type.shown() + "_to_string", CelType.STRING, args -> args[0].toString(), type);
        }
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
                        args -> ((Duration) args[0]).toHours(),
                        CelType.DURATION)
                .member(
                        "getMinutes",
                        "duration_to_minutes",
                        CelType.INT,
                        args -> ((Duration) args[0]).toMinutes(),
                        CelType.DURATION)
                .member(
                        "getSeconds",
                        "duration_to_seconds",
                        CelType.INT,
                        args -> ((Duration) args[0]).toSeconds(),
                        CelType.DURATION)
                .member(
                        "getMilliseconds",
                        "duration_to_milliseconds",
                        CelType.INT,
                        args -> ((Duration) args[0]).toMillis(),
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
            if (real.isNaN() || real.isInfinite()) {
                return CelError.OVERFLOW;
            }
            number = new BigDecimal(real).setScale(0, RoundingMode.DOWN).toBigInteger();
        } else {
            String text = value.toString();
            if (!text.matches(unsigned ? "[0-9]{1,40}" : "[+-]?[0-9]{1,40}")) {
                String parser = unsigned ? "ParseUint" : "ParseInt";
                return new CelError("strconv." + parser + ": parsing \"" + text + "\": invalid syntax");
            }
            number = new BigInteger(text);
        }
        if (unsigned) {
            boolean fits = number.signum() >= 0 && number.compareTo(UINT_END) < 0;
            return fits ? new Uint(number.longValue()) : new CelError("unsigned integer overflow");
        }
        return number.bitLength() > 63 ? CelError.OVERFLOW : (Object) number.longValue();
    }

    private static Object toDouble(Object value) {
        if (value instanceof Double) {
            return value;
        }
        try {
            return Double.parseDouble(value.toString());
        } catch (NumberFormatException e) {
            return new CelError("strconv.ParseFloat: parsing \"" + value + "\": invalid syntax");
        }
    }

    /** As Go prints it: no point if there is no fraction. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (value != 0 && (exponent < -4 || exponent >= 21)) {
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
        return FALSE.contains(text)
                ? (Object) false
                : new CelError("strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    }

    private static Object time(Object[] args) {
        try {
            return Instant.ofEpochSecond((Long) args[0]);
        } catch (DateTimeException e) {
            return new CelError("timestamp overflow");
        }
    }
}
