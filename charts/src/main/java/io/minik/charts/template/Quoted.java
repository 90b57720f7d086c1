package io.minik.charts.template;

import java.util.Locale;

/** Go's quoted strings, written and read: strconv.Quote and Unquote. */
public final class Quoted {
    private static final int HEX = 16;
    private static final int OCTAL = 8;

    private Quoted() {}

    public static String of(String text) {
        return of(text, false);
    }

    /** With escapes for all that is no ASCII: strconv.QuoteToASCII. */
    static String ascii(String text) {
        return of(text, true);
    }

    private static String of(String text, boolean ascii) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(point -> escape(out, point, '"', ascii));
        return out.append('"').toString();
    }

    /** A rune, as {@code %q} of an integer. */
    static String rune(int point, boolean ascii) {
        StringBuilder out = new StringBuilder().append('\'');
        escape(out, point, '\'', ascii);
        return out.append('\'').toString();
    }

    private static void escape(StringBuilder out, int point, char quote, boolean ascii) {
        switch (point) {
            case '\\' -> out.append("\\\\");
            case 7 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 0x0B -> out.append("\\v");
            default -> {
                if (point == quote) {
                    out.append('\\').append(quote);
                } else if (isPrinted(point) && (!ascii || point < 0x80)) {
                    out.appendCodePoint(point);
                } else {
                    out.append(hex(point));
                }
            }
        }
    }

    private static String hex(int point) {
        if (point >= 0xDC80 && point <= 0xDCFF) {
            return String.format(Locale.ROOT, "\\x%02x", point - 0xDC00);
        }
        String form = point < 0x20 || point == 0x7F ? "\\x%02x" : point > 0xFFFF ? "\\U%08x" : "\\u%04x";
        return String.format(Locale.ROOT, form, point);
    }

    static boolean isPrinted(int point) {
        if (point == ' ') {
            return true;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** @throws IllegalArgumentException if it is no quoted string */
    static String read(String quoted) {
        char quote = quoted.charAt(0);
        String inner = quoted.substring(1, quoted.length() - 1);
        if (quote == '`') {
            return inner.replace("\r", "");
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < inner.length(); ) {
            char letter = inner.charAt(i);
            if (letter != '\\') {
                out.append(letter);
                i++;
                continue;
            }
            i = unescape(inner, i + 1, quote, out);
        }
        return out.toString();
    }

    private static int unescape(String inner, int at, char quote, StringBuilder out) {
        if (at >= inner.length()) {
            throw new IllegalArgumentException("invalid syntax");
        }
        char letter = inner.charAt(at);
        switch (letter) {
            case 'a' -> out.append((char) 7);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append((char) 0x0B);
            case '\\' -> out.append('\\');
            case 'x' -> {
                return number(inner, at + 1, new Escape(2, HEX, true), out);
            }
            case 'u' -> {
                return number(inner, at + 1, new Escape(4, HEX, false), out);
            }
            case 'U' -> {
                return number(inner, at + 1, new Escape(8, HEX, false), out);
            }
            default -> {
                if (letter >= '0' && letter <= '7') {
                    return number(inner, at, new Escape(3, OCTAL, true), out);
                }
                if (letter != quote) {
                    throw new IllegalArgumentException("invalid syntax");
                }
                out.append(letter);
            }
        }
        return at + 1;
    }

    /** @param isByte and no code point */
    private record Escape(int digits, int radix, boolean isByte) {}

    private static int number(String inner, int at, Escape escape, StringBuilder out) {
        int digits = escape.digits();
        if (at + digits > inner.length()) {
            throw new IllegalArgumentException("invalid syntax");
        }
        int value;
        try {
            value = Integer.parseInt(inner.substring(at, at + digits), escape.radix());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid syntax", e);
        }
        if (escape.isByte() ? value > 0xff : !Character.isValidCodePoint(value)) {
            throw new IllegalArgumentException("invalid syntax");
        }
        // A byte of a text that is no ASCII: GoStrings puts neighbours together when it is made bytes.
        out.appendCodePoint(escape.isByte() && value >= 0x80 ? 0xDC00 + value : value);
        return at + digits;
    }
}
