package io.minik.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over a real socket, as a browser asks. */
@Timeout(60)
class ConsoleEndpointTest {
    private final Vertx vertx = Vertx.vertx();
    private final ConsoleLinks links = new ConsoleLinks(InstantSource.system());
    private final HttpClient browser = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void open() throws Exception {
        server = await(vertx.createHttpServer()
                .requestHandler(new ConsoleEndpoint(vertx, links))
                .listen(0, "127.0.0.1"));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path));
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = to(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return browser.send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<String> redeem(String type, String body) throws Exception {
        return browser.send(
                to("/console/session")
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /** What the page and its scripts name is there, so that no view ends in a file that is missing. */
    @Test
    void everyFileThatThePageNamesIsServed() throws Exception {
        String page = text(get("/console/"));
        Pattern named = Pattern.compile("(?:href|src)=\"([a-z.]+)\"|from \"\\./([a-z.]+)\"|src: \"([a-z.]+)\"");
        StringBuilder all = new StringBuilder(page);
        for (String script : List.of("console.js", "views.js", "object.js", "api.js")) {
            all.append(text(get("/console/" + script)));
        }
        Matcher found = named.matcher(all);
        int files = 0;
        while (found.find()) {
            String name =
                    found.group(1) != null ? found.group(1) : found.group(2) != null ? found.group(2) : found.group(3);
            assertThat(get("/console/" + name).statusCode()).as(name).isEqualTo(200);
            files++;
        }
        assertThat(files).isGreaterThan(6);
    }

    @Test
    void nothingFromElsewhereMayRunAndNobodyMayFrameIt() throws Exception {
        for (String path : List.of("/console/", "/console/console.js", "/console/none", "/console/session")) {
            var headers = get(path).headers();
            assertThat(headers.firstValue("content-security-policy").orElse(""))
                    .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(headers.firstValue("x-content-type-options")).contains("nosniff");
            assertThat(headers.firstValue("referrer-policy")).contains("no-referrer");
        }
        assertThat(text(get("/console/")))
                .doesNotContain("<style")
                .doesNotContain(" style=")
                .doesNotContain("onclick");
    }

    @Test
    void filesAreSmallOnTheWireAndAskedForOnce() throws Exception {
        HttpResponse<byte[]> zipped = get("/console/xterm.js", "Accept-Encoding", "gzip");
        assertThat(zipped.body().length).isLessThan(100_000);
        assertThat(unzip(zipped.body())).isEqualTo(get("/console/xterm.js").body());
        String tag = zipped.headers().firstValue("etag").orElseThrow();
        HttpResponse<byte[]> again = get("/console/xterm.js", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    private static byte[] unzip(byte[] bytes) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
    }

    @Test
    void pathsLeadToNothingElse() throws Exception {
        for (String path : List.of(
                "/console/../etc/passwd",
                "/console/..%2f..%2fetc/passwd",
                "/console/META-INF/MANIFEST.MF",
                "/console/ConsoleLinks.class")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
        HttpResponse<byte[]> bare = get("/console");
        assertThat(bare.statusCode()).isEqualTo(301);
        assertThat(bare.headers().firstValue("location")).contains("/console/");
        assertThat(ConsoleEndpoint.handles("/console")).isTrue();
        assertThat(ConsoleEndpoint.handles("/consoles")).isFalse();
    }

    @Test
    void aLinkIsRedeemedOnceAndByThisPageAlone() throws Exception {
        String body = "{\"code\":\"" + links.open("a.b.c") + "\"}";
        assertThat(redeem("text/plain", body).statusCode())
                .as("what a form of another site could send")
                .isEqualTo(415);
        HttpResponse<String> first = redeem("application/json", body);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo("{\"token\":\"a.b.c\"}");
        assertThat(first.headers().firstValue("cache-control")).contains("no-store");
        assertThat(redeem("application/json", body).statusCode()).isEqualTo(401);
        assertThat(redeem("application/json", "not json").statusCode()).isEqualTo(401);
        assertThat(redeem("application/json", "{\"code\":\"" + "x".repeat(100_000) + "\"}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(get("/console/session").statusCode()).isEqualTo(405);
    }
}
