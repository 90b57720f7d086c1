package io.minik.api.cel;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** {@code 'x is %d'.format([x])}: the clauses of cel-go's strings extension. */
final class TextFormat {
    private static final int DEFAULT_PRECISION = 6;
    private static final int MOST_PRECISION = 1_000;

    /** What a text says of a number that no literal says. */
    private static final Set<String> BEYOND = Set.of("NaN", "Infinity", "-Infinity");

    private static final Pattern GROUPED = Pattern.compile("\\d(?=(?:\\d{3})++$)");
    private static final String RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private TextFormat() {}

    static Object of(String format, List<?> args) {
        StringBuilder text = new StringBuilder();
        int next = 0;
        int at = 0;
        while (at < format.length()) {
            char letter = format.charAt(at++);
            if (letter != '%') {
                text.append(letter);
                continue;
            }
            if (at < format.length() && format.charAt(at) == '%') {
                text.append('%');
                at++;
                continue;
            }
            int precision = DEFAULT_PRECISION;
            int start = at;
            if (at < format.length() && format.charAt(at) == '.') {
                at++;
                while (at < format.length() && Character.isDigit(format.charAt(at))) {
                    at++;
                }
                String digits = format.substring(start + 1, at);
                precision = digits.isEmpty() || digits.length() > 4 ? MOST_PRECISION + 1 : Integer.parseInt(digits);
                if (precision > MOST_PRECISION) {
                    return new CelError("could not parse formatting clause: precision out of range");
                }
            }
            if (next >= args.size()) {
                return new CelError("index " + next + " out of range");
            }
            if (at >= format.length()) {
                return new CelError("unexpected end of string");
            }
            Object part = clause(format.charAt(at++), precision, args.get(next++));
            if (part instanceof CelError) {
                return part;
            }
            text.append(part);
        }
        return text.toString();
    }

    private static Object clause(char clause, int precision, Object value) {
        return switch (clause) {
            case 's' -> shown(value);
            case 'd' ->
                value instanceof Long || value instanceof Uint ? value.toString() : wrong("decimal", "integers", value);
            case 'f' -> real(clause, precision, value, "fixed-point");
            case 'e' -> real(clause, precision, value, "scientific");
            case 'b' ->
                value instanceof Boolean flag
                        ? (flag ? "1" : "0")
                        : isWhole(value) ? digits(value, 2) : wrong("binary", "integers and bools", value);
            case 'o' -> isWhole(value) ? digits(value, 8) : wrong("octal", "integers", value);
            case 'x', 'X' -> hex(clause, value);
            default ->
                new CelError("could not parse formatting clause: unrecognized formatting clause \"" + clause + "\"");
        };
    }

    private static CelError wrong(String clause, String on, Object value) {
        return new CelError("error during formatting: " + clause + " clause can only be used on " + on + ", was given "
                + name(value));
    }

    /** A type as it is called when there is a value: a list's items say nothing of it. */
    private static String name(Object value) {
        CelType type = CelValues.type(value);
        return switch (type.kind()) {
            case NULL -> "null_type";
            case LIST -> "list";
            case MAP -> "map";
            case DURATION -> "google.protobuf.Duration";
            case TIMESTAMP -> "google.protobuf.Timestamp";
            case OPAQUE -> type.name();
            default -> type.shown();
        };
    }

