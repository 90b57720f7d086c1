package io.minik.charts.chart;

import io.minik.api.meta.GoPattern;
import io.minik.charts.functions.ChartVersion;
import io.minik.charts.functions.GoYaml;
import io.minik.charts.template.Budget;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.Struct;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What templates find beside their values: .Chart, .Files, .Capabilities. */
final class TemplateObjects {
    private TemplateObjects() {}

    /** A struct of fields alone. */
    record Fields(String typeName, Map<String, @Nullable Object> fields) implements Struct {
        @Override
        public String text() {
            return "{"
                    + String.join(
                            " ", fields.values().stream().map(String::valueOf).toList()) + "}";
        }

        @Override
        public boolean has(String name) {
            return fields.containsKey(name);
        }

        @Override
        public @Nullable Object get(String name, List<@Nullable Object> arguments) {
            return fields.get(name);
        }
    }

    /** Chart.yaml with Go's names of its fields; what is not said is empty. */
    static Struct chart(Chart chart) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (String field : List.of(
                "name",
                "home",
                "version",
                "description",
                "icon",
                "condition",
                "tags",
                "appVersion",
                "kubeVersion",
                "type")) {
            Object value = chart.metadata.get(field);
            fields.put(upper(field), value == null ? "" : GoValues.text(value, Budget.ofOneChart()));
        }
        fields.put("APIVersion", chart.text("apiVersion").isEmpty() ? "v1" : chart.text("apiVersion"));
        fields.put("Deprecated", Boolean.TRUE.equals(chart.metadata.get("deprecated")));
        fields.put("IsRoot", chart.isRoot());
        fields.put("Annotations", orEmpty(chart.metadata.get("annotations")));
        for (String field : List.of("sources", "keywords")) {
            fields.put(upper(field), list(chart.metadata.get(field)));
        }
        fields.put(
                "Maintainers", structs("*chart.Maintainer", chart.metadata.get("maintainers"), "name", "email", "url"));
        fields.put(
                "Dependencies",
                structs(
                        "*chart.Dependency",
                        chart.metadata.get("dependencies"),
                        "name",
                        "version",
                        "repository",
                        "condition",
                        "alias"));
        return new Fields("chart.Metadata", fields);
    }

    private static String upper(String field) {
        return field.equals("url") ? "URL" : Character.toUpperCase(field.charAt(0)) + field.substring(1);
    }

    private static Object orEmpty(@Nullable Object value) {
        return value == null ? new LinkedHashMap<String, @Nullable Object>() : value;
    }

    private static List<@Nullable Object> list(@Nullable Object value) {
        return value instanceof List ? GoValues.list(value) : new ArrayList<>();
    }

    private static List<@Nullable Object> structs(String type, @Nullable Object value, String... names) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Object item : list(value)) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            for (String name : names) {
                Object said = item instanceof Map ? GoValues.map(item).get(name) : null;
                fields.put(upper(name), said == null ? "" : said);
            }
            all.add(new Fields(type, fields));
        }
        return all;
    }

    /** @param served group versions, and kinds as {@code apps/v1/Deployment} */
    static Struct capabilities(String kubeVersion, Set<String> served) {
        ChartVersion version = ChartVersion.find(kubeVersion)
                .orElseThrow(() -> new ChartException("kubernetes version " + kubeVersion + " is none"));
        Map<String, @Nullable Object> kube = new LinkedHashMap<>();
        kube.put("Version", kubeVersion);
        kube.put("GitVersion", kubeVersion);
        kube.put("Major", Long.toString(version.major()));
        kube.put("Minor", Long.toString(version.minor()));
        kube.put("String", kubeVersion);
        Map<String, @Nullable Object> helm = new LinkedHashMap<>();
        helm.put("Version", Rendering.HELM_VERSION);
        helm.put("GitCommit", "");
        helm.put("GitTreeState", "clean");
        helm.put("GoVersion", "");
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("KubeVersion", new KubeVersion(new Fields("chartutil.KubeVersion", kube), kubeVersion));
        fields.put("APIVersions", new ApiVersionSet(served));
        fields.put("HelmVersion", new Fields("version.BuildInfo", helm));
        return new Fields("*chartutil.Capabilities", fields);
    }

    /** Prints itself as its version. */
    private record KubeVersion(Fields fields, String version) implements Struct {
        @Override
        public String typeName() {
            return "*chartutil.KubeVersion";
        }

        @Override
        public String text() {
            return version;
        }

        @Override
        public boolean has(String name) {
            return fields.has(name);
        }

        @Override
        public @Nullable Object get(String name, List<@Nullable Object> arguments) {
            return fields.get(name, arguments);
        }
    }

    private record ApiVersionSet(Set<String> served) implements Struct {
        @Override
        public String typeName() {
            return "chartutil.VersionSet";
        }

        @Override
        public String text() {
            return served.toString();
        }

        @Override
        public boolean has(String name) {
            return name.equals("Has");
        }

        @Override
        public boolean isMethod(String name) {
            return true;
        }

        @Override
        public Object get(String name, List<@Nullable Object> arguments) {
            return served.contains(string("Has", arguments));
        }
    }

    private static String string(String method, List<@Nullable Object> arguments) {
        if (arguments.size() == 1 && arguments.get(0) instanceof String text) {
            return text;
        }
        throw new TemplateException("wrong number of args for " + method + ": want 1 got " + arguments.size());
    }

    /** The chart's files that are no templates. */
    record Files(Map<String, byte[]> files, Budget budget) implements Struct {
        private static final Set<String> METHODS = Set.of("Get", "GetBytes", "Glob", "AsConfig", "AsSecrets", "Lines");

        @Override
        public String typeName() {
            return "engine.files";
        }

        @Override
        public String text() {
            return "map[" + String.join(" ", files.keySet()) + "]";
        }

        @Override
        public boolean has(String name) {
            return METHODS.contains(name) || files.containsKey(name);
        }

        @Override
        public boolean isMethod(String name) {
            return METHODS.contains(name);
        }

        @Override
        public Map<String, @Nullable Object> entries() {
            Map<String, @Nullable Object> entries = new TreeMap<>();
            files.forEach((name, bytes) -> entries.put(name, read(bytes)));
            return entries;
        }

        private String read(byte @Nullable [] bytes) {
            if (bytes == null) {
                return "";
            }
            budget.letters(bytes.length);
            return GoStrings.of(bytes);
        }

        @Override
        public Object get(String name, List<@Nullable Object> arguments) {
            return switch (name) {
                case "Get", "GetBytes" -> read(files.get(string(name, arguments)));
                case "Lines" -> lines(read(files.get(string(name, arguments))));
                case "Glob" -> glob(string(name, arguments));
                case "AsConfig", "AsSecrets" -> map(name.equals("AsSecrets"));
                default -> read(files.get(name));
            };
        }

        private static List<@Nullable Object> lines(String text) {
            List<@Nullable Object> lines = new ArrayList<>();
            if (!text.isEmpty()) {
                String whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
                lines.addAll(List.of(whole.split("\n", -1)));
            }
            return lines;
        }

        private Files glob(String pattern) {
            GoPattern glob;
            try {
                glob = Globs.of(pattern);
            } catch (ChartException e) {
                glob = Globs.of("**");
            }
            Map<String, byte[]> found = new TreeMap<>();
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                budget.spend(1);
                if (glob.isFoundIn(file.getKey())) {
                    found.put(file.getKey(), file.getValue());
                }
            }
            return new Files(found, budget);
        }

        private String map(boolean secrets) {
            if (files.isEmpty()) {
                return "";
            }
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            files.forEach((name, bytes) -> {
                budget.letters(bytes.length * 2L);
                String last = name.substring(name.lastIndexOf('/') + 1);
                map.put(last, secrets ? Base64.getEncoder().encodeToString(bytes) : GoStrings.of(bytes));
            });
            String yaml = GoYaml.write(map, false, budget);
            return yaml.endsWith("\n") ? yaml.substring(0, yaml.length() - 1) : yaml;
        }
    }
}
