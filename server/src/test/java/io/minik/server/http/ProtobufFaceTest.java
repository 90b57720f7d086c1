package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Format;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Schema;
import io.minik.api.schema.Type;
import io.minik.ground.json.Json;
import io.minik.store.Bytes;
import io.minik.store.Txn;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in protobuf, as Go's clients take them. What the bytes mean is held against upstream's messages in SameBodyTest. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtobufFaceTest {
    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final Schema SCHEMA = Schema.load();

    /** Together more than what is compressed, and more than what is encoded at once. */
    private static final int LARGE = 20;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
        api.create(
                Resources.CONFIG_MAPS,
                "default",
                "{'metadata':{'name':'one','labels':{'b':'2','a':'1'},'annotations':{'said':'\\\"a\\\" < \\n\\u00e4 \\u2028 \\ud83d\\ude00'}},"
                        + "'data':{'a':'b'},'binaryData':{'x':'AQID'},'immutable':false}");
        for (int i = 0; i < LARGE; i++) {
            api.create(
                    Resources.CONFIG_MAPS,
                    "kube-system",
                    "{'metadata':{'name':'large" + i + "'},'data':{'a':'" + "x".repeat(20_000) + "'}}");
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + api.server().port() + path);
    }

    private HttpResponse<byte[]> send(String method, String path, String body, String... headers) {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .method(method, BodyPublishers.ofString(body))
                .headers(headers)
                .build();
        try {
            return client.send(request, BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<byte[]> get(String path, String accept) {
        return send("GET", path, "", "Accept", accept);
    }

    private ObjectNode json(String path, String accept) {
        return Json.parseObject(get(path, accept).body());
    }

    private static String type(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }

    private static ObjectNode read(String apiVersion, String kind, byte[] body) {
        Type type = SCHEMA.findType(apiVersion, kind)
                .or(() -> SCHEMA.findNamed("k8s.io.apimachinery.pkg.apis.meta.v1." + kind))
                .orElseThrow();
        return Decoder.read(type, body, Format.PROTOBUF);
    }

    private static JsonNode withoutHeads(JsonNode list) {
        list.path("items").forEach(item -> ((ObjectNode) item).remove(List.of("kind", "apiVersion")));
        return list;
    }

    @Test
    void anObjectIsTheSameAsInJson() {
        HttpResponse<byte[]> answer = get(CONFIG_MAPS + "/one", PROTOBUF);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(type(answer)).isEqualTo(PROTOBUF);
        ObjectNode read = read("v1", "ConfigMap", answer.body());
        // A pointer in Go: its false is not its absence.
        assertThat(read.path("immutable").toString()).isEqualTo("false");
        same(read, json(CONFIG_MAPS + "/one", "application/json"));
    }

    @Test
    void whatIsWrittenIsAnsweredInProtobufToo() {
        HttpResponse<byte[]> made = send(
                "POST",
                CONFIG_MAPS,
                "{\"metadata\":{\"name\":\"written\"}}",
                "Accept",
                PROTOBUF + ",application/json",
                "Content-Type",
                "application/json");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(Json.text(read("v1", "ConfigMap", made.body()), "metadata", "name"))
                .isEqualTo("written");
        HttpResponse<byte[]> gone = send("DELETE", CONFIG_MAPS + "/written", "", "Accept", PROTOBUF);
        assertThat(type(gone)).isEqualTo(PROTOBUF);
        assertThat(Json.text(read("v1", "Status", gone.body()), "status")).isEqualTo("Success");
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "kube-system", "none"})
    void aListIsTheSameAsInJson(String namespace) {
        String path = "/api/v1/namespaces/" + namespace + "/configmaps";
        HttpResponse<byte[]> answer = get(path, PROTOBUF);
        assertThat(type(answer)).isEqualTo(PROTOBUF);
        ObjectNode expected = json(path, "application/json");
        if (expected.path("items").isEmpty()) {
            expected.remove("items");
        }
        same(read("v1", "ConfigMapList", answer.body()), withoutHeads(expected));
    }

    @Test
    void aPageSaysHowItGoesOn() {
        ObjectNode page = read(
                "v1",
                "ConfigMapList",
                get("/api/v1/namespaces/kube-system/configmaps?limit=3", PROTOBUF)
                        .body());
        assertThat(page.path("items")).hasSize(3);
        assertThat(Json.text(page, "metadata", "continue")).isNotEmpty();
        assertThat(page.at("/metadata/remainingItemCount").asInt()).isEqualTo(LARGE - 3);
    }

    @Test
    void aLargeListIsCompressedForWhoTakesThat() throws IOException {
        String path = "/api/v1/namespaces/kube-system/configmaps";
        HttpResponse<byte[]> zipped = send("GET", path, "", "Accept", PROTOBUF, "Accept-Encoding", "gzip");
        assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
            assertThat(in.readAllBytes()).isEqualTo(get(path, PROTOBUF).body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1beta1"})
    void metadataAloneAreOfTheirOwnKind(String version) {
        String as = PROTOBUF + ";g=meta.k8s.io;v=" + version + ";as=PartialObjectMetadata";
        ObjectNode one =
                read("", "PartialObjectMetadata", get(CONFIG_MAPS + "/one", as).body());
        ObjectNode whole = json(CONFIG_MAPS + "/one", "application/json");
        same(one.path("metadata"), whole.path("metadata"));
        assertThat(one.has("data")).isFalse();
        assertThat(Json.text(one, "apiVersion")).isEqualTo("meta.k8s.io/" + version);
        ObjectNode many = read(
                "", "PartialObjectMetadataList", get(CONFIG_MAPS, as + "List").body());
        assertThat(Json.text(many, "kind")).isEqualTo("PartialObjectMetadataList");
        assertThat(many.path("items").path(0).path("metadata").has("uid")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/api/v1/namespaces/default/configmaps/none|application/vnd.kubernetes.protobuf|404|"
                        + "configmaps \"none\" not found",
                "GET|/api/v1/namespaces/default/configmaps|"
                        + "application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1|406|only the following media"
                        + " types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
                "GET|/api/v1/namespaces/default/configmaps|application/cbor|406|only the following media"
                        + " types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
                "GET|/api/v1/namespaces/default/configmaps?watch=1|application/yaml|406|only the following media types are"
                        + " accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
                "GET|/api/v1/namespaces/default/configmaps|"
                        + "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1|406|you requested"
                        + " PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)",
                "GET|/api/v1/namespaces/default/configmaps/one|"
                        + "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1|406|you requested"
                        + " PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)",
                "POST|/api/v1/namespaces/default/configmaps|application/json|415|the body of the request was in an unknown"
                        + " format - accepted media types include: application/json, application/yaml,"
                        + " application/vnd.kubernetes.protobuf",
            })
    void failuresAreStatusesInWhatTheClientTakes(String method, String path, String accept, int code, String message) {
        HttpResponse<byte[]> answer = send(method, path, "x", "Accept", accept, "Content-Type", "application/cbor");
        assertThat(answer.statusCode()).isEqualTo(code);
        boolean protobuf = accept.equals(PROTOBUF);
        assertThat(type(answer))
                .isEqualTo(protobuf ? PROTOBUF : accept.equals("application/yaml") ? accept : "application/json");
        ObjectNode status = protobuf
                ? read("v1", "Status", answer.body())
                : type(answer).equals("application/yaml")
                        ? Decoder.read(SCHEMA.findType("v1", "Status").orElseThrow(), answer.body(), Format.YAML)
                        : Json.parseObject(answer.body());
        assertThat(Json.text(status, "kind")).isEqualTo("Status");
        assertThat(Json.text(status, "message")).isEqualTo(message);
        assertThat(status.path("code").asInt()).isEqualTo(code);
    }

    /** Frames: four bytes of length, then a WatchEvent: 1 is its type, 2.1 the object in its envelope. */
    private static byte[] object(String type, byte[] event) {
        byte[] word = type.getBytes(StandardCharsets.UTF_8);
        assertThat(event[0]).isEqualTo((byte) 0x0a);
        assertThat(Arrays.copyOfRange(event, 2, 2 + word.length)).isEqualTo(word);
        assertThat(event[2 + word.length]).isEqualTo((byte) 0x12);
        for (int at = 3 + word.length; ; at++) {
            if (event[at] == 'k' && event[at + 1] == '8' && event[at + 2] == 's' && event[at + 3] == 0) {
                return Arrays.copyOfRange(event, at, event.length);
            }
        }
    }

    @Test
    void aWatchIsFramesOfEvents() throws IOException {
        String path = CONFIG_MAPS + "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&sendInitialEvents=true"
                + "&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name=one";
        HttpResponse<byte[]> answer = get(path, PROTOBUF + ";stream=watch");
        assertThat(type(answer)).isEqualTo(PROTOBUF + ";stream=watch");
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(answer.body()));
        ObjectNode added = read("v1", "ConfigMap", object("ADDED", in.readNBytes(in.readInt())));
        same(added, json(CONFIG_MAPS + "/one", "application/json"));
        ObjectNode mark = read("v1", "ConfigMap", object("BOOKMARK", in.readNBytes(in.readInt())));
        assertThat(mark.at("/metadata/annotations").toString()).isEqualTo("{\"k8s.io/initial-events-end\":\"true\"}");
    }

    @Test
    void aWatchThatCannotGoOnIsToldWhyInAFrame() {
        Buffer frame = new ProtobufFrames(new Kinds(SCHEMA))
                .event(
                        "ERROR",
                        new ProtobufFrames(new Kinds(SCHEMA))
                                .status(ApiException.expired("too old").status()));
        assertThat(frame.getInt(0)).isEqualTo(frame.length() - Integer.BYTES);
        ObjectNode status = read(
                "v1", "Status", object("ERROR", ProtobufFrames.unframed(frame).getBytes()));
        assertThat(status.path("code").asInt()).isEqualTo(410);
    }

    /** Somebody else's write to the store: JSON shows it as it is, protobuf can't. */
    @Test
    void anObjectThatIsNotAsItsKindSaysEndsTheWatchWithWords() throws IOException {
        String odd =
                "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"odd\",\"namespace\":\"odd\"},"
                        + "\"immutable\":true,\"data\":[1]}";
        TestApi.await(api.store().txn(Txn.put(Bytes.utf8("/registry/configmaps/odd/odd"), Bytes.utf8(odd))));
        String path = "/api/v1/namespaces/odd/configmaps";
        assertThat(json(path, "application/json").at("/items/0/data/0").asInt()).isEqualTo(1);
        assertThat(get(path, PROTOBUF).statusCode()).isEqualTo(500);
        HttpResponse<byte[]> watched = get(
                path + "?watch=1&timeoutSeconds=60&sendInitialEvents=true"
                        + "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                PROTOBUF);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(watched.body()));
        ObjectNode status = read("v1", "Status", object("ERROR", in.readNBytes(in.readInt())));
        assertThat(status.path("code").asInt()).isEqualTo(500);
    }

    @Test
    void aWebSocketCarriesAnEventAMessage() throws InterruptedException {
        BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        WebSocket socket = client.newWebSocketBuilder()
                .header("Accept", PROTOBUF)
                .buildAsync(
                        URI.create(uri(CONFIG_MAPS + "?watch=1&fieldSelector=metadata.name=one")
                                .toString()
                                .replace("http:", "ws:")),
                        new WebSocket.Listener() {
                            private final ByteArrayOutputStream whole = new ByteArrayOutputStream();

                            @Override
                            public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                                byte[] part = new byte[data.remaining()];
                                data.get(part);
                                whole.writeBytes(part);
                                if (last) {
                                    messages.add(whole.toByteArray());
                                    whole.reset();
                                }
                                return WebSocket.Listener.super.onBinary(from, data, last);
                            }
                        })
                .join();
        ObjectNode added = read("v1", "ConfigMap", object("ADDED", messages.poll(60, TimeUnit.SECONDS)));
        assertThat(Json.text(added, "metadata", "name")).isEqualTo("one");
        socket.abort();
    }

    @ParameterizedTest
    @CsvSource({
        "/api,APIVersions",
        "/apis,APIGroupList",
        "/apis/apps,APIGroup",
        "/api/v1,APIResourceList",
        "/apis/apps/v1,APIResourceList"
    })
    void discoveryIsThereInProtobuf(String path, String kind) {
        HttpResponse<byte[]> answer = get(path, PROTOBUF + ",application/json");
        assertThat(type(answer)).isEqualTo(PROTOBUF);
        same(read("v1", kind, answer.body()), json(path, "application/json"));
    }

    private static void same(JsonNode protobuf, JsonNode json) {
        assertThat(withoutZeros(protobuf)).isEqualTo(withoutZeros(json));
    }

    /** What JSON says though it is nothing: protobuf does not. */
    private static JsonNode withoutZeros(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            object.remove(object.properties().stream()
                    .filter(field -> field.getValue().isNull()
                            || field.getValue().asText("x").isEmpty()
                            || (field.getValue().isBoolean()
                                    && !field.getValue().booleanValue()))
                    .map(Map.Entry::getKey)
                    .toList());
        }
        tree.forEach(ProtobufFaceTest::withoutZeros);
        return tree;
    }

    @ParameterizedTest
    @CsvSource({"/api,v2", "/apis,v2", "/apis,v2beta1"})
    void allGroupsAreThereInOneDocumentOfProtobuf(String path, String version) {
        String as = ";g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
        HttpResponse<byte[]> answer = get(path, PROTOBUF + as + ",application/json" + as);
        assertThat(type(answer)).isEqualTo(PROTOBUF + as);
        JsonNode expected = withoutZeros(json(path, "application/json" + as));
        ObjectNode read = read("apidiscovery.k8s.io/v2", "APIGroupDiscoveryList", answer.body());
        assertThat(withoutZeros(read).path("items")).isEqualTo(expected.path("items"));
        assertThat(Json.text(read, "apiVersion")).isEqualTo("apidiscovery.k8s.io/" + version);
    }

    @Test
    void discoveryIsThereInYaml() {
        assertThat(new String(get("/apis/apps", "application/yaml").body(), StandardCharsets.UTF_8))
                .contains("kind: APIGroup\n");
    }
}
