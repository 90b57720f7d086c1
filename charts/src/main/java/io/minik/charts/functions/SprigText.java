package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.INT;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.Budget;
import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.Quoted;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Strings: cut, joined, quoted, indented. */
final class SprigText {
    private SprigText() {}

    static void add(SprigFunctions to) {
        to.add("hello", in -> "Hello!");
        to.add("trim", in -> strip(in.string(0), SprigText::isSpace, true, true), STRING);
        to.add("trimAll", in -> trimAll(in.string(0), in.string(1)), STRING, STRING);
        to.alias("trimall", "trimAll");
        to.add("trimSuffix", in -> trimSuffix(in.string(0), in.string(1)), STRING, STRING);
        to.add("trimPrefix", in -> trimPrefix(in.string(0), in.string(1)), STRING, STRING);
        to.add("repeat", SprigText::repeat, INT, STRING);
        to.add("substr", in -> substr(in.integer(0), in.integer(1), in.string(2)), INT, INT, STRING);
        to.add("trunc", in -> trunc(in.integer(0), in.string(1)), INT, STRING);
        to.add("abbrev", in -> abbrev(in.integer(0), in.string(1)), INT, STRING);
        to.add("abbrevboth", in -> abbrevBoth(in.integer(0), in.integer(1), in.string(2)), INT, INT, STRING);
        to.add("contains", in -> in.string(1).contains(in.string(0)), STRING, STRING);
        to.add("hasPrefix", in -> in.string(1).startsWith(in.string(0)), STRING, STRING);
        to.add("hasSuffix", in -> in.string(1).endsWith(in.string(0)), STRING, STRING);
        to.rest("quote", in -> quote(in, "\""));
        to.rest("squote", in -> quote(in, "'"));
        to.rest("cat", SprigText::cat);
        to.add("indent", in -> indent(in.integer(0), in.string(1), in.budget()), INT, STRING);
        to.add("nindent", in -> "\n" + indent(in.integer(0), in.string(1), in.budget()), INT, STRING);
        to.add("replace", in -> replace(in.string(0), in.string(1), in.string(2), in.budget()), STRING, STRING, STRING);
        to.add("plural", in -> in.integer(2) == 1 ? in.string(0) : in.string(1), STRING, STRING, INT);
        to.add("toString", in -> Casts.string(in.get(0), in.budget()), ANY);
        to.add("toStrings", in -> new ArrayList<@Nullable Object>(Casts.strings(in.get(0), in.budget())), ANY);
        to.add("join", SprigText::join, STRING, ANY);
        to.add(
                "splitList",
                in -> new ArrayList<@Nullable Object>(split(in.string(1), in.string(0), -1)),
                STRING,
                STRING);
        to.add("split", in -> numbered(split(in.string(1), in.string(0), -1)), STRING, STRING);
        to.add("splitn", in -> numbered(split(in.string(2), in.string(0), in.integer(1))), STRING, INT, STRING);
        to.add("sortAlpha", SprigText::sortAlpha, ANY);
        to.add("wrap", in -> wrap(in.string(1), in.integer(0), "\n", in.budget()), INT, STRING);
        to.add("wrapWith", in -> wrap(in.string(2), in.integer(0), in.string(1), in.budget()), INT, STRING, STRING);
    }

    private static boolean isSpace(int point) {
        return point == ' '
                || (point >= 9 && point <= 13)
                || point == 0x85
                || point == 0xA0
                || Character.isSpaceChar(point);
    }

    private static String strip(String text, IntPredicate gone, boolean left, boolean right) {
        int[] points = text.codePoints().toArray();
        int from = 0;
        int to = points.length;
        while (left && from < to && gone.test(points[from])) {
            from++;
        }
        while (right && to > from && gone.test(points[to - 1])) {
            to--;
        }
        return new String(points, from, to - from);
    }

    private static String trimAll(String cut, String text) {
        return strip(text, point -> cut.indexOf(point) >= 0, true, true);
    }

    private static String trimSuffix(String suffix, String text) {
        return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
    }

