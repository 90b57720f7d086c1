package io.minik.api.cel;

import com.google.re2j.Matcher;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.cel.Overload.Body;
import java.util.ArrayList;
import java.util.List;

/** Strings: the language's, its extension's, and Kubernetes' search by pattern. Positions count letters. */
final class TextFunctions {
    private static final CelType TEXT = CelType.STRING;
    private static final CelType WHOLE = CelType.INT;
    private static final CelType TEXTS = CelType.list(CelType.STRING);

    private final Functions functions;

    TextFunctions(Functions functions) {
        this.functions = functions;
    }

    void add() {
        Body matches = args -> search(
                args[1],
                pattern -> pattern.pattern().matcher(args[0].toString()).find());
        functions
                .member(
                        "contains",
                        "contains_string",
                        CelType.BOOL,
                        args -> text(args, 0).contains(text(args, 1)),
                        TEXT,
                        TEXT)
                .member(
                        "startsWith",
                        "starts_with_string",
                        CelType.BOOL,
                        args -> text(args, 0).startsWith(text(args, 1)),
                        TEXT,
                        TEXT)
                .member(
                        "endsWith",
                        "ends_with_string",
                        CelType.BOOL,
                        args -> text(args, 0).endsWith(text(args, 1)),
                        TEXT,
                        TEXT)
                .member("matches", "matches_string", CelType.BOOL, matches, TEXT, TEXT)
                .global("matches", "matches", CelType.BOOL, matches, TEXT, TEXT)
                .member(
                        "find",
                        "string_find_string",
                        TEXT,
                        args -> search(args[1], pattern -> find(pattern, text(args, 0))),
                        TEXT,
                        TEXT)
                .member(
                        "findAll",
                        "string_find_all_string",
                        TEXTS,
                        args -> search(args[1], pattern -> findAll(pattern, text(args, 0), -1)),
                        TEXT,
                        TEXT)
                .member(
                        "findAll",
                        "string_find_all_string_int",
                        TEXTS,
                        args -> search(args[1], pattern -> findAll(pattern, text(args, 0), (Long) args[2])),
                        TEXT,
                        TEXT,
                        WHOLE);
        letters();
    }

    private void letters() {
        functions
                .member(
                        "charAt",
                        "string_char_at_int",
                        TEXT,
                        args -> charAt(text(args, 0), (Long) args[1]),
                        TEXT,
                        WHOLE)
                .member("lowerAscii", "string_lower_ascii", TEXT, args -> ascii(text(args, 0), 'A', 'Z', 32), TEXT)
                .member("upperAscii", "string_upper_ascii", TEXT, args -> ascii(text(args, 0), 'a', 'z', -32), TEXT)
                .member("trim", "string_trim", TEXT, args -> trimmed(text(args, 0)), TEXT)
                .member(
                        "replace",
                        "string_replace_string_string",
                        TEXT,
                        args -> replace(text(args, 0), text(args, 1), text(args, 2), -1),
                        TEXT,
                        TEXT,
                        TEXT)
                .member(
                        "replace",
                        "string_replace_string_string_int",
                        TEXT,
                        args -> replace(text(args, 0), text(args, 1), text(args, 2), (Long) args[3]),
                        TEXT,
                        TEXT,
                        TEXT,
                        WHOLE);
        parts();
    }

    private void parts() {
        functions
                .member(
                        "split",
                        "string_split_string",
                        TEXTS,
                        args -> split(text(args, 0), text(args, 1), -1),
                        TEXT,
                        TEXT)
                .member(
                        "split",
                        "string_split_string_int",
                        TEXTS,
                        args -> split(text(args, 0), text(args, 1), (Long) args[2]),
                        TEXT,
                        TEXT,
                        WHOLE)
                .member(
                        "substring",
                        "string_substring_int",
                        TEXT,
                        args -> part(text(args, 0), (Long) args[1], CelValues.size(args[0])),
                        TEXT,
                        WHOLE)
                .member(
                        "substring",
                        "string_substring_int_int",
                        TEXT,
                        args -> part(text(args, 0), (Long) args[1], (Long) args[2]),
                        TEXT,
                        WHOLE,
                        WHOLE)
                .member(
                        "indexOf",
                        "string_index_of_string",
                        WHOLE,
                        args -> index(text(args, 0), text(args, 1), 0),
                        TEXT,
                        TEXT)
                .member(
                        "indexOf",
                        "string_index_of_string_int",
                        WHOLE,
                        args -> index(text(args, 0), text(args, 1), (Long) args[2]),
                        TEXT,
                        TEXT,
                        WHOLE)
                .member(
                        "lastIndexOf",
                        "string_last_index_of_string",
                        WHOLE,
                        args -> lastIndex(text(args, 0), text(args, 1)),
                        TEXT,
                        TEXT)
                .member(
                        "lastIndexOf",
                        "string_last_index_of_string_int",
                        WHOLE,
                        args -> lastIndex(text(args, 0), text(args, 1), (Long) args[2]),
                        TEXT,
                        TEXT,
                        WHOLE);
        joins();
    }

