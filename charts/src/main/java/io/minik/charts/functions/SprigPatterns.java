package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.INT;
import static io.minik.charts.template.Function.Kind.STRING;

import com.google.re2j.Matcher;
import com.google.re2j.PatternSyntaxException;
import io.minik.api.meta.GoPattern;
import io.minik.charts.template.Budget;
import io.minik.charts.template.Function;
import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.Function.Body;
import io.minik.charts.template.Quoted;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Regular expressions: Go's, in linear time. */
final class SprigPatterns {
    private SprigPatterns() {}

    static void add(SprigFunctions to) {
        to.add("regexMatch", SprigPatterns::matches, STRING, STRING);
        to.add("mustRegexMatch", in -> matcher(in).find(), STRING, STRING);
        both(to, "egexFind", SprigPatterns::find, STRING, STRING);
        both(to, "egexFindAll", SprigPatterns::findAll, STRING, STRING, INT);
        both(to, "egexReplaceAll", in -> replace(in, false), STRING, STRING, STRING);
        both(to, "egexReplaceAllLiteral", in -> replace(in, true), STRING, STRING, STRING);
        both(to, "egexSplit", SprigPatterns::split, STRING, STRING, INT);
        to.add("regexQuoteMeta", in -> quoteMeta(in.string(0)), STRING);
    }

    /** The one without must says of a pattern that is none what Go's MustCompile does. */
    private static void both(SprigFunctions to, String name, Body body, Function.Kind... kinds) {
        to.add("mustR" + name, body, kinds);
        to.add(
                "r" + name,
                in -> {
                    try {
                        return body.call(in);
                    } catch (TemplateException e) {
                        String quoted = in.string(0).contains("`") ? Quoted.of(in.string(0)) : "`" + in.string(0) + "`";
                        throw new TemplateException("regexp: Compile(" + quoted + "): " + e.getMessage());
                    }
                },
                kinds);
    }

    private static Matcher matcher(Arguments in) {
        GoPattern pattern;
        try {
            pattern = GoPattern.of(in.string(0));
        } catch (PatternSyntaxException e) {
            throw new TemplateException(String.valueOf(e.getMessage()));
        }
        if (pattern.takesLong(in.string(1))) {
            throw new TemplateException("takes too long on a text of this length");
        }
        in.budget().spend(in.string(1).length() / 16 + (long) pattern.steps());
        return pattern.pattern().matcher(in.string(1));
    }

    private static Object matches(Arguments in) {
        try {
            return matcher(in).find();
        } catch (TemplateException e) {
            // As sprig: a pattern that is none matches nothing.
            in.budget().spend(1);
            return false;
        }
    }

    private static String find(Arguments in) {
        Matcher matcher = matcher(in);
        return matcher.find() ? matcher.group() : "";
    }

    /** Each match from here on, Go's way: an empty one right behind another does not count. */
    private static List<int[]> spans(Matcher matcher, int most, Budget budget) {
        List<int[]> spans = new ArrayList<>();
        int end = -1;
        while ((most < 0 || spans.size() < most) && matcher.find()) {
            budget.items(1);
            boolean empty = matcher.start() == matcher.end();
            if (!empty || matcher.start() != end) {
                spans.add(new int[] {matcher.start(), matcher.end()});
            }
            end = matcher.end();
        }
        return spans;
    }

    private static List<@Nullable Object> findAll(Arguments in) {
        List<@Nullable Object> all = new ArrayList<>();
        for (int[] span : spans(matcher(in), in.integer(2), in.budget())) {
            all.add(in.string(1).substring(span[0], span[1]));
        }
        return all;
    }

    private static String replace(Arguments in, boolean literal) {
        String text = in.string(1);
        Matcher matcher = matcher(in);
        StringBuilder out = new StringBuilder();
        int from = 0;
        int end = -1;
        while (matcher.find()) {
            in.budget().letters(out.length());
            if (matcher.start() == matcher.end() && matcher.start() == end) {
                continue;
            }
            out.append(text, from, matcher.start());
            out.append(literal ? in.string(2) : expand(in.string(2), matcher));
            from = matcher.end();
            end = from;
        }
        return out.append(text, from, text.length()).toString();
    }

    /** {@code $1}, {@code ${1}}, {@code ${name}}, {@code $$}: a name is as long as it can be, and an unknown one is empty. */
    private static String expand(String template, Matcher matcher) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char letter = template.charAt(i);
            if (letter != '$' || i + 1 == template.length()) {
                out.append(letter);
                continue;
            }
            if (template.charAt(i + 1) == '$') {
                out.append('$');
                i++;
                continue;
            }
            boolean braced = template.charAt(i + 1) == '{';
            int from = i + (braced ? 2 : 1);
            int to = from;
            while (to < template.length() && isName(template.charAt(to))) {
                to++;
            }
            boolean whole = to > from && (!braced || (to < template.length() && template.charAt(to) == '}'));
            if (!whole) {
                out.append('$');
                continue;
            }
            out.append(group(template.substring(from, to), matcher));
            i = braced ? to : to - 1;
        }
        return out.toString();
    }

    private static boolean isName(char letter) {
        return letter == '_' || Character.isLetterOrDigit(letter);
    }

    private static String group(String name, Matcher matcher) {
        String found = null;
        if (name.matches("[0-9]{1,4}")) {
            int number = Integer.parseInt(name);
            found = number <= matcher.groupCount() ? matcher.group(number) : null;
        } else if (matcher.pattern().namedGroups().containsKey(name)) {
            found = matcher.group(name);
        }
        return found == null ? "" : found;
    }

    private static List<@Nullable Object> split(Arguments in) {
        int most = in.integer(2);
        String text = in.string(1);
        if (most == 0) {
            return new ArrayList<>();
        }
        if (!in.string(0).isEmpty() && text.isEmpty()) {
            return new ArrayList<>(List.of(""));
        }
        List<@Nullable Object> parts = new ArrayList<>();
        int begin = 0;
        int end = 0;
        for (int[] span : spans(matcher(in), most, in.budget())) {
            if (most > 0 && parts.size() == most - 1) {
                break;
            }
            end = span[0];
            if (span[1] != 0) {
                parts.add(text.substring(begin, end));
            }
            begin = span[1];
        }
        if (end != text.length()) {
            parts.add(text.substring(begin));
        }
        return parts;
    }

    private static String quoteMeta(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if ("\\.+*?()|[]{}^$".indexOf(letter) >= 0) {
                out.append('\\');
            }
            out.append(letter);
        }
        return out.toString();
    }
}
