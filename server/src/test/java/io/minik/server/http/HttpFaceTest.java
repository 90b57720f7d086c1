package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API as bytes on a connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpFaceTest {
    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private static final String PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
        api.create(Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'one'},'data':{'a':'b'}}");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + api.server().port() + path);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        return Json.parse(response.body().getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode get(String path, String accept) {
        return json(send("GET", path, "", "Accept", accept));
    }

    @Test
    void aListIsServedInEveryShape() {
        assertThat(Json.text(get(CONFIG_MAPS, "application/json"), "kind")).isEqualTo("ConfigMapList");
        JsonNode table = get(CONFIG_MAPS, TABLE);
        assertThat(Json.text(table, "kind")).isEqualTo("Table");
        assertThat(Json.text(table.path("rows").path(0), "object", "kind")).isEqualTo("PartialObjectMetadata");
        JsonNode partial = get(CONFIG_MAPS, PARTIAL);
        assertThat(Json.text(partial, "kind")).isEqualTo("PartialObjectMetadataList");
        assertThat(partial.path("items").path(0).has("data")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1beta1"})
    void tablesAndMetadataAreOfTheVersionThatIsAskedFor(String version) {
        String asked = "meta.k8s.io/" + version;
        JsonNode table = get(CONFIG_MAPS, TABLE.replace("v=v1", "v=" + version));
        assertThat(Json.text(table, "apiVersion")).isEqualTo(asked);
        assertThat(Json.text(table.path("rows").path(0), "object", "apiVersion"))
                .isEqualTo(asked);
        JsonNode whole = get(CONFIG_MAPS + "?includeObject=Object", TABLE.replace("v=v1", "v=" + version));
        assertThat(Json.text(whole.path("rows").path(0), "object", "apiVersion"))
                .isEqualTo("v1");
        JsonNode list = get(CONFIG_MAPS, PARTIAL.replace("v=v1", "v=" + version));
        assertThat(Json.text(list, "apiVersion")).isEqualTo(asked);
        assertThat(Json.text(list.path("items").path(0), "apiVersion")).isEqualTo(asked);
        JsonNode one = get(CONFIG_MAPS + "/one", TABLE.replace("v=v1", "v=" + version));
        assertThat(Json.text(one, "apiVersion")).isEqualTo(asked);
    }

    @Test
    void kindsThatAreOnTheirWayOutWarnWithEveryAnswer() {
        assertThat(send("GET", "/api/v1/componentstatuses", "").headers().allValues("Warning"))
                .containsExactly("299 - \"v1 ComponentStatus is deprecated in v1.19+\"");
        assertThat(send("GET", "/api/v1/namespaces/default/endpoints/none", "")
                        .headers()
                        .allValues("Warning"))
                .containsExactly(
                        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\"");
        assertThat(send("GET", CONFIG_MAPS, "").headers().allValues("Warning")).isEmpty();
    }

    @Test
    void yamlGoesInAndOut() {
        HttpResponse<String> made = send(
                "POST",
                CONFIG_MAPS,
                "metadata:\n  name: yaml\ndata:\n  k: v\n",
                "Content-Type",
                "application/yaml",
                "Accept",
                "application/yaml");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Content-Type")).contains("application/yaml");
        assertThat(made.body()).contains("kind: ConfigMap\n").contains("  k: v\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/api/v1/namespaces/default/configmaps/one,application/xml,-,406",
        "POST,/api/v1/namespaces/default/configmaps,application/json,text/plain,415",
        "PATCH,/api/v1/namespaces/default/configmaps/one,application/json,application/json,415",
        "PUT,/api/v1/namespaces/default/configmaps,application/json,application/json,405",
        "GET,/api/v1/nosuch,application/json,-,404",
        "GET,/apis/no.such/v1,application/json,-,404",
        "GET,/api/v1/namespaces/default/configmaps/none,application/json,-,404",
        "GET,/api/v1/configmaps?limit=x,application/json,-,400",
        "GET,/api/v1/configmaps?continue=x,application/json,-,400",
        "GET,/api/v1/configmaps?continue=x&resourceVersion=7,application/json,-,400",
        "POST,/apis/authorization.k8s.io/v1/selfsubjectaccessreviews,application/json;as=Table;v=v1;g=meta.k8s.io,"
                + "application/json,406",
        "POST,/api/v1/namespaces/default/configmaps,text/html,application/json,406",
    })
    void refusalsAreStatusObjects(String method, String path, String accept, String contentType, int code) {
        HttpResponse<String> answer = contentType.equals("-")
                ? send(method, path, "", "Accept", accept)
                : send(method, path, "{}", "Accept", accept, "Content-Type", contentType);
        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(Json.text(json(answer), "kind")).isEqualTo("Status");
        assertThat(json(answer).path("code").asInt()).isEqualTo(code);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        String large = "{\"data\":{\"a\":\"" + "x".repeat(HttpBody.MAX_BYTES) + "\"}}";
        HttpResponse<String> answer = send("POST", CONFIG_MAPS, large, "Content-Type", "application/json");
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(Json.text(json(answer), "message")).isEqualTo("Request entity too large: limit is 3145728");
    }

    /** Says its headers and reads; the body never comes. */
    private String answerToHeadersAlone(String headers) throws IOException {
        return firstLine("POST " + CONFIG_MAPS + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers
                + "\r\n");
    }

    private String firstLine(String said) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", api.server().port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez?x=%zz", "/api/v1/pods?labelSelector=%", "/version?%e", "/console/?%gg=1", "*?%"})
    void aQueryThatCannotBeDecodedIsAnswered(String path) throws IOException {
        assertThat(firstLine("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")).isEqualTo("HTTP/1.1 400 Bad Request");
    }

    @Test
    void anAnnouncedBodyIsJudgedBeforeItComes() throws IOException {
        assertThat(answerToHeadersAlone("Content-Length: 3145729\r\n"))
                .isEqualTo("HTTP/1.1 413 Request Entity Too Large");
        assertThat(answerToHeadersAlone("Content-Length: 20\r\nExpect: 100-continue\r\n"))
                .isEqualTo("HTTP/1.1 100 Continue");
        assertThat(answerToHeadersAlone("Content-Length: 3145729\r\nExpect: 100-continue\r\n"))
                .isEqualTo("HTTP/1.1 413 Request Entity Too Large");
    }

    @Test
    void aLargeBodyIsDecodedBesideTheLoopAndAnsweredAsAnyOther() {
        String large = "{\"metadata\":{\"name\":\"large\"},\"data\":{\"a\":\"" + "x".repeat(900_000) + "\"}}";
        HttpResponse<String> made = send("POST", CONFIG_MAPS, large, "Content-Type", "application/json");
        assertThat(made.statusCode()).isEqualTo(201);
        HttpResponse<String> again = send("POST", CONFIG_MAPS, large, "Content-Type", "application/json");
        assertThat(again.statusCode()).isEqualTo(409);
        HttpResponse<String> read = send("GET", CONFIG_MAPS + "/large", "");
        assertThat(json(read).path("data").path("a").asText()).hasSize(900_000);
        assertThat(send("DELETE", CONFIG_MAPS + "/large", "").statusCode()).isEqualTo(200);
    }

    @Test
    void unknownFieldsAreWarnedOfOrRefused() {
        String body = "{\"metadata\":{\"name\":\"warn\"},\"dat\":{}}";
        HttpResponse<String> warned =
                send("POST", CONFIG_MAPS + "?dryRun=All", body, "Content-Type", "application/json");
        assertThat(warned.statusCode()).isEqualTo(201);
        assertThat(warned.headers().firstValue("Warning")).contains("299 - \"unknown field \\\"dat\\\"\"");
        HttpResponse<String> refused = send(
                "POST", CONFIG_MAPS + "?dryRun=All&fieldValidation=Strict", body, "Content-Type", "application/json");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("strict decoding error: unknown field");
    }

    @Test
    void aWatchIsALineAnEvent() throws IOException {
        api.create(Resources.NAMESPACES, "", "{'metadata':{'name':'watched'}}");
        api.create(Resources.CONFIG_MAPS, "watched", "{'metadata':{'name':'first'}}");
        HttpURLConnection connection = (HttpURLConnection)
                // The longest time that the API takes is no negative one.
                uri("/api/v1/namespaces/watched/configmaps?watch=1&timeoutSeconds=9223372036854775807")
                        .toURL()
                        .openConnection();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).startsWith("{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\"");
            api.create(Resources.CONFIG_MAPS, "watched", "{'metadata':{'name':'second'}}");
            assertThat(lines.readLine()).startsWith("{\"type\":\"ADDED\"").contains("\"name\":\"second\"");
            api.delete(Resources.CONFIG_MAPS, ObjectKey.of("watched", "first"), "{}");
            assertThat(lines.readLine()).startsWith("{\"type\":\"DELETED\"").contains("\"name\":\"first\"");
        } finally {
            connection.disconnect();
        }
    }

    @Test
    void aWatchEndsWhenItsTimeIsOver() {
        HttpResponse<String> answer = send("GET", CONFIG_MAPS + "?watch=1&timeoutSeconds=1", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().lines()).allMatch(line -> line.startsWith("{\"type\":\"ADDED\""));
    }

    @Test
    void largeAnswersAreCompressedForWhoTakesThem() {
        api.create(
                Resources.CONFIG_MAPS,
                "kube-node-lease",
                "{'metadata':{'name':'large'},'data':{'a':'" + "x".repeat(200_000) + "'}}");
        String path = "/api/v1/namespaces/kube-node-lease/configmaps/large";
        assertThat(send("GET", path, "", "Accept-Encoding", "gzip").headers().firstValue("Content-Encoding"))
                .contains("gzip");
        HttpResponse<String> plain = send("GET", path, "");
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(plain.body()).endsWith("x\"}}\n");
    }

    @Test
    void discoveryComesInThreeForms() {
        assertThat(Json.text(get("/api/v1", "application/json"), "kind")).isEqualTo("APIResourceList");
        String aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        HttpResponse<String> answer = send("GET", "/apis", "", "Accept", aggregated + ",application/json");
        assertThat(answer.headers().firstValue("Content-Type")).contains(aggregated);
        assertThat(Json.text(json(answer), "apiVersion")).isEqualTo("apidiscovery.k8s.io/v2");
        List<String> groups = Json.items(json(answer), "items").stream()
                .map(item -> Json.text(item, "metadata", "name"))
                .toList();
        assertThat(groups).contains("apps", "batch", "networking.k8s.io");
        String etag = answer.headers().firstValue("ETag").orElseThrow();
        assertThat(send("GET", "/apis", "", "Accept", aggregated, "If-None-Match", etag)
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void healthTellsTheRooms() {
        assertThat(send("GET", "/readyz", "").body()).isEqualTo("ok");
        assertThat(send("GET", "/readyz?verbose", "").body())
                .contains("[+]watchcache ok\n", "[+]apiserver ok\n", "readyz check passed");
        assertThat(send("GET", "/metrics", "").body())
                .contains("apiserver_request_total{")
                .contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} ")
                .contains("apiserver_current_inflight_requests{request_kind=\"mutating\"} ");
    }

    /** The events of one watch, in the order they come. */
    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                texts.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            texts.add("closed " + code);
            return CompletableFuture.completedStage(null);
        }

        JsonNode next() throws InterruptedException {
            return Json.parse(texts.take().getBytes(StandardCharsets.UTF_8));
        }
    }

    private WebSocket watch(Messages messages, String path, String protocol) {
        WebSocket.Builder builder = client.newWebSocketBuilder();
        if (!protocol.isEmpty()) {
            builder.subprotocols("base64url.bearer.authorization.k8s.io.dG9rZW4", protocol);
        }
        URI uri = URI.create("ws://127.0.0.1:" + api.server().port() + path);
        return builder.buildAsync(uri, messages).join();
    }

    @Test
    void aWatchOverWebSocketIsAnEventAMessage() throws InterruptedException {
        Messages messages = new Messages();
        WebSocket socket = watch(messages, CONFIG_MAPS + "?watch=1&fieldSelector=metadata.name=socket", "");
        assertThat(socket.getSubprotocol()).isEmpty();
        api.create(Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'socket'},'data':{'a':'b'}}");
        JsonNode event = messages.next();
        assertThat(Json.text(event, "type")).isEqualTo("ADDED");
        assertThat(Json.text(event, "object", "metadata", "name")).isEqualTo("socket");
        api.delete(Resources.CONFIG_MAPS, ObjectKey.of("default", "socket"), "{}");
        assertThat(Json.text(messages.next(), "type")).isEqualTo("DELETED");
        socket.abort();
    }

    @Test
    void aWatchOverWebSocketEndsAfterItsTimeAndKeepsTheTokenToItself() throws InterruptedException {
        Messages messages = new Messages();
        WebSocket socket = watch(
                messages,
                CONFIG_MAPS + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=none",
                "base64.channel.k8s.io");
        assertThat(socket.getSubprotocol()).isEqualTo("base64.channel.k8s.io");
        assertThat(messages.texts.take()).startsWith("closed ");
    }

    @Test
    void aWatchOverWebSocketThatCannotStartIsRefusedBefore() {
        Messages messages = new Messages();
        assertThatThrownBy(() -> watch(messages, CONFIG_MAPS + "?watch=1&timeoutSeconds=x", ""))
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/openapi/v2|text/html|406",
                "/openapi/v2|application/yaml|406",
                "/openapi/v2|application/com.github.proto-openapi.spec.v2@v1.0+protobuf|200",
                "/openapi/v2|text/html,*/*;q=0.1|200",
                "/openapi/v3/apis/apps/v1|application/com.github.proto-openapi.spec.v3@v1.0+protobuf|406",
                "/openapi/v3/apis/apps/v1|application/json|200",
                "/openapi/v3|text/html|200",
            })
    void openApiIsToldInTheFormsThatThereAre(String path, String accept, int code) {
        HttpResponse<String> answer = send("GET", path, "", "Accept", accept);
        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(code == 406).isEqualTo(answer.body().isEmpty());
    }

    @Test
    void anOpenApiDocumentOfAHashIsKeptForEverAndAnOldHashLeadsToTheNew() {
        String url = Json.text(
                get("/openapi/v3", "application/json").path("paths").path("apis/apps/v1"), "serverRelativeURL");
        HttpResponse<String> kept = send("GET", url, "");
        assertThat(kept.headers().firstValue("Cache-Control")).hasValue("public, immutable");
        assertThat(kept.headers().firstValue("Expires").orElseThrow())
                .matches("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
        assertThat(url)
                .endsWith("?hash="
                        + kept.headers().firstValue("ETag").orElseThrow().replace("\"", ""));
        HttpResponse<String> moved = send("GET", "/openapi/v3/apis/apps/v1?hash=0", "");
        assertThat(moved.statusCode()).isEqualTo(301);
        assertThat(moved.headers().firstValue("Location")).hasValue(url);
        assertThat(send("GET", "/openapi/v3/apis/apps/v1", "").headers().firstValue("Cache-Control"))
                .isEmpty();
    }

    @Test
    void whatRoomsAskIsCounted() {
        api.get(Resources.CONFIG_MAPS, "default", "one");
        assertThat(send("GET", "/metrics", "").body())
                .containsPattern("rest_client_requests_total\\{code=\"200\",host=\"in-process\",method=\"GET\"} [1-9]")
                .containsPattern(
                        "rest_client_request_duration_seconds_count\\{host=\"in-process\",verb=\"GET\"} [1-9]");
    }
}
