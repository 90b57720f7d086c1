package io.minik.charts.chart;

import io.minik.api.meta.GoPattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code .helmignore}: which files are no part of the chart. Templates are named by Chart.yaml's folder and stay in any case. */
final class HelmIgnore {
    private static final int MOST_RULES = 1000;

    private final List<Rule> rules;

    private HelmIgnore(List<Rule> rules) {
        this.rules = rules;
    }

    /** @param whole the pattern is about the whole name, and not of the last part alone */
    private record Rule(GoPattern pattern, boolean negated, boolean folder, boolean whole) {}

    static HelmIgnore of(byte @Nullable [] file) {
        List<Rule> rules = new ArrayList<>();
        if (file != null) {
            new String(file, StandardCharsets.UTF_8)
                    .lines()
                    .limit(MOST_RULES)
                    .map(String::strip)
                    .forEach(line -> {
                        if (!line.isEmpty() && !line.startsWith("#")) {
                            rules.add(rule(line));
                        }
                    });
        }
        return new HelmIgnore(rules);
    }

    private static Rule rule(String line) {
        boolean negated = line.startsWith("!");
        String glob = negated ? line.substring(1) : line;
        if (glob.contains("**")) {
            throw new ChartException(".helmignore: double-star (**) syntax is not supported");
        }
        boolean folder = glob.endsWith("/");
        glob = folder ? glob.substring(0, glob.length() - 1) : glob;
        boolean whole = glob.contains("/");
        return new Rule(Globs.of(glob.startsWith("/") ? glob.substring(1) : glob), negated, folder, whole);
    }

    boolean ignores(String name) {
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            if (ignores(name.substring(0, slash), true)) {
                return true;
            }
        }
        return ignores(name, false);
    }

    private boolean ignores(String name, boolean folder) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        for (Rule rule : rules) {
            boolean matches = (folder || !rule.folder()) && rule.pattern().isFoundIn(rule.whole() ? name : last);
            if (rule.negated() ? !matches : matches) {
                return true;
            }
        }
        return false;
    }
}
