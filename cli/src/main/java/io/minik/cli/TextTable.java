package io.minik.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of words, written below one another: each column as wide as its widest word, and some spaces. */
final class TextTable {
    private final int least;
    private final int padding;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param least width of a column, its padding included */
    TextTable(int least, int padding) {
        this.least = least;
        this.padding = padding;
    }

    TextTable row(String... words) {
        rows.add(List.of(words));
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                String word = row.get(column);
                text.append(word);
                if (column < row.size() - 1) {
                    text.append(" ".repeat(width(column) - word.length()));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        int widest = 0;
        for (List<String> row : rows) {
            if (column < row.size() - 1) {
                widest = Math.max(widest, row.get(column).length());
            }
        }
        return Math.max(least, widest + padding);
    }
}
