package io.minik.charts.functions;

import io.minik.charts.template.Sized;
import io.minik.charts.template.Struct;
import io.minik.charts.template.TemplateException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A version as Masterminds/semver has it: {@code v} and missing numbers are taken. */
public record ChartVersion(String original, long major, long minor, long patch, String before, String build)
        implements Struct, Comparable<ChartVersion> {
    private static final Pattern FORM = Pattern.compile("v?([0-9]{1,18})(?:\\.([0-9]{1,18}))?(?:\\.([0-9]{1,18}))?"
            + "(?:-([0-9A-Za-z-]++(?:\\.[0-9A-Za-z-]++)*+))?(?:\\+([0-9A-Za-z-]++(?:\\.[0-9A-Za-z-]++)*+))?");
    private static final List<String> FIELDS = List.of(
            "Major",
            "Minor",
            "Patch",
            "Prerelease",
            "Metadata",
            "Original",
            "String",
            "Compare",
            "Equal",
            "LessThan",
            "GreaterThan",
            "IncMajor",
            "IncMinor",
            "IncPatch");

    public static Optional<ChartVersion> find(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new ChartVersion(
                text,
                number(matcher.group(1)),
                number(matcher.group(2)),
                number(matcher.group(3)),
                matcher.group(4) == null ? "" : matcher.group(4),
                matcher.group(5) == null ? "" : matcher.group(5)));
    }

    static ChartVersion of(String text) {
        return find(text).orElseThrow(() -> new TemplateException("Invalid Semantic Version"));
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    @Override
    public int compareTo(ChartVersion other) {
        int order = Long.compare(major, other.major);
        order = order != 0 ? order : Long.compare(minor, other.minor);
        order = order != 0 ? order : Long.compare(patch, other.patch);
        return order != 0 ? order : comparePrerelease(before, other.before);
    }

    private static int comparePrerelease(String one, String other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Boolean.compare(one.isEmpty(), other.isEmpty());
        }
        String[] left = one.split("\\.");
        String[] right = other.split("\\.");
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            boolean number = left[i].matches("[0-9]{1,18}");
            boolean otherNumber = right[i].matches("[0-9]{1,18}");
            int order = number && otherNumber
                    ? Long.compare(Long.parseLong(left[i]), Long.parseLong(right[i]))
                    : number == otherNumber ? left[i].compareTo(right[i]) : number ? -1 : 1;
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    }

    @Override
    public String typeName() {
        return "*semver.Version";
    }

    @Override
    public String text() {
        return major + "." + minor + "." + patch + (before.isEmpty() ? "" : "-" + before)
                + (build.isEmpty() ? "" : "+" + build);
    }

    @Override
    public boolean has(String name) {
        return FIELDS.contains(name);
    }

    @Override
    public boolean isMethod(String name) {
        return true;
    }

    @Override
    public @Nullable Object get(String name, List<@Nullable Object> arguments) {
        return switch (name) {
            case "Major" -> unsigned(major);
            case "Minor" -> unsigned(minor);
            case "Patch" -> unsigned(patch);
            case "Prerelease" -> before;
            case "Metadata" -> build;
            case "Original" -> original;
            case "Compare" -> (long) compareTo(other(arguments));
            case "Equal" -> compareTo(other(arguments)) == 0;
            case "LessThan" -> compareTo(other(arguments)) < 0;
            case "GreaterThan" -> compareTo(other(arguments)) > 0;
            case "IncMajor" -> next(major + 1, 0, 0);
            case "IncMinor" -> next(major, minor + 1, 0);
            case "IncPatch" -> next(major, minor, before.isEmpty() ? patch + 1 : patch);
            default -> text();
        };
    }

    private static Object unsigned(long value) {
        return new Sized("uint64", value);
    }

    private static ChartVersion next(long major, long minor, long patch) {
        String text = String.format(Locale.ROOT, "%d.%d.%d", major, minor, patch);
        return new ChartVersion(text, major, minor, patch, "", "");
    }

    private static ChartVersion other(List<@Nullable Object> arguments) {
        if (arguments.size() == 1 && arguments.get(0) instanceof ChartVersion version) {
            return version;
        }
        throw new TemplateException("takes a *semver.Version");
    }
}
