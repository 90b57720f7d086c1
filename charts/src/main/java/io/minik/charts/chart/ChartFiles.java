package io.minik.charts.chart;

import io.minik.charts.functions.ChartVersion;
import io.minik.charts.functions.GoYaml;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a chart by what they are for. */
record ChartFiles(
        Map<String, @Nullable Object> metadata,
        Map<String, @Nullable Object> values,
        byte[] rawValues,
        byte @Nullable [] schema,
        Map<String, byte[]> templates,
        Map<String, byte[]> files,
        Map<String, byte[]> crds,
        List<Chart> charts) {
    /** Charts in charts: deeper nests none that is made by hand. */
    private static final int MOST_DEPTH = 10;

    static Chart chart(Map<String, byte[]> files, int depth) {
        if (depth > MOST_DEPTH) {
            throw new ChartException("charts nest deeper than " + MOST_DEPTH);
        }
        byte[] described = files.get("Chart.yaml");
        if (described == null) {
            throw new ChartException("Chart.yaml file is missing");
        }
        Map<String, @Nullable Object> metadata = yaml("Chart.yaml", described);
        byte[] requirements = files.get("requirements.yaml");
        if (requirements != null) {
            yaml("requirements.yaml", requirements).forEach(metadata::put);
        }
        check(metadata);
        Map<String, byte[]> templates = new TreeMap<>();
        Map<String, byte[]> others = new TreeMap<>();
        Map<String, byte[]> crds = new TreeMap<>();
        Map<String, Map<String, byte[]>> charts = new TreeMap<>();
        HelmIgnore ignore = HelmIgnore.of(files.get(".helmignore"));
        files.forEach((name, bytes) -> {
            if (name.startsWith("templates/")) {
                templates.put(name, bytes);
            } else if (name.startsWith("charts/") && !name.endsWith(".prov")) {
                String below = name.substring("charts/".length());
                int slash = below.indexOf('/');
                String chart = slash < 0 ? below : below.substring(0, slash);
                charts.computeIfAbsent(chart, unused -> new LinkedHashMap<>())
                        .put(slash < 0 ? below : below.substring(slash + 1), bytes);
            } else if (!isOwn(name) && !ignore.ignores(name)) {
                others.put(name, bytes);
            }
            boolean isCrd = name.startsWith("crds/") && name.matches(".*\\.(yaml|yml|json)");
            if (isCrd) {
                crds.put(name, bytes);
            }
        });
        byte[] values = files.getOrDefault("values.yaml", new byte[0]);
        return new Chart(new ChartFiles(
                metadata,
                yaml("values.yaml", values),
                values,
                files.get("values.schema.json"),
                templates,
                others,
                crds,
                charts(charts, String.valueOf(metadata.get("name")), depth)));
    }

    private static boolean isOwn(String name) {
        return List.of("Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json")
                .contains(name);
    }

    private static void check(Map<String, @Nullable Object> metadata) {
        if (!(metadata.get("name") instanceof String name) || name.isEmpty()) {
            throw new ChartException("validation: chart.metadata.name is required");
        }
        if (name.contains("/") || name.equals("..") || name.equals(".")) {
            throw new ChartException("validation: chart.metadata.name \"" + name + "\" is invalid");
        }
        Object version = metadata.get("version");
        if (version == null) {
            throw new ChartException("validation: chart.metadata.version is required");
        }
        if (ChartVersion.find(String.valueOf(version)).isEmpty()) {
            throw new ChartException("validation: chart.metadata.version \"" + version + "\" is invalid");
        }
        Object type = metadata.get("type");
        if (type != null && !type.equals("") && !type.equals("application") && !type.equals("library")) {
            throw new ChartException("validation: chart.metadata.type must be application or library");
        }
    }

    private static List<Chart> charts(Map<String, Map<String, byte[]>> folders, String parent, int depth) {
        List<Chart> charts = new ArrayList<>();
        folders.forEach((folder, files) -> {
            if (folder.startsWith("_") || folder.startsWith(".")) {
                return;
            }
            try {
                byte[] tgz = files.get(folder);
                if (folder.endsWith(".tgz") && tgz != null) {
                    charts.add(chart(ChartArchive.unpack(tgz), depth + 1));
                } else if (files.size() > 1 || !files.containsKey(folder)) {
                    charts.add(chart(files, depth + 1));
                }
            } catch (ChartException e) {
                throw new ChartException(
                        "error unpacking subchart " + folder + " in " + parent + ": " + e.getMessage());
            }
        });
        return charts;
    }

    /** A map, empty where the file says nothing. */
    static Map<String, @Nullable Object> yaml(String file, byte[] bytes) {
        try {
            Object value = GoYaml.read(GoStrings.of(bytes));
            if (value == null) {
                return new LinkedHashMap<>();
            }
            if (!(value instanceof Map)) {
                throw new ChartException("cannot load " + file + ": it is no map");
            }
            return GoValues.map(value);
        } catch (TemplateException e) {
            throw new ChartException("cannot load " + file + ": " + e.getMessage());
        }
    }
}
