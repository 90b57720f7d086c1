package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import io.minik.server.audit.AuditConfig;
import io.minik.server.audit.AuditPolicy;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests over HTTP, and what the log has of them. */
class AuditLogTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private final Vertx vertx = Vertx.vertx();
    private final MemoryStore store = new MemoryStore(vertx);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Optional<ApiServer> server = Optional.empty();

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        server.ifPresent(each -> TestApi.await(each.stop()));
        TestApi.await(store.close());
        TestApi.await(vertx.close());
    }

    private void start(String rules) {
        AuditPolicy policy = AuditPolicy.parse(Json.parse(("{'apiVersion':'audit.k8s.io/v1','kind':'Policy','rules':["
                        + "{'level':'None','users':['system:apiserver']}," + rules + "]}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8)));
        ApiServer made = DevServer.of(
                vertx,
                store,
                DevServer.audited(new AuditConfig(
                        policy,
                        Optional.of(new AuditConfig.LogFile(
                                folder.resolve("log").toString(), 0, 0, 1 << 30, AuditConfig.Mode.BLOCKING)),
                        Optional.empty())));
        TestApi.await(made.start());
        server = Optional.of(made);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.orElseThrow().port() + path))
                .method(method, BodyPublishers.ofString(body.replace('\'', '"')));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private List<JsonNode> events() throws IOException {
        return Files.readAllLines(folder.resolve("log")).stream()
                .map(line -> Json.parse(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    @Test
    void bodiesAreToldWhereTheRuleSaysSo() throws Exception {
        start("{'level':'RequestResponse','omitStages':['RequestReceived'],'omitManagedFields':true}");
        send("POST", MAPS, "{'metadata':{'name':'one'},'data':{'a':'b'}}", "Content-Type", "application/json");
        send("POST", MAPS, "metadata: {name: two}", "Content-Type", "application/yaml");
        send(
                "PATCH",
                MAPS + "/one",
                "[{'op':'add','path':'/data/c','value':'d'}]",
                "Content-Type",
                "application/json-patch+json");
        send("GET", MAPS, "");
        send("GET", MAPS + "/none", "");
        List<JsonNode> events = events();
        assertThat(events).extracting(each -> each.path("stage").asText()).containsOnly("ResponseComplete");
        JsonNode created = events.get(0);
        assertThat(created.at("/requestObject/data/a").asText()).isEqualTo("b");
        assertThat(created.at("/requestObject/kind").asText()).isEqualTo("ConfigMap");
        assertThat(created.at("/responseObject/metadata/uid").asText()).isNotEmpty();
        assertThat(created.at("/responseObject/metadata").has("managedFields")).isFalse();
        assertThat(created.at("/objectRef/name").asText()).isEqualTo("one");
        assertThat(events.get(1).at("/requestObject/metadata/name").asText()).isEqualTo("two");
        assertThat(events.get(2).at("/requestObject/0/op").asText()).isEqualTo("add");
        assertThat(events.get(3).at("/responseObject/kind").asText()).isEqualTo("ConfigMapList");
        JsonNode missing = events.get(4).path("responseStatus");
        assertThat(missing.path("code").asInt()).isEqualTo(404);
        assertThat(missing.path("reason").asText()).isEqualTo("NotFound");
        assertThat(missing.at("/details/name").asText()).isEqualTo("none");
    }

    @Test
    void atLevelRequestNoAnswerIsTold() throws Exception {
        start("{'level':'Request','verbs':['create']}");
        send("POST", MAPS, "{'metadata':{'name':'one'}}", "Content-Type", "application/json");
        send("GET", MAPS, "");
        List<JsonNode> events = events();
        assertThat(events)
                .extracting(each -> each.path("stage").asText())
                .containsExactly("RequestReceived", "ResponseComplete");
        assertThat(events.get(0).has("requestObject")).isFalse();
        assertThat(events.get(1).has("requestObject")).isTrue();
        assertThat(events.get(1).has("responseObject")).isFalse();
        assertThat(events.get(1).path("auditID")).isEqualTo(events.get(0).path("auditID"));
    }

    @Test
    void aWatchIsToldWhenItBeginsAndWhenItEnds() throws Exception {
        start("{'level':'Metadata','verbs':['watch']}");
        send("GET", MAPS + "?watch=1&timeoutSeconds=1", "");
        List<JsonNode> events = events();
        assertThat(events)
                .extracting(each -> each.path("stage").asText())
                .startsWith("RequestReceived", "ResponseStarted");
        // The client may have its last byte before the log has.
        while (events.size() < 3) {
            Thread.onSpinWait();
            events = events();
        }
        assertThat(events.get(2).path("stage").asText()).isEqualTo("ResponseComplete");
        assertThat(events.get(2).at("/responseStatus/code").asInt()).isEqualTo(200);
    }

    @Test
    void whoActsAsSomebodyIsToldBeside() throws Exception {
        start("{'level':'Metadata','omitStages':['RequestReceived']}");
        send("GET", MAPS, "", "Impersonate-User", "jane", "X-Forwarded-For", "192.0.2.7, nonsense");
        JsonNode event = events().get(0);
        assertThat(event.at("/user/username").asText()).isEqualTo("admin");
        assertThat(event.at("/impersonatedUser/username").asText()).isEqualTo("jane");
        assertThat(event.path("sourceIPs").toString()).isEqualTo("[\"192.0.2.7\",\"127.0.0.1\"]");
    }

    @Test
    void aLongBodyIsLeftOutAndSaidToBe() throws Exception {
        start("{'level':'Request','omitStages':['RequestReceived']}");
        send(
                "POST",
                MAPS,
                "{'metadata':{'name':'one'},'data':{'a':'" + "x".repeat(900_000) + "','b':'" + "x".repeat(148_000)
                        + "'}}",
                "Content-Type",
                "application/json");
        JsonNode event = events().get(0);
        assertThat(event.has("requestObject")).isFalse();
        assertThat(event.at("/annotations/audit.k8s.io~1truncated").asText()).isEqualTo("true");
    }
}
