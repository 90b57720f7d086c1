package io.minik.charts.chart;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.charts.template.GoValues;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chart with the charts that it depends on. Its name, its values and its dependencies change while it is processed. */
public final class Chart {
    final Map<String, @Nullable Object> metadata;
    final Map<String, byte[]> templates;
    final Map<String, byte[]> files;
    final Map<String, byte[]> crds;
    final byte @Nullable [] schema;
    final byte[] rawValues;
    private String name;
    private Map<String, @Nullable Object> values;
    private List<Chart> dependencies;
    private @Nullable Chart parent;

    Chart(ChartFiles read) {
        this.metadata = read.metadata();
        this.templates = read.templates();
        this.files = read.files();
        this.crds = read.crds();
        this.schema = read.schema();
        this.rawValues = read.rawValues();
        this.values = read.values();
        this.name = text("name");
        this.dependencies = new ArrayList<>(read.charts());
        this.dependencies.forEach(chart -> chart.parent = this);
    }

    private Chart(Chart of, String name) {
        this.metadata = new LinkedHashMap<>(of.metadata);
        this.metadata.put("name", name);
        this.templates = of.templates;
        this.files = of.files;
        this.crds = of.crds;
        this.schema = of.schema;
        this.rawValues = of.rawValues;
        this.values = of.values;
        this.name = name;
        this.dependencies = new ArrayList<>();
        for (Chart chart : of.dependencies) {
            Chart copy = new Chart(chart, chart.name);
            copy.parent = this;
            this.dependencies.add(copy);
        }
    }

    /** @throws ChartException if it is none */
    public static Chart of(byte[] tgz) {
        return ChartFiles.chart(ChartArchive.unpack(tgz), 0);
    }

    /** The same under another name, as a dependency with an alias has it. */
    Chart named(String other) {
        Chart copy = new Chart(this, other);
        copy.parent = parent;
        return copy;
    }

    public String name() {
        return name;
    }

    public String version() {
        return text("version");
    }

    public String text(String field) {
        return metadata.get(field) instanceof String text ? text : "";
    }

    boolean isLibrary() {
        return text("type").equals("library");
    }

    boolean isRoot() {
        return parent == null;
    }

    /** As templates of it are named: {@code parent/charts/child}. */
    String path() {
        return parent == null ? name : parent.path() + "/charts/" + name;
    }

    Map<String, @Nullable Object> values() {
        return values;
    }

    void values(Map<String, @Nullable Object> others) {
        values = others;
    }

    List<Chart> dependencies() {
        return dependencies;
    }

    void dependencies(List<Chart> others) {
        dependencies = others;
        others.forEach(chart -> chart.parent = this);
    }

    /** What Chart.yaml says of them; each a map that may be changed. */
    List<Map<String, @Nullable Object>> declared() {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        if (metadata.get("dependencies") instanceof List<?> list) {
            list.forEach(item -> {
                if (item instanceof Map) {
                    all.add(GoValues.map(item));
                }
            });
        }
        return all;
    }

    /** As Helm keeps it in a release: without the charts that it depends on, as there. */
    public ObjectNode described() {
        ObjectNode tree = Json.object();
        tree.set("metadata", Json.MAPPER.valueToTree(metadata));
        tree.putNull("lock");
        files(templates, tree.putArray("templates"));
        tree.set("values", Json.MAPPER.valueToTree(values));
        if (schema == null) {
            tree.putNull("schema");
        } else {
            tree.put("schema", Base64.getEncoder().encodeToString(schema));
        }
        files(files, tree.putArray("files"));
        return tree;
    }

    private static void files(Map<String, byte[]> files, ArrayNode into) {
        files.forEach((name, bytes) -> into.addObject()
                .put("name", name)
                .put("data", Base64.getEncoder().encodeToString(bytes)));
    }

    /** Of this chart and those that it depends on, in the order of names; they come before all else. */
    public Map<String, byte[]> allCrds() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        crds.forEach((file, bytes) -> all.put(path() + "/" + file, bytes));
        dependencies.forEach(chart -> all.putAll(chart.allCrds()));
        return all;
    }
}
