package io.minik.server.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.object.KubeObject;
import io.minik.charts.chart.ChartException;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartFetchTest {
    @TempDir
    Path folder;

    private static ChartRequest request(String spec) {
        String json = "{\"metadata\":{\"name\":\"web\",\"namespace\":\"kube-system\"},\"spec\":" + spec + "}";
        return ChartRequest.of(
                KubeObject.of(Json.parseObject(json.getBytes(StandardCharsets.UTF_8))), Optional.empty());
    }

    private byte[] fetch(String spec) {
        return new ChartFetch(folder.resolve("static")).fetch(request(spec));
    }

    private static String own(String path) {
        return "{\"chart\":\"https://%{KUBERNETES_API}%/static/" + path + "\"}";
    }

    @Test
    void contentInTheObjectIsBase64() {
        String base64 = Base64.getEncoder().encodeToString("tgz".getBytes(StandardCharsets.UTF_8));
        assertThat(fetch("{\"chartContent\":\"" + base64 + "\\n\"}"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("tgz");
    }

    @Test
    void aFileOfTheServersFolderIsRead() throws IOException {
        Files.createDirectories(folder.resolve("static/a"));
        Files.writeString(folder.resolve("static/a/web.tgz"), "tgz");
        assertThat(fetch(own("a/web.tgz"))).asString(StandardCharsets.UTF_8).isEqualTo("tgz");
    }

    @Test
    void nothingOutsideOfTheFolderIsRead() throws IOException {
        Files.createDirectories(folder.resolve("static"));
        Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(folder.resolve("elsewhere/key"), "secret");
        Files.createSymbolicLink(folder.resolve("static/link"), folder.resolve("elsewhere/key"));
        Files.createSymbolicLink(folder.resolve("static/dir"), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> fetch(own("../elsewhere/key"))).hasMessageContaining("leads out of");
        assertThatThrownBy(() -> fetch(own("/etc/passwd"))).hasMessageContaining("leads out of");
        assertThatThrownBy(() -> fetch(own("link"))).hasMessageContaining("no file");
        assertThatThrownBy(() -> fetch(own("dir/key"))).hasMessageContaining("no file");
    }

    @Test
    void otherSchemesAreNoPlaces() {
        for (String chart : List.of("file:///etc/passwd", "web", "ftp://h/x", "jar:file:/x!/y")) {
            assertThatThrownBy(() -> fetch("{\"chart\":\"" + chart + "\"}")).isInstanceOf(ChartException.class);
        }
        assertThatThrownBy(() -> fetch("{\"chart\":\"web\",\"repo\":\"file:///etc\"}"))
                .hasMessageContaining("is no address of https:// or http://");
        assertThatThrownBy(() -> fetch("{\"chart\":\"oci://host/UPPER\"}")).hasMessageContaining("is no reference");
    }

    @Test
    void theHighestVersionThatWillDoIsTaken() {
        List<String> versions = List.of("0.9.0", "1.0.0", "1.2.0", "2.0.0-rc1", "v1.1.0", "none");
        assertThat(ChartFetch.highest(versions, "")).contains("1.2.0");
        assertThat(ChartFetch.highest(versions, "1.x")).contains("1.2.0");
        assertThat(ChartFetch.highest(versions, "~1.1")).contains("v1.1.0");
        assertThat(ChartFetch.highest(versions, "2.0.0-rc1")).contains("2.0.0-rc1");
        assertThat(ChartFetch.highest(versions, ">=2.0.0-0")).contains("2.0.0-rc1");
        assertThat(ChartFetch.highest(versions, ">3")).isEmpty();
        assertThatThrownBy(() -> ChartFetch.highest(versions, "new")).isInstanceOf(ChartException.class);
    }

    @Test
    void aDigestThatDiffersIsRefused() {
        byte[] bytes = "x".getBytes(StandardCharsets.UTF_8);
        ChartFetch.verify(bytes, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "x");
        ChartFetch.verify(bytes, "", "x");
        assertThatThrownBy(() -> ChartFetch.verify(bytes, "00", "x")).hasMessageContaining("its SHA-256 is");
    }

    @Test
    void valuesComeInOrderAndTheConfigsLast() {
        ChartRequest chart = request("{\"valuesContent\":\"a: 1\",\"values\":{\"a\":2},\"valuesSecrets\":"
                + "[{\"name\":\"s\",\"keys\":[\"k\",\"gone\"]}]}");
        KubeObject config = request("{\"valuesContent\":\"a: 4\",\"failurePolicy\":\"abort\"}")
                .chart();
        ChartRequest whole = ChartRequest.of(chart.chart(), Optional.of(config)).with(Map.of("s/k", "a: 3"), Map.of());
        assertThat(whole.values()).containsExactly("a: 1", "{\"a\":2}", "a: 3", "a: 4");
        assertThat(whole.reinstalls()).isFalse();
        assertThat(chart.reinstalls()).isTrue();
        assertThat(ChartWork.hash(whole)).isNotEqualTo(ChartWork.hash(chart)).startsWith("SHA256=");
    }

    @Test
    void durationsAreGos() {
        assertThat(ReleaseMaker.timeout("1h2m3s")).isEqualTo(Duration.ofSeconds(3723));
        assertThat(ReleaseMaker.timeout("")).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aReleaseIsWrittenAsHelmReadsItAndReadBack() {
        var body = Json.object().put("name", "web").put("namespace", "shop").put("version", 3);
        body.putObject("info").put("status", "").put("first_deployed", "");
        body.put(
                "manifest",
                "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
        HelmRelease release =
                new HelmRelease(body, "SHA256=1").with("deployed", "Install complete", "2026-01-02T03:04:05Z");
        KubeObject secret = KubeObject.of(release.secret());
        assertThat(secret.name()).isEqualTo("sh.helm.release.v1.web.v3");
        assertThat(secret.text("type")).isEqualTo("helm.sh/release.v1");
        assertThat(secret.meta().labels())
                .containsEntry("owner", "helm")
                .containsEntry("status", "deployed")
                .containsEntry("version", "3")
                .containsEntry("name", "web");
        HelmRelease back = HelmRelease.of(secret);
        assertThat(back).isEqualTo(release);
        assertThat(back.objects()).hasSize(1);
        assertThat(back.body().at("/info/first_deployed").asText()).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void aReleaseThatUnpacksToTooMuchIsRefused() {
        var body = Json.object().put("name", "web").put("namespace", "shop").put("version", 1);
        body.putObject("info");
        body.put("manifest", " ".repeat(17 << 20));
        KubeObject secret = KubeObject.of(new HelmRelease(body, "").secret());
        assertThatThrownBy(() -> HelmRelease.of(secret)).hasMessageContaining("holds more than");
    }
}
