package io.minik.api.cel;

import io.minik.api.cel.Token.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From text to tokens. */
final class Lexer {
    private static final Pattern BLANK = Pattern.compile("(?:[\\t\\n\\f\\r ]|//[^\\n]*)+");
    private static final Pattern NUMBER =
            Pattern.compile("(0[xX][0-9a-fA-F]++|[0-9]*+(?:\\.[0-9]++)?(?<=[0-9])(?:[eE][+-]?[0-9]++)?)([uU]?)");
    private static final Pattern IDENT = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*+");
    private static final Pattern QUOTED = Pattern.compile("`([a-zA-Z0-9_.\\-/ ]+)`");
    private static final Pattern STRING_START = Pattern.compile("([rR]?[bB]?|[bB][rR])('''|\"\"\"|'|\")");
    private static final List<String> OPERATORS = List.of(
            "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
            "+", "*", "/", "%");

    private static final String UNREADABLE = "invalid string literal: unable to unescape string";

    private final String source;
    private final Issues issues;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(String source, Issues issues) {
        this.source = source;
        this.issues = issues;
    }

    /** What is no token is told and left out. */
    static List<Token> tokens(String source, Issues issues) {
        Lexer lexer = new Lexer(source, issues);
        while (lexer.at < source.length()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Kind.END, "", "", source.length()));
        return lexer.tokens;
    }

    private Matcher match(Pattern pattern) {
        return pattern.matcher(source).region(at, source.length());
    }

    private void next() {
        Matcher blank = match(BLANK);
        if (blank.lookingAt()) {
            at = blank.end();
            return;
        }
        Matcher string = match(STRING_START);
        if (string.lookingAt()) {
            string(string);
            return;
        }
        Matcher number = match(NUMBER);
        if (number.lookingAt()) {
            add(
                    Kind.LITERAL,
                    number.end(),
                    number(number.group(1), !number.group(2).isEmpty()));
            return;
        }
        Matcher ident = match(IDENT);
        if (ident.lookingAt()) {
            String text = ident.group();
            switch (text) {
                case "true", "false" -> add(Kind.LITERAL, ident.end(), text.equals("true"));
                case "null" -> add(Kind.LITERAL, ident.end(), CelValues.NULL);
                case "in" -> add(Kind.OPERATOR, ident.end(), text);
                default -> add(Kind.IDENT, ident.end(), text);
            }
            return;
        }
        Matcher quoted = match(QUOTED);
        if (quoted.lookingAt()) {
            add(Kind.QUOTED, quoted.end(), quoted.group(1));
            return;
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                add(Kind.OPERATOR, at + operator.length(), operator);
                return;
            }
        }
        // A lexer that had begun a token has read one letter more.
        int read = "=&|".indexOf(source.charAt(at)) >= 0 ? Math.min(2, source.length() - at) : 1;
        issues.add(at, "Syntax error: token recognition error at: '" + source.substring(at, at + read) + "'");
        at += read;
    }

    private void add(Kind kind, int end, Object value) {
        tokens.add(new Token(kind, source.substring(at, end), value, at));
        at = end;
    }

    private Object number(String text, boolean unsigned) {
        boolean hex = text.startsWith("0x") || text.startsWith("0X");
        boolean whole = hex || text.chars().allMatch(letter -> letter >= '0' && letter <= '9');
        try {
            if (!whole) {
                return Double.parseDouble(text);
            }
            String digits = hex ? text.substring(2) : text;
            int radix = hex ? 16 : 10;
            if (unsigned) {
                return new Uint(Long.parseUnsignedLong(digits, radix));
            }
            // The least number has no positive twin: its sign is the parser's.
            return digits.equals("9223372036854775808") ? Parser.BEYOND : (Object) Long.parseLong(digits, radix);
        } catch (NumberFormatException e) {
            issues.add(at, "invalid " + (unsigned ? "uint" : "int") + " literal");
            return 0L;
        }
    }

    private void string(Matcher start) {
        String prefix = start.group(1).toLowerCase(Locale.ROOT);
        String quote = start.group(2);
        boolean raw = prefix.contains("r");
        boolean bytes = prefix.contains("b");
        int from = start.end();
        int end = from;
        while (!source.startsWith(quote, end)) {
            boolean ended = end >= source.length() || (quote.length() == 1 && source.charAt(end) == '\n');
            if (ended) {
                issues.add(at, "Syntax error: token recognition error at: '" + source.substring(at, end) + "'");
                at = Math.max(end, at + 1);
                return;
            }
            end += !raw && source.charAt(end) == '\\' ? 2 : 1;
            end = Math.min(end, source.length());
        }
        String inner = source.substring(from, end);
        Object value = bytes ? bytes(inner, raw) : raw ? inner : unescaped(inner);
        add(Kind.LITERAL, end + quote.length(), value);
    }

    private CelBytes bytes(String inner, boolean raw) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        while (from < inner.length()) {
            int width = raw || inner.charAt(from) != '\\' ? 1 : escapeWidth(inner, from);
            String part = inner.substring(from, Math.min(inner.length(), from + width));
            boolean number = part.length() > 2 && "xX01234567".indexOf(part.charAt(1)) >= 0;
            if (part.startsWith("\\u") || part.startsWith("\\U")) {
                // Letters have no place among bytes: which of their encodings would it be?
                issues.add(at, UNREADABLE);
                return new CelBytes(new byte[0]);
            }
            if (width > 1 && number) {
                out.write(unescaped(part).charAt(0));
            } else {
                int letter = inner.codePointAt(from);
                width = width == 1 ? Character.charCount(letter) : width;
                String text = width == Character.charCount(letter) ? Character.toString(letter) : unescaped(part);
                out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            }
            from += width;
        }
        return new CelBytes(out.toByteArray());
    }

    private static int escapeWidth(String text, int from) {
        char kind = from + 1 < text.length() ? text.charAt(from + 1) : ' ';
        return switch (kind) {
            case 'x', 'X', '0', '1', '2', '3' -> 4;
            case 'u' -> 6;
            case 'U' -> 10;
            default -> 2;
        };
    }

    private String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        int from = 0;
        while (from < text.length()) {
            char letter = text.charAt(from);
            if (letter != '\\') {
                plain.append(letter);
                from++;
                continue;
            }
            int width = escapeWidth(text, from);
            char kind = from + 1 < text.length() ? text.charAt(from + 1) : ' ';
            int known = "abfnrtv\\'\"`?".indexOf(kind);
            if (known >= 0) {
                plain.append("\007\b\f\n\r\t\013\\'\"`?".charAt(known));
            } else if (width == 2 || from + width > text.length()) {
                issues.add(at, UNREADABLE);
                return plain.toString();
            } else {
                boolean octal = kind >= '0' && kind <= '3';
                String digits = text.substring(from + (octal ? 1 : 2), from + width);
                try {
                    int point = Integer.parseInt(digits, octal ? 8 : 16);
                    if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                        throw new IllegalArgumentException("half of a letter");
                    }
                    plain.appendCodePoint(point);
                } catch (IllegalArgumentException e) {
                    issues.add(at, UNREADABLE);
                }
            }
            from += width;
        }
        return plain.toString();
    }
}
