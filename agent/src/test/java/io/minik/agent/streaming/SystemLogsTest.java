package io.minik.agent.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.volume.FileWork;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log directory beside what whoever asks may not see. */
class SystemLogsTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path parent;

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        Path logs = Files.createDirectories(parent.resolve("log/deep")).resolveSibling("");
        Files.writeString(parent.resolve("secret"), "secret");
        Files.writeString(logs.resolve("syslog"), "said");
        Files.createSymbolicLink(logs.resolve("out"), parent.resolve("secret"));
        Files.createSymbolicLink(logs.resolve("up"), parent);
        Files.createSymbolicLink(logs.resolve("deep/in"), Path.of("../syslog"));
        Files.createSymbolicLink(logs.resolve("device"), Path.of("/dev/zero"));
        assertThat(new ProcessBuilder("mkfifo", logs.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        SystemLogs served = new SystemLogs(logs, true, FileWork.on(vertx));
        server = vertx.createHttpServer()
                .requestHandler(served::serve)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private String get(String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatLiesThereIsServed() throws IOException {
        assertThat(get("/logs/syslog")).startsWith("HTTP/1.1 200").endsWith("said");
        assertThat(get("/logs/deep/in")).as("a link within").endsWith("said");
        assertThat(get("/logs/deep/../syslog")).endsWith("said");
        assertThat(get("/logs/")).contains("<a href=\"syslog\">", "<a href=\"deep/\">");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/logs/../secret",
                "/logs/..%2fsecret",
                "/logs/%2e%2e/secret",
                "/logs/out",
                "/logs/up/secret",
                "/logs/device",
                "/logs/pipe",
                "/logs//etc/passwd",
                "/logs/%2fetc%2fpasswd",
                "/logs/%00",
                "/logs/%zz",
                "/logs/%"
            })
    void whatLiesElsewhereOrIsNoFileIsNotFound(String path) throws IOException {
        assertThat(get(path)).startsWith("HTTP/1.1 404");
    }
}
