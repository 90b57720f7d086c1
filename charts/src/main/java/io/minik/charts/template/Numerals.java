package io.minik.charts.template;

import io.minik.charts.template.GoFormat.Verb;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** Numbers by fmt's verbs. */
final class Numerals {
    private static final int OCTAL = 8;
    private static final int HEX = 16;
    private static final int USUAL_PRECISION = 6;

    private Numerals() {}

    /** Empty: the verb is none for integers. */
    static Optional<String> integer(Verb verb, Object value) {
        long number = GoValues.integer(value);
        boolean unsigned = value instanceof Sized sized && sized.unsigned();
        return switch (verb.letter()) {
            case 'v', 'd' -> Optional.of(radix(verb, number, unsigned, 10, ""));
            case 'b' -> Optional.of(radix(verb, number, unsigned, 2, verb.has('#') ? "0b" : ""));
            case 'o' -> Optional.of(radix(verb, number, unsigned, OCTAL, verb.has('#') ? "0" : ""));
            case 'O' -> Optional.of(radix(verb, number, unsigned, OCTAL, "0o"));
            case 'x' -> Optional.of(radix(verb, number, unsigned, HEX, verb.has('#') ? "0x" : ""));
            case 'X' ->
                Optional.of(radix(verb, number, unsigned, HEX, verb.has('#') ? "0X" : "")
                        .toUpperCase(Locale.ROOT));
            case 'c' -> Optional.of(Character.toString(point(number)));
            case 'q' -> Optional.of(Quoted.rune(point(number), verb.has('+')));
            case 'U' -> Optional.of(String.format(Locale.ROOT, "U+%04X", number));
            default -> Optional.empty();
        };
    }

    /** The replacement for what is no character. */
    private static int point(long number) {
        return number < 0 || number > Character.MAX_CODE_POINT ? 0xFFFD : (int) number;
    }

    private static String radix(Verb verb, long number, boolean unsigned, int radix, String prefix) {
        String digits = unsigned ? Long.toUnsignedString(number, radix) : Long.toString(number, radix);
        boolean negative = digits.startsWith("-");
        String bare = negative ? digits.substring(1) : digits;
        int lacking = verb.precision() - bare.length();
        bare = lacking > 0 ? "0".repeat(Math.min(lacking, 1000)) + bare : bare;
        return sign(verb, negative) + prefix + bare;
    }

    private static String sign(Verb verb, boolean negative) {
        return negative ? "-" : verb.has('+') ? "+" : verb.has(' ') ? " " : "";
    }

    static Optional<String> real(Verb verb, double value) {
        int precision = verb.precision();
        String written =
                switch (verb.letter()) {
                    case 'v', 'g' -> GoFloats.format(value, 'g', Math.min(precision, 1000));
                    case 'G' -> GoFloats.format(value, 'G', Math.min(precision, 1000));
                    case 'e', 'E', 'f', 'F' ->
                        GoFloats.format(
                                value, verb.letter(), precision < 0 ? USUAL_PRECISION : Math.min(precision, 1000));
                    default -> "";
                };
        if (written.isEmpty()) {
            return Optional.empty();
        }
        boolean negative = written.startsWith("-");
        String bare = negative || written.startsWith("+") ? written.substring(1) : written;
        return Optional.of((bare.equals("Inf") && !negative ? "+" : sign(verb, negative)) + bare);
    }

    /** No more bytes than the precision says; with a space the prefix is each byte's. */
    static String hex(Verb verb, byte[] bytes) {
        int shown = verb.precision() < 0 ? bytes.length : Math.min(verb.precision(), bytes.length);
        String prefix = verb.has('#') && shown > 0 ? "0" + verb.letter() : "";
        HexFormat form = verb.letter() == 'X' ? HexFormat.of().withUpperCase() : HexFormat.of();
        if (verb.has(' ')) {
            return form.withPrefix(prefix).withDelimiter(" ").formatHex(bytes, 0, shown);
        }
        return prefix + form.formatHex(bytes, 0, shown);
    }
}