    private static String trimPrefix(String prefix, String text) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }

    private static String repeat(Arguments in) {
        int times = in.integer(0);
        if (times < 0) {
            throw new TemplateException("strings: negative Repeat count");
        }
        in.budget().letters((long) times * in.string(1).length());
        return in.string(1).repeat(times);
    }

    private static String substr(int start, int end, String text) {
        int length = GoStrings.length(text);
        if (start < 0) {
            return slice(text, 0, end, length);
        }
        return end < 0 || end > length ? slice(text, start, length, length) : slice(text, start, end, length);
    }

    private static String slice(String text, int from, int to, int length) {
        if (from > to || from < 0 || to > length) {
            throw new TemplateException("runtime error: slice bounds out of range [" + from + ":" + to + "]");
        }
        return GoStrings.slice(text, from, to);
    }

    private static String trunc(int count, String text) {
        int length = GoStrings.length(text);
        if (count < 0 && (long) length + count > 0) {
            return GoStrings.slice(text, length + count, length);
        }
        return count >= 0 && length > count ? GoStrings.slice(text, 0, count) : text;
    }

    private static String abbrev(int width, String text) {
        int length = GoStrings.length(text);
        return width < 4 || length <= width ? text : GoStrings.slice(text, 0, width - 3) + "...";
    }

    private static String abbrevBoth(int left, int right, String text) {
        int length = GoStrings.length(text);
        if (right < 4 || (left > 0 && right < 7) || length <= right) {
            return text;
        }
        int offset = Math.min(left, length);
        if (length - offset < right - 3) {
            offset = length - (right - 3);
        }
        if (offset <= 4) {
            return GoStrings.slice(text, 0, right - 3) + "...";
        }
        if (offset + right - 3 < length) {
            return "..." + abbrev(right - 3, GoStrings.slice(text, offset, length));
        }
        return "..." + GoStrings.slice(text, Math.max(0, length - (right - 3)), length);
    }

    private static String quote(Arguments in, String mark) {
        return in.values().stream()
                .filter(Objects::nonNull)
                .map(value -> Casts.string(value, in.budget()))
                .map(text -> mark.equals("'") ? "'" + text + "'" : Quoted.of(text))
                .collect(Collectors.joining(" "));
    }

    private static String cat(Arguments in) {
        return in.values().stream()
                .filter(Objects::nonNull)
                .map(value -> Casts.string(value, in.budget()))
                .collect(Collectors.joining(" "))
                .strip();
    }

    static String indent(int spaces, String text, Budget budget) {
        if (spaces < 0) {
            throw new TemplateException("strings: negative Repeat count");
        }
        long lines = text.chars().filter(letter -> letter == '\n').count() + 1;
        budget.letters(text.length() + lines * spaces);
        String pad = " ".repeat(spaces);
        return pad + text.replace("\n", "\n" + pad);
    }

    private static String replace(String old, String with, String text, Budget budget) {
        if (with.length() > old.length()) {
            budget.letters(text.length() + (text.length() / Math.max(1, old.length()) + 1L) * with.length());
        }
        return text.replace(old, with);
    }

    private static String join(Arguments in) {
        List<String> texts = Casts.strings(in.get(1), in.budget());
        long letters = (long) in.string(0).length() * texts.size();
        for (String text : texts) {
            letters += text.length();
        }
        in.budget().letters(letters);
        return String.join(in.string(0), texts);
    }

    static List<String> split(String text, String by, int most) {
        if (most == 0) {
            return List.of();
        }
        List<String> parts = new ArrayList<>();
        if (by.isEmpty()) {
            text.codePoints().forEach(point -> parts.add(Character.toString(point)));
            if (most > 0 && parts.size() > most) {
                String last = String.join("", parts.subList(most - 1, parts.size()));
                parts.subList(most - 1, parts.size()).clear();
                parts.add(last);
            }
            return parts;
        }
        int from = 0;
        for (int at = text.indexOf(by); at >= 0 && (most < 0 || parts.size() < most - 1); at = text.indexOf(by, from)) {
            parts.add(text.substring(from, at));
            from = at + by.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static Map<String, @Nullable Object> numbered(List<String> parts) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            map.put("_" + i, parts.get(i));
        }
        return map;
    }

    private static List<@Nullable Object> sortAlpha(Arguments in) {
        List<String> texts = Casts.strings(in.get(0), in.budget());
        in.budget().spend(texts.size() * 10L);
        Collections.sort(texts, (one, other) -> Arrays.compareUnsigned(GoStrings.bytes(one), GoStrings.bytes(other)));
        return new ArrayList<>(texts);
    }

    /** As goutils.WordWrap: at spaces, and longer words stay whole. */
    private static String wrap(String text, int given, String newLine, Budget budget) {
        int width = Math.max(1, given);
        budget.letters((long) text.length() * (1 + newLine.length()));
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (text.length() - at > width) {
            if (text.charAt(at) == ' ') {
                at++;
                continue;
            }
            int space = text.lastIndexOf(' ', at + width);
            if (space >= at) {
                out.append(text, at, space).append(newLine);
                at = space + 1;
                continue;
            }
            space = text.indexOf(' ', at + width);
            if (space < 0) {
                break;
            }
            out.append(text, at, space).append(newLine);
            at = space + 1;
        }
        return out.append(text, Math.min(at, text.length()), text.length()).toString();
    }
}