    private static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof Uint;
    }

    private static String digits(Object number, int radix) {
        return new BigInteger(number.toString()).toString(radix);
    }

    private static Object hex(char clause, Object value) {
        String digits;
        if (isWhole(value)) {
            digits = digits(value, 16);
        } else if (value instanceof String || value instanceof CelBytes) {
            byte[] bytes = value instanceof CelBytes raw
                    ? raw.array()
                    : value.toString().getBytes(StandardCharsets.UTF_8);
            digits = HexFormat.of().formatHex(bytes);
        } else {
            return wrong("hex", "integers, byte buffers, and strings", value);
        }
        return clause == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
    }

    /** As an American reads it: upstream formats doubles, and them alone, by that locale. */
    private static Object real(char clause, int precision, Object value, String name) {
        double number;
        if (value instanceof Double real) {
            number = real;
        } else if (value instanceof String text && BEYOND.contains(text)) {
            number = Double.parseDouble(text);
        } else {
            return wrong(name, "doubles", value);
        }
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "NaN" : number > 0 ? "∞" : "-∞";
        }
        if (clause == 'f') {
            String text = fixed(number, precision);
            int point = text.indexOf('.');
            String whole = point < 0 ? text : text.substring(0, point);
            return GROUPED.matcher(whole).replaceAll("$0,") + text.substring(whole.length());
        }
        String text = String.format(Locale.ROOT, "%." + precision + "e", number);
        int exponent = text.indexOf('e');
        StringBuilder raised = new StringBuilder(text.substring(0, exponent)).append("\u202f×\u202f10");
        for (char letter : text.substring(exponent + 1).toCharArray()) {
            if (letter != '+') {
                raised.append(letter == '-' ? '\u207b' : RAISED.charAt(letter - '0'));
            }
        }
        return raised.toString();
    }

    private static String fixed(double number, int precision) {
        return new BigDecimal(number)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    private static Object shown(Object value) {
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            return literal(value);
        }
        if (value instanceof Double number) {
            return Conversions.real(number);
        }
        if (value instanceof Duration duration) {
            return seconds(duration);
        }
        if (value instanceof Instant time) {
            return CelTimes.text(time);
        }
        if (value instanceof CelBytes bytes) {
            return new String(bytes.array(), StandardCharsets.UTF_8);
        }
        return CelValues.type(value).is(CelType.Kind.OPAQUE)
                ? wrong(
                        "string",
                        "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
                        value)
                : value.toString();
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos(), 9).stripTrailingZeros().toPlainString() + "s";
    }

    /** What lies in a list or a map is shown as an expression would say it. */
    private static Object literal(Object value) {
        if (value instanceof List<?> list) {
            return joined(list.stream().map(TextFormat::literal).toList(), "[", "]");
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((key, item) -> sorted.put(literal(key).toString(), literal(item)));
            List<Object> entries = new ArrayList<>();
            sorted.forEach((key, item) -> entries.add(item instanceof CelError ? item : key + ":" + item));
            return joined(entries, "{", "}");
        }
        if (value instanceof Double number) {
            boolean finite = !number.isNaN() && !number.isInfinite();
            return finite ? fixed(number, DEFAULT_PRECISION) : quoted(Conversions.real(number));
        }
        if (value instanceof Duration duration) {
            return "duration(" + quoted(seconds(duration)) + ")";
        }
        if (value instanceof Instant time) {
            return "timestamp(" + quoted(CelTimes.text(time)) + ")";
        }
        if (value instanceof String text) {
            return quoted(text);
        }
        if (value instanceof CelBytes bytes) {
            return "b" + quoted(new String(bytes.array(), StandardCharsets.UTF_8));
        }
        return CelValues.type(value).is(CelType.Kind.OPAQUE)
                ? new CelError("error during formatting: no formatting function for " + name(value))
                : value.toString();
    }

    private static Object joined(List<Object> parts, String start, String end) {
        StringBuilder text = new StringBuilder(start);
        for (Object part : parts) {
            if (part instanceof CelError) {
                return part;
            }
            text.append(text.length() == start.length() ? "" : ", ").append(part);
        }
        return text.append(end).toString();
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int at = 0; at < text.length(); at++) {
            char letter = text.charAt(at);
            int known = "\007\b\f\n\r\t\013\\\"".indexOf(letter);
            quoted.append(known < 0 ? letter : "\\" + "abfnrtv\\\"".charAt(known));
        }
        return quoted.append('"').toString();
    }
}
