package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.STRING;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Capitals, and how words are written together. */
final class SprigCases {
    private SprigCases() {}

    static void add(SprigFunctions to, RandomGenerator random) {
        to.add("upper", in -> in.string(0).toUpperCase(Locale.ROOT), STRING);
        to.add("lower", in -> in.string(0).toLowerCase(Locale.ROOT), STRING);
        to.add("title", in -> firstLetters(in.string(0), true), STRING);
        to.add("untitle", in -> firstLetters(in.string(0), false), STRING);
        to.add(
                "nospace",
                in -> in.string(0)
                        .codePoints()
                        .filter(point -> !Character.isWhitespace(point) && !Character.isSpaceChar(point))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString(),
                STRING);
        to.add("initials", in -> initials(in.string(0)), STRING);
        to.add("swapcase", in -> swap(in.string(0)), STRING);
        to.add("snakecase", in -> joined(in.string(0), '_'), STRING);
        to.add("kebabcase", in -> joined(in.string(0), '-'), STRING);
        to.add("camelcase", in -> camel(in.string(0)), STRING);
        to.add("shuffle", in -> shuffled(in.string(0), random), STRING);
    }

    private static String firstLetters(String text, boolean upper) {
        StringBuilder out = new StringBuilder(text.length());
        int before = ' ';
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            boolean first = !isWord(before);
            if (!upper) {
                first = Character.isWhitespace(before);
            }
            out.appendCodePoint(first ? (upper ? Character.toTitleCase(point) : Character.toLowerCase(point)) : point);
            before = point;
            i += Character.charCount(point);
        }
        return out.toString();
    }

    private static boolean isWord(int point) {
        return Character.isLetterOrDigit(point) || point == '_' || (point >= 0x80 && !Character.isWhitespace(point));
    }

    private static String initials(String text) {
        StringBuilder out = new StringBuilder();
        boolean lastSpace = true;
        for (int point : text.codePoints().toArray()) {
            if (Character.isWhitespace(point)) {
                lastSpace = true;
            } else if (lastSpace) {
                out.appendCodePoint(point);
                lastSpace = false;
            }
        }
        return out.toString();
    }

    private static String swap(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean space = true;
        for (int point : text.codePoints().toArray()) {
            int swapped = point;
            if (Character.isUpperCase(point) || Character.isTitleCase(point)) {
                swapped = Character.toLowerCase(point);
            } else if (Character.isLowerCase(point)) {
                swapped = space ? Character.toTitleCase(point) : Character.toUpperCase(point);
            }
            out.appendCodePoint(swapped);
            space = Character.isWhitespace(point);
        }
        return out.toString();
    }

    private enum Letter {
        UPPER,
        LOWER,
        DIGIT,
        OTHER,
        GAP
    }

    private static Letter letter(int point) {
        if (point == '_' || point == '-' || Character.isWhitespace(point)) {
            return Letter.GAP;
        }
        if (Character.isUpperCase(point)) {
            return Letter.UPPER;
        }
        return Character.isDigit(point) ? Letter.DIGIT : Character.isLetter(point) ? Letter.LOWER : Letter.OTHER;
    }

    /** FooBAR2Go: foo_bar_2_go; HTTPServer: http_server. Marks at the edges stay. */
    private static String joined(String text, char mark) {
        int[] points = text.codePoints().toArray();
        StringBuilder out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < points.length; i++) {
            Letter now = letter(points[i]);
            Letter before = i == 0 ? Letter.GAP : letter(points[i - 1]);
            if (now == Letter.GAP) {
                out.append(mark);
                continue;
            }
            boolean nextLower = i + 1 < points.length && letter(points[i + 1]) == Letter.LOWER;
            boolean starts = i > 0 && before != Letter.GAP && starts(now, before, nextLower);
            if (starts) {
                out.append(mark);
            }
            out.appendCodePoint(Character.toLowerCase(points[i]));
        }
        return out.toString();
    }

    private static boolean starts(Letter now, Letter before, boolean nextLower) {
        return switch (now) {
            case UPPER -> before == Letter.LOWER || before == Letter.DIGIT || before == Letter.OTHER || nextLower;
            case DIGIT -> before == Letter.LOWER || before == Letter.UPPER;
            case LOWER -> before == Letter.DIGIT;
            default -> false;
        };
    }

    private static String camel(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int[] points = text.codePoints().toArray();
        int at = 0;
        // What it begins with is kept.
        while (at < points.length && letter(points[at]) == Letter.GAP) {
            out.appendCodePoint(points[at++]);
        }
        boolean upper = true;
        for (; at < points.length; at++) {
            if (letter(points[at]) == Letter.GAP) {
                boolean trailing = true;
                for (int i = at; i < points.length; i++) {
                    trailing &= letter(points[i]) == Letter.GAP;
                }
                if (trailing) {
                    out.appendCodePoint(points[at]);
                }
                upper = true;
                continue;
            }
            out.appendCodePoint(upper ? Character.toUpperCase(points[at]) : points[at]);
            upper = false;
        }
        return out.toString();
    }

    private static String shuffled(String text, RandomGenerator random) {
        List<Integer> points = new ArrayList<>();
        text.codePoints().forEach(points::add);
        StringBuilder out = new StringBuilder(text.length());
        while (!points.isEmpty()) {
            int at = random.nextInt(points.size());
            out.appendCodePoint(points.get(at));
            points.set(at, points.get(points.size() - 1));
            int last = points.size() - 1;
            points.subList(last, last + 1).clear();
        }
        return out.toString();
    }
}
