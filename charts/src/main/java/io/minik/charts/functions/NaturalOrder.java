package io.minik.charts.functions;

import java.util.Comparator;

/** How go-yaml sorts keys: numbers in them by their value, and letters behind all else. */
final class NaturalOrder {
    static final Comparator<String> GO_YAML = NaturalOrder::compare;

    private NaturalOrder() {}

    private static int compare(String one, String other) {
        int[] a = one.codePoints().toArray();
        int[] b = other.codePoints().toArray();
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            if (a[i] != b[i]) {
                return different(a, b, i);
            }
        }
        return Integer.compare(a.length, b.length);
    }

    private static int different(int[] a, int[] b, int at) {
        boolean letter = Character.isLetter(a[at]);
        boolean otherLetter = Character.isLetter(b[at]);
        if (letter && otherLetter) {
            return Integer.compare(a[at], b[at]);
        }
        if (letter || otherLetter) {
            return otherLetter ? -1 : 1;
        }
        // A zero behind digits is one of theirs.
        long start = (a[at] == '0' || b[at] == '0') && digitsBefore(a, at) ? 1 : 0;
        int end = digits(a, at);
        int otherEnd = digits(b, at);
        int order = Long.compare(number(a, at, end, start), number(b, at, otherEnd, start));
        order = order != 0 ? order : Integer.compare(end, otherEnd);
        return order != 0 ? order : Integer.compare(a[at], b[at]);
    }

    private static boolean digitsBefore(int[] text, int at) {
        for (int i = at - 1; i >= 0 && Character.isDigit(text[i]); i--) {
            if (text[i] != '0') {
                return true;
            }
        }
        return false;
    }

    private static int digits(int[] text, int from) {
        int end = from;
        while (end < text.length && Character.isDigit(text[end])) {
            end++;
        }
        return end;
    }

    private static long number(int[] text, int from, int to, long start) {
        long number = start;
        for (int i = from; i < to; i++) {
            number = number * 10 + (text[i] - '0');
        }
        return number;
    }
}
