package io.minik.charts.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Go's fmt on Go's values: verbs, flags, widths, and what it says of arguments that do not fit. */
final class GoFormat {
    /** The largest width that Go takes. */
    private static final int MOST_WIDTH = 1_000_000;

    private final Budget budget;

    GoFormat(Budget budget) {
        this.budget = budget;
    }

    /** A verb with its flags. @param width and precision: -1 without */
    record Verb(char letter, String flags, int width, int precision) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }

        Verb as(char other) {
            return new Verb(other, flags, width, precision);
        }

        Verb without(char flag) {
            return new Verb(letter, flags.replace(String.valueOf(flag), ""), width, precision);
        }

        Verb bare() {
            return new Verb(letter, flags, -1, -1);
        }
    }

    private static final Verb V = new Verb('v', "", -1, -1);

    String plain(@Nullable Object value) {
        return one(V, value);
    }

    /** fmt.Sprint: a space between two of which neither is a string. */
    String print(List<@Nullable Object> values) {
        StringBuilder out = new StringBuilder();
        boolean wasString = true;
        boolean first = true;
        for (Object value : values) {
            boolean isString = value instanceof String;
            if (!first && !isString && !wasString) {
                out.append(' ');
            }
            out.append(plain(value));
            budget.limit(out.length());
            wasString = isString;
            first = false;
        }
        return out.toString();
    }

    String println(List<@Nullable Object> values) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            out.append(i > 0 ? " " : "").append(plain(values.get(i)));
            budget.limit(out.length());
        }
        return out.append('\n').toString();
    }

    String printf(String format, List<@Nullable Object> arguments) {
        return new Printing(format, arguments).run();
    }

    private final class Printing {
        private final String format;
        private final List<@Nullable Object> arguments;
        private final StringBuilder out = new StringBuilder();
        private int at;
        private int next;
        private boolean reordered;
        private boolean badIndex;

        Printing(String format, List<@Nullable Object> arguments) {
            this.format = format;
            this.arguments = arguments;
        }

        String run() {
            while (at < format.length()) {
                int percent = format.indexOf('%', at);
                if (percent < 0) {
                    out.append(format, at, format.length());
                    break;
                }
                out.append(format, at, percent);
                at = percent + 1;
                verb();
                budget.limit(out.length());
            }
            if (!reordered && next < arguments.size()) {
                extra();
            }
            return out.toString();
        }

        private void extra() {
            List<String> texts = new ArrayList<>();
            for (Object value : arguments.subList(next, arguments.size())) {
                texts.add(value == null ? "<nil>" : GoValues.type(value) + "=" + plain(value));
            }
            out.append("%!(EXTRA ").append(String.join(", ", texts)).append(')');
        }

        private void verb() {
            badIndex = false;
            StringBuilder flags = new StringBuilder();
            while (at < format.length() && "+-# 0".indexOf(format.charAt(at)) >= 0) {
                flags.append(format.charAt(at++));
            }
            index();
            int width = size();
            if (width < -1) {
                flags.append('-');
                width = -width - 2;
            }
            int precision = -1;
            if (at < format.length() && format.charAt(at) == '.') {
                at++;
                index();
                precision = Math.max(-1, size());
                precision = precision < 0 ? 0 : precision;
            }
            index();
            if (at >= format.length()) {
                out.append("%!(NOVERB)");
                return;
            }
            int letter = format.codePointAt(at);
            at += Character.charCount(letter);
            // Of %v a plus asks for the names of fields.
            String kept = letter == 'v' ? flags.toString().replace("+", "") : flags.toString();
            write(letter, new Verb((char) letter, kept, width, precision));
        }

        private void write(int letter, Verb verb) {
            String name = Character.toString(letter);
            if (letter == '%') {
                out.append('%');
            } else if (badIndex) {
                out.append("%!").append(name).append("(BADINDEX)");
            } else if (next >= arguments.size()) {
                out.append("%!").append(name).append("(MISSING)");
            } else {
                out.append(one(verb, arguments.get(next++)));
            }
        }

        /** {@code [2]}: which argument comes next. */
        private void index() {
            if (at >= format.length() || format.charAt(at) != '[') {
                return;
            }
            int end = format.indexOf(']', at);
            reordered = true;
            String digits = end < 0 ? "" : format.substring(at + 1, end);
            at = end < 0 ? at + 1 : end + 1;
            if (!digits.matches("[0-9]{1,6}")
                    || Integer.parseInt(digits) < 1
                    || Integer.parseInt(digits) > arguments.size()) {
                badIndex = true;
                return;
            }
            next = Integer.parseInt(digits) - 1;
        }

        /** A number, or a star for the next argument; -1 without, below it what is negative. */
        private int size() {
            if (at < format.length() && format.charAt(at) == '*') {
                at++;
                Object value = next < arguments.size() ? arguments.get(next++) : null;
                if (!GoValues.isInteger(value) || value == null || Math.abs(GoValues.integer(value)) > MOST_WIDTH) {
                    out.append("%!(BADWIDTH)");
                    return -1;
                }
                long size = GoValues.integer(value);
                return (int) (size < 0 ? size - 2 : size);
            }
            int from = at;
            while (at < format.length() && Character.isDigit(format.charAt(at))) {
                at++;
            }
            if (at == from) {
                return -1;
            }
            int size = at - from > 7 ? Integer.MAX_VALUE : Integer.parseInt(format.substring(from, at));
            if (size > MOST_WIDTH) {
                out.append("%!(BADWIDTH)");
                return -1;
            }
            return size;
        }
    }

    private String one(Verb verb, @Nullable Object given) {
        Object value = GoValues.plain(given);
        budget.spend(1);
        if (value == null) {
            return verb.letter() == 'v'
                    ? pad("<nil>", verb)
                    : verb.letter() == 'T' ? pad("<nil>", verb) : bad(verb, null);
        }
        if (verb.letter() == 'T') {
            return pad(GoValues.type(value), verb);
        }
        if (value instanceof String text) {
            return text(verb, text);
        }
        if (value instanceof Boolean) {
            return verb.letter() == 't' || verb.letter() == 'v' ? pad(value.toString(), verb) : bad(verb, value);
        }
        if (GoValues.isInteger(value)) {
            return Numerals.integer(verb, value)
                    .map(written -> padInteger(written, verb))
                    .orElseGet(() -> bad(verb, value));
        }
        if (value instanceof Double real) {
            return Numerals.real(verb, real)
                    .map(written -> padReal(written, verb))
                    .orElseGet(() -> bad(verb, value));
        }
        if (value instanceof Struct struct) {
            return text(verb, struct.text());
        }
        return whole(verb, value);
    }

    private String whole(Verb verb, Object value) {
        budget.enter();
        try {
            StringBuilder out = new StringBuilder();
            boolean source = verb.letter() == 'v' && verb.has('#');
            if (value instanceof List<?> list) {
                out.append(source ? "[]interface {}{" : "[");
                for (int i = 0; i < list.size(); i++) {
                    separate(out, source, i > 0);
                    out.append(inner(verb, list.get(i)));
                    budget.limit(out.length());
                }
                return out.append(source ? "}" : "]").toString();
            }
            Map<String, @Nullable Object> map = GoValues.map(value);
            List<String> keys = new ArrayList<>(map.keySet());
            Collections.sort(keys);
            out.append(source ? "map[string]interface {}{" : "map[");
            int start = out.length();
            for (String key : keys) {
                separate(out, source, out.length() > start);
                out.append(one(verb, key)).append(':').append(inner(verb, map.get(key)));
                budget.limit(out.length());
            }
            return out.append(source ? "}" : "]").toString();
        } finally {
            budget.leave();
        }
    }

    private String inner(Verb verb, @Nullable Object value) {
        if (GoValues.plain(value) == null) {
            return verb.letter() == 'v' && verb.has('#') ? "interface {}(nil)" : "<nil>";
        }
        return one(verb, value);
    }

    private static void separate(StringBuilder out, boolean source, boolean needed) {
        if (needed) {
            out.append(source ? ", " : " ");
        }
    }

    private String text(Verb verb, String text) {
        String cut = text;
        if (verb.precision() >= 0 && verb.letter() != 'x' && verb.letter() != 'X') {
            int points = text.codePointCount(0, text.length());
            cut = text.substring(0, text.offsetByCodePoints(0, Math.min(points, verb.precision())));
        }
        return switch (verb.letter()) {
            case 'v' -> pad(verb.has('#') ? Quoted.of(cut) : cut, verb);
            case 's' -> pad(cut, verb);
            case 'q' -> pad(quoted(verb, cut), verb);
            case 'x', 'X' -> pad(Numerals.hex(verb, GoStrings.bytes(cut)), verb);
            default -> bad(verb, text);
        };
    }

    private String bad(Verb verb, @Nullable Object value) {
        String what = value == null
                ? "<nil>"
                : GoValues.type(value) + "=" + one(verb.as('v').bare(), value);
        return "%!" + verb.letter() + "(" + what + ")";
    }

    private String pad(String text, Verb verb) {
        int lacking = verb.width() - text.codePointCount(0, text.length());
        if (lacking <= 0) {
            return text;
        }
        budget.letters(verb.width());
        if (verb.has('-')) {
            return text + " ".repeat(lacking);
        }
        return (verb.has('0') ? "0" : " ").repeat(lacking) + text;
    }

    private static String quoted(Verb verb, String text) {
        if (verb.has('#') && !text.contains("`")) {
            return "`" + text + "`";
        }
        return verb.has('+') ? Quoted.ascii(text) : Quoted.of(text);
    }

    /** Zeros stand between sign and digits, and a prefix such as 0x is not counted; with a precision there are none. */
    private String padInteger(String number, Verb verb) {
        boolean digits = "vdbxXoO".indexOf(verb.letter()) >= 0;
        if (!digits && verb.letter() != 'U') {
            return pad(number, verb);
        }
        if (!digits || !verb.has('0') || verb.has('-') || verb.precision() >= 0) {
            return pad(number, verb.without('0'));
        }
        boolean prefixed = verb.letter() == 'O' || (verb.has('#') && "xXb".indexOf(verb.letter()) >= 0);
        int prefix = prefixed ? 2 : 0;
        return zeros(number, verb.width() + prefix, signLength(number) + prefix);
    }

    private String padReal(String number, Verb verb) {
        boolean finite = Character.isDigit(number.charAt(number.length() - 1));
        if (!finite || !verb.has('0') || verb.has('-')) {
            return pad(number, verb.without('0'));
        }
        return zeros(number, verb.width(), signLength(number));
    }

    private static int signLength(String number) {
        return "+- ".indexOf(number.charAt(0)) >= 0 ? 1 : 0;
    }

    /** @param head letters that stay before the zeros */
    private String zeros(String number, int width, int head) {
        int lacking = width - number.length();
        if (lacking <= 0) {
            return number;
        }
        budget.letters(width);
        return number.substring(0, head) + "0".repeat(lacking) + number.substring(head);
    }
}
