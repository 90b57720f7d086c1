package io.minik.api.cel;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@code 'x is %d'.format([x])}: the clauses of cel-go's strings extension. */
final class TextFormat {
    private static final int DEFAULT_PRECISION = 6;
    private static final int MOST_PRECISION = 1_000;

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
            if (at >= format.length()) {
                return new CelError("unexpected end of format string");
            }
            if (next >= args.size()) {
                return new CelError("index " + next + " out of range");
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
            case 'd' -> value instanceof Long || value instanceof Uint ? value.toString() : wrong("decimal", value);
            case 'f', 'e' -> CelValues.isNumber(value) ? real(clause, precision, value) : wrong("fixed-point", value);
            case 'b' ->
                value instanceof Boolean flag
                        ? (flag ? "1" : "0")
                        : value instanceof Long number ? signed(number, 2) : wrong("binary", value);
            case 'o' -> value instanceof Long number ? signed(number, 8) : wrong("octal", value);
            case 'x', 'X' -> hex(clause, value);
            default ->
                new CelError("could not parse formatting clause: unrecognized formatting clause \"" + clause + "\"");
        };
    }

    private static CelError wrong(String clause, Object value) {
        return new CelError("error during formatting: " + clause + " clause can only be used on numbers, was given "
                + CelValues.type(value).shown());
    }

    private static String signed(long number, int radix) {
        return Long.toString(number, radix);
    }

    private static Object hex(char clause, Object value) {
        String digits;
        if (value instanceof Long number) {
            digits = signed(number, 16);
        } else if (value instanceof Uint number) {
            digits = Long.toUnsignedString(number.bits(), 16);
        } else if (value instanceof String || value instanceof CelBytes) {
            byte[] bytes = value instanceof CelBytes raw
                    ? raw.array()
                    : value.toString().getBytes(StandardCharsets.UTF_8);
            digits = HexFormat.of().formatHex(bytes);
        } else {
            return wrong("hex", value);
        }
        return clause == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
    }

    private static String real(char clause, int precision, Object value) {
        double number = Double.parseDouble(value.toString());
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }
        if (clause == 'f') {
            return new BigDecimal(number)
                    .setScale(precision, RoundingMode.HALF_EVEN)
                    .toPlainString();
        }
        return String.format(Locale.ROOT, "%." + precision + "e", number);
    }

    private static String shown(Object value) {
        if (value instanceof List<?> list) {
            return "[" + String.join(", ", list.stream().map(TextFormat::shown).toList()) + "]";
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((key, item) -> sorted.put(shown(key), shown(item)));
            return "{"
                    + String.join(
                            ", ",
                            sorted.entrySet().stream()
                                    .map(entry -> entry.getKey() + ": " + entry.getValue())
                                    .toList())
                    + "}";
        }
        if (value instanceof Double number) {
            return Conversions.real(number);
        }
        if (value instanceof Duration duration) {
            return BigDecimal.valueOf(duration.toNanos(), 9)
                            .stripTrailingZeros()
                            .toPlainString() + "s";
        }
        return value instanceof Instant || !(value instanceof CelBytes bytes)
                ? value.toString()
                : new String(bytes.array(), StandardCharsets.UTF_8);
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
