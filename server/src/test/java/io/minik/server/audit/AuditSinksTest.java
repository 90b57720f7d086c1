package io.minik.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import io.minik.server.outside.KubeconfigServer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSinksTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        TestApi.await(vertx.close());
    }

    private static byte[] event(String text) {
        return ("{\"a\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private AuditSinks file(int age, int backups, long size, Instant... now) {
        AtomicInteger at = new AtomicInteger();
        AuditSinks sinks = new AuditSinks(
                vertx,
                new AuditConfig(
                        AuditPolicy.METADATA,
                        Optional.of(new AuditConfig.LogFile(
                                folder.resolve("audit.log").toString(), age, backups, size, AuditConfig.Mode.BLOCKING)),
                        Optional.empty()),
                () -> now[Math.min(at.getAndIncrement(), now.length - 1)]);
        TestApi.await(sinks.open());
        return sinks;
    }

    private String names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString())
                    .sorted()
                    .toList()
                    .toString();
        }
    }

    @Test
    void aLargeFileIsPutAsideUnderTheTime() throws IOException {
        AuditSinks sinks = file(0, 0, 30, Instant.parse("2026-01-02T15:04:05.678Z"));
        for (String text : new String[] {"one", "two", "three"}) {
            TestApi.await(sinks.tell(event(text)));
        }
        assertThat(names()).isEqualTo("[audit-2026-01-02T15-04-05.678.log, audit.log]");
        assertThat(folder.resolve("audit.log")).hasContent("{\"a\":\"three\"}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("audit.log"))))
                .isEqualTo("rw-------");
        TestApi.await(sinks.close());
    }

    @Test
    void thoseThatAreTooManyOrTooOldGoAndOthersFilesStay() throws IOException {
        Files.writeString(folder.resolve("audit-2025-01-01T00-00-00.000.log"), "old");
        Files.writeString(folder.resolve("audit-2026-01-01T00-00-00.000.log"), "newer");
        Files.writeString(folder.resolve("audit-2026-01-01T12-00-00.000.log"), "newest");
        Files.writeString(folder.resolve("audit-notes.log"), "notes");
        AuditSinks sinks = file(0, 2, 10, Instant.parse("2026-01-02T00:00:00Z"));
        TestApi.await(sinks.tell(event("one")));
        TestApi.await(sinks.tell(event("two")));
        assertThat(names())
                .isEqualTo(
                        "[audit-2026-01-01T12-00-00.000.log, audit-2026-01-02T00-00-00.000.log, audit-notes.log, audit.log]");
        TestApi.await(sinks.close());
        sinks = file(1, 0, 10, Instant.parse("2026-01-02T20:00:00Z"));
        TestApi.await(sinks.tell(event("three")));
        assertThat(names())
                .isEqualTo(
                        "[audit-2026-01-02T00-00-00.000.log, audit-2026-01-02T20-00-00.000.log, audit-notes.log, audit.log]");
        TestApi.await(sinks.close());
    }

    @Test
    void whatDoesNotFitTheQueueIsDroppedAndCounted() {
        AuditSinks sinks = new AuditSinks(
                vertx,
                new AuditConfig(
                        AuditPolicy.METADATA,
                        Optional.of(new AuditConfig.LogFile(
                                folder.resolve("audit.log").toString(),
                                0,
                                0,
                                1 << 30,
                                AuditConfig.Mode.BLOCKING_STRICT)),
                        Optional.empty()),
                Instant::now);
        TestApi.await(sinks.open());
        assertThat(sinks.tell(new byte[AuditFile.MAX_WAITING_BYTES]).failed()).isTrue();
        assertThat(sinks.droppedOfLog()).isEqualTo(1);
        TestApi.await(sinks.tell(event("fits")));
        assertThat(folder.resolve("audit.log")).hasContent("{\"a\":\"fits\"}\n");
        TestApi.await(sinks.close());
    }

    @Test
    void aWebhookGetsListsOfEvents() throws InterruptedException {
        BlockingQueue<JsonNode> lists = new LinkedBlockingQueue<>();
        HttpServer server = TestApi.await(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    lists.add(Json.parse(body.getBytes()));
                    request.response().end();
                }))
                .listen(0, "127.0.0.1"));
        AuditSinks sinks = new AuditSinks(
                vertx,
                new AuditConfig(
                        AuditPolicy.METADATA,
                        Optional.empty(),
                        Optional.of(new KubeconfigServer(
                                "http://127.0.0.1:" + server.actualPort() + "/audit", "", "", "", ""))),
                Instant::now);
        for (int i = 0; i < 450; i++) {
            TestApi.await(sinks.tell(event("e" + i)));
        }
        JsonNode first = lists.poll(60, TimeUnit.SECONDS);
        assertThat(Json.text(first, "kind")).isEqualTo("EventList");
        assertThat(Json.text(first, "apiVersion")).isEqualTo("audit.k8s.io/v1");
        assertThat(first.path("items")).hasSize(400);
        assertThat(Json.text(first.path("items").path(0), "a")).isEqualTo("e0");
        TestApi.await(sinks.close());
        assertThat(lists.poll(60, TimeUnit.SECONDS).path("items")).hasSize(50);
    }
}
