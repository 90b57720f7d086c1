package io.minik.charts.chart;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.meta.GoPattern;

/** Patterns of file names: {@code *} and {@code ?} stop at slashes, {@code **} does not, {@code {a,b}} and {@code [a-z]} choose. */
final class Globs {
    private Globs() {}

    /** @throws ChartException if it is none */
    static GoPattern of(String glob) {
        StringBuilder out = new StringBuilder("^");
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char letter = glob.charAt(i);
            switch (letter) {
                case '*' -> {
                    boolean two = i + 1 < glob.length() && glob.charAt(i + 1) == '*';
                    out.append(two ? ".*" : "[^/]*");
                    i += two ? 1 : 0;
                }
                case '?' -> out.append("[^/]");
                case '{' -> {
                    braces++;
                    out.append("(?:");
                }
                case '}' -> {
                    braces--;
                    out.append(')');
                }
                case ',' -> out.append(braces > 0 ? "|" : ",");
                case '[' -> {
                    int end = glob.indexOf(']', i + 1);
                    if (end < 0) {
                        throw new ChartException("syntax error in pattern " + glob);
                    }
                    String inside = glob.substring(i + 1, end).replace("\\", "\\\\");
                    out.append('[')
                            .append(inside.startsWith("!") ? "^" + inside.substring(1) : inside)
                            .append(']');
                    i = end;
                }
                case '\\' -> {
                    i++;
                    out.append(i < glob.length() ? Pattern.quote(String.valueOf(glob.charAt(i))) : "");
                }
                default -> out.append(Pattern.quote(String.valueOf(letter)));
            }
        }
        try {
            return GoPattern.of(out.append('$').toString());
        } catch (PatternSyntaxException e) {
            throw new ChartException("syntax error in pattern " + glob);
        }
    }
}
