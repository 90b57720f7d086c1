package io.minik.charts.chart;

import io.minik.charts.functions.ChartVersion;
import io.minik.charts.functions.VersionConstraint;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of the charts in {@code charts/} take part, under which name, and which of their values their parents import. */
final class Dependencies {
    private Dependencies() {}

    static void process(Chart chart, Map<String, @Nullable Object> given) {
        check(chart);
        enable(chart, given, "");
        importValues(chart);
    }

    /** What Chart.yaml names has to be there. */
    private static void check(Chart chart) {
        List<String> missing = new ArrayList<>();
        for (Map<String, @Nullable Object> declared : chart.declared()) {
            String name = text(declared, "name");
            if (chart.dependencies().stream().noneMatch(child -> child.name().equals(name))) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty()) {
            throw new ChartException(
                    "found in Chart.yaml, but missing in charts/ directory: " + String.join(", ", missing));
        }
    }

    private static String text(Map<String, @Nullable Object> declared, String field) {
        return declared.get(field) instanceof String text ? text : "";
    }

    private static boolean fits(String wanted, String version) {
        try {
            return ChartVersion.find(version)
                    .filter(VersionConstraint.of(wanted)::takes)
                    .isPresent();
        } catch (TemplateException e) {
            return false;
        }
    }

    private static boolean isDeclared(Chart child, List<Map<String, @Nullable Object>> declared) {
        return declared.stream()
                .anyMatch(one -> text(one, "name").equals(child.name()) && fits(text(one, "version"), child.version()));
    }

    private static void enable(Chart chart, Map<String, @Nullable Object> given, String path) {
        List<Map<String, @Nullable Object>> declared = chart.declared();
        if (declared.isEmpty()) {
            chart.dependencies().forEach(child -> enable(child, given, path + child.name() + "."));
            return;
        }
        List<Chart> present = new ArrayList<>();
        for (Chart child : chart.dependencies()) {
            if (!isDeclared(child, declared)) {
                present.add(child);
            }
        }
        for (Map<String, @Nullable Object> one : declared) {
            chart.dependencies().stream()
                    .filter(child ->
                            text(one, "name").equals(child.name()) && fits(text(one, "version"), child.version()))
                    .findFirst()
                    .ifPresent(child -> present.add(alias(one, child)));
            one.put("name", text(one, "alias").isEmpty() ? text(one, "name") : text(one, "alias"));
        }
        chart.dependencies(present);
        Map<String, @Nullable Object> values = Coalesce.values(chart, given);
        List<String> off = declared.stream()
                .filter(one -> !isEnabled(one, values))
                .map(one -> text(one, "name"))
                .toList();
        chart.dependencies(new ArrayList<>(
                present.stream().filter(child -> !off.contains(child.name())).toList()));
        chart.metadata.put(
                "dependencies",
                new ArrayList<Object>(declared.stream()
                        .filter(one -> !off.contains(text(one, "name")))
                        .toList()));
        for (Chart child : chart.dependencies()) {
            Object below = values.get(child.name());
            enable(child, below instanceof Map ? GoValues.map(below) : new LinkedHashMap<>(), "");
        }
    }

    private static Chart alias(Map<String, @Nullable Object> one, Chart child) {
        String alias = text(one, "alias");
        return alias.isEmpty() ? child : child.named(alias);
    }

    /** Tags first; a condition that is a bool says otherwise. */
    private static boolean isEnabled(Map<String, @Nullable Object> one, Map<String, @Nullable Object> values) {
        boolean on = false;
        boolean off = false;
        if (one.get("tags") instanceof List<?> tags && values.get("tags") instanceof Map) {
            for (Object tag : tags) {
                Object said = GoValues.map(values.get("tags")).get(String.valueOf(tag));
                on |= Boolean.TRUE.equals(said);
                off |= Boolean.FALSE.equals(said);
            }
        }
        for (String condition : text(one, "condition").split(",")) {
            Object said = condition.isBlank() ? null : Coalesce.at(values, condition.strip());
            if (said instanceof Boolean bool) {
                return bool;
            }
        }
        return on || !off;
    }

    private static void importValues(Chart chart) {
        chart.dependencies().forEach(Dependencies::importValues);
        Map<String, @Nullable Object> values = Coalesce.values(chart, new LinkedHashMap<>());
        Map<String, @Nullable Object> imported = new LinkedHashMap<>();
        for (Map<String, @Nullable Object> one : chart.declared()) {
            if (one.get("import-values") instanceof List<?> list) {
                for (Object wanted : list) {
                    Map<String, @Nullable Object> taken = taken(text(one, "name"), wanted, values);
                    Coalesce.tables(taken, imported);
                    imported = taken;
                }
            }
        }
        if (!imported.isEmpty()) {
            // The parent's own values go before what it imports.
            Map<String, @Nullable Object> own = Coalesce.copy(chart.values());
            Coalesce.tables(own, imported);
            chart.values(own);
        }
    }

    private static Map<String, @Nullable Object> taken(
            String child, @Nullable Object wanted, Map<String, @Nullable Object> values) {
        String from = "exports." + wanted;
        String to = ".";
        if (wanted instanceof Map) {
            from = text(GoValues.map(wanted), "child");
            to = text(GoValues.map(wanted), "parent");
        }
        Object found = Coalesce.at(values, child + "." + from);
        Map<String, @Nullable Object> table =
                found instanceof Map ? Coalesce.copy(GoValues.map(found)) : new LinkedHashMap<>();
        if (!to.equals(".")) {
            String[] parts = to.split("\\.");
            for (int i = parts.length - 1; i >= 0; i--) {
                Map<String, @Nullable Object> around = new LinkedHashMap<>();
                around.put(parts[i], table);
                table = around;
            }
        }
        return table;
    }
}
