package io.minik.charts.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.charts.template.GoValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChartArchiveTest {
    private static byte[] raw(byte[]... parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            for (byte[] part : parts) {
                gzip.write(part);
            }
        }
        return out.toByteArray();
    }

    @Test
    void theChartsFolderIsTakenOff() {
        assertThat(ChartArchive.unpack(ChartTree.tgz("web/", Map.of("Chart.yaml", "x", "templates/a", "y"))))
                .containsOnlyKeys("Chart.yaml", "templates/a");
    }

    @Test
    void namesThatLeadElsewhereAreRefused() {
        byte[] any = {1};
        assertThatThrownBy(() -> ChartArchive.unpack(ChartTree.tgz(Map.of("/etc/passwd", any))))
                .hasMessage("chart illegally contains absolute paths");
        assertThatThrownBy(() -> ChartArchive.unpack(ChartTree.tgz(Map.of("web/../../x", any))))
                .hasMessage("chart illegally references parent directory");
        assertThatThrownBy(() -> ChartArchive.unpack(ChartTree.tgz(Map.of("web\\..\\x", any))))
                .hasMessage("chart illegally references parent directory");
        assertThatThrownBy(() -> ChartArchive.unpack(ChartTree.tgz(Map.of("Chart.yaml", any))))
                .hasMessage("chart yaml not in base directory");
    }

    @Test
    void linksAreNoFiles() throws IOException {
        byte[] link = ChartTree.head("web/link", 0, '2');
        assertThat(ChartArchive.unpack(raw(link, ChartTree.head("web/a", 0, '0'))))
                .containsOnlyKeys("a");
    }

    @Test
    void whatSaysItIsHugeIsNotBelieved() throws IOException {
        byte[] huge = raw(ChartTree.head("web/a", 8L << 30, '0'));
        assertThatThrownBy(() -> ChartArchive.unpack(huge)).hasMessageContaining("unpacks to more than");
        byte[] bomb = raw(ChartTree.head("web/a", 17 << 20, '0'), new byte[17 << 20]);
        assertThatThrownBy(() -> ChartArchive.unpack(bomb)).hasMessageContaining("unpacks to more than");
    }

    @Test
    void whatIsNoArchiveIsSaidToBeNone() throws IOException {
        assertThatThrownBy(() -> ChartArchive.unpack("hello".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("file does not appear to be a gzipped archive");
        byte[] cut = raw(ChartTree.head("web/a", 1000, '0'), new byte[10]);
        assertThatThrownBy(() -> ChartArchive.unpack(cut)).isInstanceOf(ChartException.class);
        byte[] none = raw(new byte[1024]);
        assertThatThrownBy(() -> ChartArchive.unpack(none)).hasMessage("no files in chart archive");
    }

    @Test
    void longNamesAreWhole() throws IOException {
        String name = "web/" + "d/".repeat(80) + "file";
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] padded = new byte[512];
        System.arraycopy(text, 0, padded, 0, text.length);
        byte[] all = raw(ChartTree.head("././@LongLink", text.length, 'L'), padded, ChartTree.head("web/cut", 0, '0'));
        assertThat(ChartArchive.unpack(all)).containsOnlyKeys(name.substring("web/".length()));
    }

    @Test
    void chartsThatAreNoneSayWhy() {
        assertThatThrownBy(() -> ChartTree.chart(Map.of("x", "y"))).hasMessage("Chart.yaml file is missing");
        assertThatThrownBy(() -> ChartTree.chart(Map.of("Chart.yaml", "version: 1.0.0")))
                .hasMessage("validation: chart.metadata.name is required");
        assertThatThrownBy(() -> ChartTree.chart(Map.of("Chart.yaml", "name: a\nversion: one")))
                .hasMessage("validation: chart.metadata.version \"one\" is invalid");
        assertThatThrownBy(() -> ChartTree.chart(Map.of("Chart.yaml", "name: ../a\nversion: 1.0.0")))
                .hasMessageContaining("is invalid");
        assertThatThrownBy(
                        () -> ChartTree.chart(Map.of("Chart.yaml", "name: a\nversion: 1.0.0", "values.yaml", "a: [")))
                .hasMessageStartingWith("cannot load values.yaml");
    }

    @Test
    void aSubchartMayBeAnArchive() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("web/Chart.yaml", "name: web\nversion: 1.0.0".getBytes(StandardCharsets.UTF_8));
        files.put("web/charts/db.tgz", ChartTree.tgz("db/", Map.of("Chart.yaml", "name: db\nversion: 2.0.0")));
        Chart chart = Chart.of(ChartTree.tgz(files));
        assertThat(chart.dependencies()).extracting(Chart::name).containsExactly("db");
    }

    @Test
    void setReachesMapsAndLists() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        SetPath.set(values, "a.b", 1L);
        SetPath.set(values, "a.list[1].name", "x");
        SetPath.set(values, "with\\.dot.c", true);
        assertThat(values).hasToString("{a={b=1, list=[null, {name=x}]}, with.dot={c=true}}");
        assertThat(GoValues.map(values.getOrDefault("a", Map.of()))).containsKey("list");
        for (String wrong : List.of("", "a..b", "a[x]", "a[99999]", "a[-1]")) {
            assertThatThrownBy(() -> SetPath.set(values, wrong, 1L)).isInstanceOf(ChartException.class);
        }
    }

    @Test
    void objectsComeInHelmsOrderAndHooksByWeight() {
        String file = String.join(
                "\n---\n",
                object("Deployment", "z", ""),
                object("Service", "b", ""),
                object("Thing", "t", ""),
                object("Service", "a", ""),
                object("Namespace", "n", ""),
                object("Job", "late", "helm.sh/hook: post-install\n    helm.sh/hook-weight: \"5\""),
                object(
                        "Job",
                        "early",
                        "helm.sh/hook: pre-install,pre-upgrade\n    helm.sh/hook-weight: \"-5\"\n    helm.sh/hook-delete-policy: hook-succeeded"));
        Manifests made = Manifests.of(Map.of("c/templates/a.yaml", file, "c/templates/NOTES.txt", "thanks"), "c");
        assertThat(made.objects())
                .extracting(item -> item.kind() + item.name())
                .containsExactly("Namespacen", "Servicea", "Serviceb", "Deploymentz", "Thingt");
        assertThat(made.hooks()).extracting(hook -> hook.item().name()).containsExactly("early", "late");
        assertThat(made.hooks().get(0).events()).containsExactly("pre-install", "pre-upgrade");
        assertThat(made.hooks().get(0).policies()).containsExactly("hook-succeeded");
        assertThat(made.notes()).isEqualTo("thanks");
        assertThatThrownBy(() -> Manifests.of(Map.of("c/templates/a.yaml", "a: ["), "c"))
                .hasMessageStartingWith("YAML parse error on c/templates/a.yaml");
        assertThatThrownBy(() -> Manifests.of(Map.of("c/templates/a.yaml", "kind: A"), "c"))
                .hasMessageContaining("apiVersion not set");
    }

    private static String object(String kind, String name, String annotations) {
        return "apiVersion: v1\nkind: " + kind + "\nmetadata:\n  name: " + name
                + (annotations.isEmpty() ? "" : "\n  annotations:\n    " + annotations);
    }
}
