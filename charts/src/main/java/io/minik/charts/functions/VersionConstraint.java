package io.minik.charts.functions;

import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which versions will do, in Masterminds/semver's words: {@code ">=1.2 <2 || ^3.1"}, {@code ~1.2}, {@code 1.x},
 * {@code 1.2 - 2.3}. A prerelease does only where the constraint names one.
 */
public final class VersionConstraint {
    private static final String NUMBER = "([0-9]{1,18}|[xX*])";
    private static final String VERSION = "v?" + NUMBER + "(?:\\." + NUMBER + ")?(?:\\." + NUMBER + ")?"
            + "(-[0-9A-Za-z-]++(?:\\.[0-9A-Za-z-]++)*+)?(?:\\+[0-9A-Za-z.-]++)?";
    private static final Pattern ONE =
            Pattern.compile("\\s*(=|==|!=|>|<|>=|=>|<=|=<|~|~>|\\^|)\\s*(" + VERSION + ")\\s*,?\\s*");
    private static final Pattern BETWEEN = Pattern.compile("\\s*(" + VERSION + ")\\s+-\\s+(" + VERSION + ")\\s*,?");

    private final List<List<Term>> any;

    private VersionConstraint(List<List<Term>> any) {
        this.any = any;
    }

    private record Term(String operator, ChartVersion version, int given) {
        /** @param given how many numbers of it were said */
        boolean takes(ChartVersion other) {
            boolean prerelease = !other.before().isEmpty() && version.before().isEmpty();
            int order = other.compareTo(version);
            return switch (operator) {
                case "!=" -> given == 3 ? order != 0 : prerelease || !sameAs(other, given);
                case ">" -> !prerelease && (given == 3 ? order > 0 : order > 0 && !sameAs(other, given));
                case "<" -> !prerelease && order < 0;
                case ">=" -> !prerelease && order >= 0;
                case "<=" -> !prerelease && (order <= 0 || (given < 3 && sameAs(other, given)));
                case "^" -> !prerelease && order >= 0 && caret(other);
                case "~" -> !prerelease && order >= 0 && sameAs(other, Math.min(2, given));
                default -> !prerelease && (given == 3 ? order == 0 : order >= 0 && sameAs(other, given));
            };
        }

        private boolean sameAs(ChartVersion other, int numbers) {
            return (numbers < 1 || version.major() == other.major())
                    && (numbers < 2 || version.minor() == other.minor())
                    && (numbers < 3 || version.patch() == other.patch());
        }

        private boolean caret(ChartVersion other) {
            if (version.major() > 0 || given < 2) {
                return given == 0 || version.major() == other.major();
            }
            if (version.minor() > 0 || given < 3) {
                return sameAs(other, 2);
            }
            return sameAs(other, 3);
        }
    }

    /** @throws TemplateException if it is none */
    public static VersionConstraint of(String text) {
        if (text.length() > 1000) {
            throw new TemplateException("improper constraint: too long");
        }
        List<List<Term>> any = new ArrayList<>();
        for (String part : text.split("\\|\\|", -1)) {
            any.add(all(part, text));
        }
        return new VersionConstraint(any);
    }

    private static List<Term> all(String part, String text) {
        List<Term> terms = new ArrayList<>();
        int at = 0;
        while (at < part.length()) {
            Matcher between = BETWEEN.matcher(part).region(at, part.length());
            if (between.lookingAt()) {
                terms.add(term(">=", between, 2));
                terms.add(term("<=", between, 7));
                at = between.end();
                continue;
            }
            Matcher one = ONE.matcher(part).region(at, part.length());
            if (!one.lookingAt() || one.end() == at) {
                throw new TemplateException("improper constraint: " + text);
            }
            terms.add(term(operator(one.group(1)), one, 3));
            at = one.end();
        }
        if (terms.isEmpty()) {
            throw new TemplateException("improper constraint: " + text);
        }
        return terms;
    }

    private static String operator(String said) {
        return switch (said) {
            case "=>" -> ">=";
            case "=<" -> "<=";
            case "~>" -> "~";
            case "==" -> "=";
            default -> said;
        };
    }

    private static Term term(String operator, Matcher matcher, int first) {
        long[] numbers = new long[3];
        int given = 0;
        for (; given < 3; given++) {
            String number = matcher.group(first + given);
            if (number == null || !Character.isDigit(number.charAt(0))) {
                break;
            }
            numbers[given] = Long.parseLong(number);
        }
        String before = before(matcher.group(first + 3));
        return new Term(operator, new ChartVersion("", numbers[0], numbers[1], numbers[2], before, ""), given);
    }

    private static String before(@Nullable String said) {
        return said == null ? "" : said.substring(1);
    }

    public boolean takes(ChartVersion version) {
        return any.stream().anyMatch(all -> all.stream().allMatch(term -> term.takes(version)));
    }
}
