package io.minik.charts.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Go's numbers and characters, as they are written in templates. */
final class Literals {
    private static final int HEX = 16;
    private static final int OCTAL = 8;

    private Literals() {}

    /** @throws TemplateException in Go's words */
    static Syntax.Num read(TemplateToken token, TokenCursor tokens) {
        try {
            return number(token);
        } catch (IllegalArgumentException e) {
            throw tokens.error(e.getMessage() == null ? "bad number" : e.getMessage());
        }
    }

    /** @throws IllegalArgumentException in Go's words */
    static Syntax.Num number(TemplateToken token) {
        String text = token.text();
        if (token.kind() == TemplateToken.Kind.CHAR_CONSTANT) {
            String read = Quoted.read(text);
            if (read.codePointCount(0, read.length()) != 1) {
                throw new IllegalArgumentException("malformed character constant: " + text);
            }
            return new Syntax.Num(token.at(), text, (long) read.codePointAt(0), true);
        }
        if (text.endsWith("i")) {
            throw new IllegalArgumentException("complex numbers are not supported: " + text);
        }
        BigInteger whole = integer(text);
        if (whole != null) {
            return new Syntax.Num(token.at(), text, fits(whole) ? (Object) whole.longValue() : null, true);
        }
        Double real = real(text);
        if (real == null) {
            throw new IllegalArgumentException("bad number syntax: " + Quoted.of(text));
        }
        if (real.isInfinite()) {
            throw new IllegalArgumentException("illegal number syntax: " + Quoted.of(text));
        }
        boolean isInt = real == Math.rint(real) && Math.abs(real) < 1L << 53;
        return new Syntax.Num(token.at(), text, real, isInt);
    }

    private static boolean fits(BigInteger whole) {
        return whole.bitLength() < Long.SIZE;
    }

    static @Nullable BigInteger integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = (negative || text.startsWith("+") ? text.substring(1) : text).replace("_", "");
        int radix = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            char mark = Character.toLowerCase(digits.charAt(1));
            if (!Character.isDigit(mark) && "xbo".indexOf(mark) < 0) {
                return null;
            }
            radix = mark == 'x' ? HEX : mark == 'b' ? 2 : OCTAL;
            digits = Character.isDigit(mark) ? digits.substring(1) : digits.substring(2);
        }
        // Longer ones are no integers of Go's, and dear to read.
        if (digits.isEmpty() || digits.length() > 70 || !Character.isLetterOrDigit(digits.charAt(0))) {
            return null;
        }
        try {
            BigInteger value = new BigInteger(digits, radix);
            return negative ? value.negate() : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Double real(String text) {
        String digits = text.replace("_", "");
        if (digits.length() > 400) {
            return null;
        }
        try {
            return digits.toLowerCase(Locale.ROOT).contains("x")
                    ? Double.parseDouble(digits)
                    : new BigDecimal(digits).doubleValue();
        } catch (NumberFormatException | ArithmeticException e) {
            return null;
        }
    }
}
