package io.minik.server.controllers.jobs;

import java.util.NavigableSet;
import java.util.TreeSet;

/** A set of indexes as Job status writes it: {@code 0,3-5,7}. Pure. */
public final class CompletedIndexes {
    private CompletedIndexes() {}

    /** What can't be read counts as not completed. */
    public static NavigableSet<Integer> parse(String text) {
        NavigableSet<Integer> indexes = new TreeSet<>();
        for (String part : text.split(",")) {
            if (part.matches("[0-9]{1,9}(-[0-9]{1,9})?")) {
                int dash = part.indexOf('-');
                int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
                int to = dash < 0 ? from : Integer.parseInt(part.substring(dash + 1));
                for (int index = from; index <= to; index++) {
                    indexes.add(index);
                }
            }
        }
        return indexes;
    }

    public static String text(NavigableSet<Integer> indexes) {
        StringBuilder text = new StringBuilder();
        Integer from = null;
        Integer last = null;
        for (Integer index : indexes) {
            if (last != null && index == last + 1) {
                last = index;
                continue;
            }
            append(text, from, last);
            from = index;
            last = index;
        }
        append(text, from, last);
        return text.toString();
    }

    private static void append(
            StringBuilder text,
            @org.jspecify.annotations.Nullable Integer from,
            @org.jspecify.annotations.Nullable Integer last) {
        if (from != null && last != null) {
            text.append(text.isEmpty() ? "" : ",").append(from);
            if (last > from) {
                // Two in a row are written one by one, as upstream does.
                text.append(last == from + 1 ? ',' : '-').append(last);
            }
        }
    }
}
