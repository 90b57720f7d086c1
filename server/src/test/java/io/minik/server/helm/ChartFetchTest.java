package io.minik.server.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.minik.api.object.KubeObject;
import io.minik.charts.chart.ChartException;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** Answers by path; each in its own thread, so that one that waits holds nobody up. */
    private static HttpServer serve(Map<String, HttpHandler> answers) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        answers.forEach(server::createContext);
        server.start();
        return server;
    }

    private static void stop(HttpServer server) {
        server.stop(0);
        ((ExecutorService) server.getExecutor()).shutdownNow();
    }

    private static HttpHandler says(int status, byte[] body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        };
    }

    private static String at(HttpServer server, String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    @Test
    void anAnswerWithoutEndHasATime() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        HttpServer server = serve(Map.of("/drip", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write('x');
                    out.flush();
                    gone.await(20, TimeUnit.MILLISECONDS);
                }
            } catch (IOException | InterruptedException e) {
                gone.countDown();
            }
        }));
        try {
            HttpFetch http = new HttpFetch(request("{}"), Duration.ofMillis(300));
            assertThatThrownBy(() -> http.get(at(server, "/drip"), 1 << 20, Map.of()))
                    .isInstanceOf(ChartException.class)
                    .hasMessageContaining("no whole answer in");
            assertThat(gone.await(30, TimeUnit.SECONDS))
                    .as("the connection is closed")
                    .isTrue();
        } finally {
            stop(server);
        }
    }

    @Test
    void answersAreBoundedAndRedirectsTakeNoCredentialsAlong() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer other = serve(Map.of("/", exchange -> {
            asked.add("other " + exchange.getRequestHeaders().getFirst("Authorization"));
            says(200, "tgz".getBytes(StandardCharsets.UTF_8)).handle(exchange);
        }));
        HttpServer server = serve(Map.of(
                "/large", says(200, new byte[5000]),
                "/none", says(404, new byte[0]),
                "/moved",
                        exchange -> {
                            asked.add("first " + exchange.getRequestHeaders().getFirst("Authorization"));
                            says(302, new byte[0], "Location", at(other, "/x")).handle(exchange);
                        }));
        try {
            HttpFetch http = new HttpFetch(request("{}"));
            assertThat(http.get(at(server, "/large"), 5000, Map.of())).hasSize(5000);
            assertThatThrownBy(() -> http.get(at(server, "/large"), 4999, Map.of()))
                    .hasMessageContaining("larger than 4999 bytes");
            assertThatThrownBy(() -> http.get(at(server, "/none"), 10, Map.of()))
                    .hasMessageContaining("404 Not Found");
            assertThat(http.get(at(server, "/moved"), 10, Map.of("Authorization", "Basic eA==")))
                    .hasSize(3);
            assertThat(asked).containsExactly("first Basic eA==", "other null");
            stop(other);
            assertThatThrownBy(() -> http.get(at(other, "/x"), 10, Map.of())).hasMessageContaining("failed to fetch");
        } finally {
            stop(server);
            stop(other);
        }
    }

    @Test
    void aRegistrysManifestIsTheOneThatTheReferenceNames() throws Exception {
        byte[] chart = "tgz".getBytes(StandardCharsets.UTF_8);
        String layer =
                "{\"layers\":[{\"mediaType\":\"application/vnd.cncf.helm.chart.content.v1.tar+gzip\",\"digest\":\"%s\"}]}";
        byte[] manifest = String.format(layer, "sha256:" + sha256(chart)).getBytes(StandardCharsets.UTF_8);
        byte[] strange = String.format(layer, "../../x").getBytes(StandardCharsets.UTF_8);
        String wrong = "0".repeat(64);
        HttpServer server = serve(Map.of(
                "/v2/web/manifests/sha256:" + sha256(manifest),
                says(200, manifest),
                "/v2/web/manifests/sha256:" + wrong,
                says(200, manifest),
                "/v2/web/manifests/1.0.0",
                says(200, strange),
                "/v2/web/blobs/sha256:" + sha256(chart),
                says(200, chart)));
        try {
            String web = "{\"plainHTTP\":true,\"chart\":\"" + at(server, "/web").replace("http", "oci");
            assertThat(fetch(web + "@sha256:" + sha256(manifest) + "\"}")).isEqualTo(chart);
            assertThatThrownBy(() -> fetch(web + "@sha256:" + wrong + "\"}"))
                    .hasMessageContaining("its SHA-256 is " + sha256(manifest));
            assertThatThrownBy(() -> fetch(web + ":1.0.0\"}")).hasMessageContaining("no SHA-256");
        } finally {
            stop(server);
        }
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