    private void joins() {
        functions
                .member("join", "list_join", TEXT, args -> join((List<?>) args[0], ""), TEXTS)
                .member("join", "list_join_string", TEXT, args -> join((List<?>) args[0], text(args, 1)), TEXTS, TEXT)
                .member(
                        "format",
                        "string_format",
                        TEXT,
                        args -> TextFormat.of(text(args, 0), (List<?>) args[1]),
                        TEXT,
                        CelType.LIST)
                .global("strings.quote", "strings_quote", TEXT, args -> TextFormat.quoted(text(args, 0)), TEXT);
    }

    private static String text(Object[] args, int at) {
        return args[at].toString();
    }

    private interface Search {
        Object in(Regex pattern);
    }

    private static Object search(Object pattern, Search search) {
        try {
            return search.in(Regex.of(pattern));
        } catch (PatternSyntaxException e) {
            return new CelError(String.valueOf(e.getMessage()));
        }
    }

    private static String find(Regex pattern, String text) {
        Matcher matcher = pattern.pattern().matcher(text);
        return matcher.find() ? matcher.group() : "";
    }

    private static List<Object> findAll(Regex pattern, String text, long most) {
        List<Object> all = new ArrayList<>();
        Matcher matcher = pattern.pattern().matcher(text);
        while ((most < 0 || all.size() < most) && matcher.find()) {
            all.add(matcher.group());
        }
        return all;
    }

    private static Object charAt(String text, long at) {
        long size = CelValues.size(text);
        if (at < 0 || at > size) {
            return new CelError("index out of range: " + at);
        }
        return at == size ? "" : Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)));
    }

    private static String ascii(String text, char from, char to, int by) {
        StringBuilder changed = new StringBuilder(text);
        for (int at = 0; at < changed.length(); at++) {
            char letter = changed.charAt(at);
            if (letter >= from && letter <= to) {
                changed.setCharAt(at, (char) (letter + by));
            }
        }
        return changed.toString();
    }

    /** What Unicode calls white, as Go does: Java has no fixed blanks among them, and separators of records. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isWhite(text.charAt(start))) {
            start++;
        }
        while (end > start && isWhite(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isWhite(char letter) {
        return (letter >= '\t' && letter <= '\r') || letter == 0x85 || Character.isSpaceChar(letter);
    }

    /** @param most negative for all. An empty text is found before each letter and at the end. */
    private static String replace(String text, String old, String now, long most) {
        StringBuilder changed = new StringBuilder();
        int from = 0;
        int found = text.indexOf(old);
        for (long done = 0; found >= 0 && done != most; done++) {
            changed.append(text, from, found).append(now);
            from = found + old.length();
            int next = old.isEmpty() && from < text.length() ? text.offsetByCodePoints(from, 1) : from;
            boolean last = old.isEmpty() && from == text.length();
            found = last ? -1 : text.indexOf(old, next);
        }
        return changed.append(text.substring(from)).toString();
    }

    private static List<Object> split(String text, String by, long most) {
        List<Object> parts = new ArrayList<>();
        if (most == 0) {
            return parts;
        }
        int from = 0;
        while (most < 0 || parts.size() < most - 1) {
            int end = !by.isEmpty()
                    ? text.indexOf(by, from)
                    : from < text.length() ? text.offsetByCodePoints(from, 1) : from;
            if (end < 0 || (by.isEmpty() && end >= text.length())) {
                break;
            }
            parts.add(text.substring(from, end));
            from = end + by.length();
        }
        if (!by.isEmpty() || !text.isEmpty()) {
            parts.add(text.substring(from));
        }
        return parts;
    }

    private static Object part(String text, long from, long to) {
        long size = CelValues.size(text);
        if (from < 0 || from > size || to < 0 || to > size) {
            return new CelError("index out of range: " + (from < 0 || from > size ? from : to));
        }
        if (from > to) {
            return new CelError("invalid substring range. start: " + from + ", end: " + to);
        }
        int start = text.offsetByCodePoints(0, (int) from);
        return text.substring(start, text.offsetByCodePoints(start, (int) (to - from)));
    }

    /** An empty text is found wherever it is looked for. */
    private static Object index(String text, String wanted, long from) {
        if (wanted.isEmpty()) {
            return from;
        }
        if (from < 0) {
            return new CelError("index out of range: " + from);
        }
        int found = from < CelValues.size(text) ? text.indexOf(wanted, text.offsetByCodePoints(0, (int) from)) : -1;
        return found < 0 ? -1L : (long) text.codePointCount(0, found);
    }

    private static Object lastIndex(String text, String wanted, long from) {
        if (wanted.isEmpty()) {
            return from;
        }
        if (from < 0) {
            return new CelError("index out of range: " + from);
        }
        int found = from < CelValues.size(text) ? text.lastIndexOf(wanted, text.offsetByCodePoints(0, (int) from)) : -1;
        return found < 0 ? -1L : (long) text.codePointCount(0, found);
    }

    private static long lastIndex(String text, String wanted) {
        int found = text.lastIndexOf(wanted);
        return found < 0 ? -1L : (long) text.codePointCount(0, found);
    }

    private static Object join(List<?> parts, String by) {
        StringBuilder joined = new StringBuilder();
        for (int at = 0; at < parts.size(); at++) {
            if (!(parts.get(at) instanceof String)) {
                return CelError.NO_OVERLOAD;
            }
            joined.append(at == 0 ? "" : by).append(parts.get(at));
        }
        return joined.toString();
    }
}
