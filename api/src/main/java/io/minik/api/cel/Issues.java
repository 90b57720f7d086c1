package io.minik.api.cel;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with an expression, where; as cel-go prints it. */
final class Issues {
    /** Nobody reads more than this. */
    private static final int MOST = 100;

    private record Issue(int at, String message) {}

    private final String source;
    private final List<Issue> issues = new ArrayList<>();

    Issues(String source) {
        this.source = source;
    }

    /** @param at offset of a character */
    void add(int at, String message) {
        if (issues.size() < MOST) {
            issues.add(new Issue(at, message));
        }
    }

    boolean isEmpty() {
        return issues.isEmpty();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        issues.stream().sorted((a, b) -> Integer.compare(a.at(), b.at())).forEach(issue -> {
            int start = source.lastIndexOf('\n', Math.max(0, issue.at() - 1)) + 1;
            start = issue.at() == 0 ? 0 : start;
            int end = source.indexOf('\n', start);
            long line = source.substring(0, start)
                            .chars()
                            .filter(letter -> letter == '\n')
                            .count()
                    + 1;
            int column = issue.at() - start;
            text.append(text.isEmpty() ? "" : "\n")
                    .append("ERROR: <input>:")
                    .append(line)
                    .append(':')
                    .append(column + 1)
                    .append(": ")
                    .append(issue.message())
                    .append("\n | ")
                    .append(source, start, end < 0 ? source.length() : end)
                    .append("\n | ")
                    .append(".".repeat(column))
                    .append('^');
        });
        return text.toString();
    }
}
