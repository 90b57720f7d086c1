package io.minik.store.etcdapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.minik.ground.json.Json;
import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls as JSON; that their shapes are etcd's, inttest/etcd sees. */
class GatewayTest {
    private final Vertx vertx = Vertx.vertx();
    private final LocalStore store = new MemoryStore(vertx);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path folder;

    private EtcdApi api;
    private int port;

    @BeforeEach
    void start() {
        api = new EtcdApi(
                vertx,
                store,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                Member.named("edge", List.of("http://127.0.0.1:2379")),
                SnapshotFiles.in(folder));
        port = Await.get(api.start());
    }

    @AfterEach
    void stop() {
        Await.get(api.stop());
        Await.get(store.close());
        Await.get(vertx.close());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatIsPutIsRead() throws Exception {
        assertThat(post("/v3/kv/put", "{\"key\":\"a2V5\",\"value\":\"dmFsdWU=\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("/v3/kv/range", "{\"key\":\"a2V5\"}").body())
                .contains(
                        "\"kvs\":[{\"key\":\"a2V5\",\"create_revision\":\"2\",\"mod_revision\":\"2\",\"version\":\"1\","
                                + "\"value\":\"dmFsdWU=\"}],\"count\":\"1\"");
    }

    @Test
    void whatCantBeReadIsRefusedByName() throws Exception {
        for (String body : List.of(
                "{",
                "[]",
                "{\"key\":7}",
                "{\"key\":\"%%\"}",
                "{\"key\":\"YQ==\",\"limit\":\"x\"}",
                "{\"key\":\"YQ==\",\"sort_order\":\"SIDEWAYS\"}",
                "{\"key\":[\"YQ==\"]}")) {
            HttpResponse<String> refused = post("/v3/kv/range", body);
            assertThat(refused.statusCode()).as(body).isEqualTo(400);
            assertThat(Json.parse(refused.body().getBytes(StandardCharsets.UTF_8))
                            .path("code")
                            .asInt())
                    .as(body)
                    .isEqualTo(3);
        }
    }

    @Test
    void aBodyIsNoLargerThanAMessage() throws Exception {
        HttpResponse<String> refused = post("/v3/kv/put", "{\"key\":\"" + "A".repeat(5 << 20) + "\"}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("request is too large");
    }

    @Test
    void txnsWithinTxnsEnd() throws Exception {
        String txn = "{\"success\":[{\"request_txn\":".repeat(200) + "{}" + "}]}".repeat(200);
        assertThat(post("/v3/kv/txn", txn).statusCode()).isEqualTo(400);
    }

    @Test
    void aWatchTellsLineByLine() throws Exception {
        HttpResponse<InputStream> watch = client.send(
                request("/v3/watch", "{\"create_request\":{\"key\":\"dw==\"}}"),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).contains("\"created\":true");
            Await.get(store.txn(Txn.put(Bytes.utf8("w"), Bytes.utf8("1"))));
            assertThat(lines.readLine()).startsWith("{\"result\":{").contains("\"events\":[{\"kv\":{\"key\":\"dw==\"");
        }
    }

    @Test
    void withoutATokenNothingIsSaidOnceUsersAreAsked() throws Exception {
        post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"p\"}");
        post("/v3/auth/role/add", "{\"name\":\"root\"}");
        post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        assertThat(post("/v3/auth/enable", "{}").statusCode()).isEqualTo(200);
        assertThat(post("/v3/kv/range", "{\"key\":\"YQ==\"}").body()).contains("etcdserver: user name is empty");
        assertThat(post("/v3/election/leader", "{\"name\":\"YQ==\"}").statusCode())
                .isEqualTo(400);
        assertThat(post("/v3/maintenance/hashkv", "{}").statusCode()).isEqualTo(500);
        HttpResponse<InputStream> watch = client.send(
                request("/v3/watch", "{\"create_request\":{\"key\":\"dw==\"}}"),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(watch.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).contains("\"canceled\":true").contains("user name is empty");
        }
        String token = Json.parse(post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"p\"}")
                        .body()
                        .getBytes(StandardCharsets.UTF_8))
                .path("token")
                .asText();
        HttpRequest shown = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v3/kv/range"))
                .header("Authorization", token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"YQ==\"}"))
                .build();
        assertThat(client.send(shown, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void messagesComeBackAsTheyWere() {
        Rpc.TxnRequest txn = Rpc.TxnRequest.newBuilder()
                .addCompare(Rpc.Compare.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[] {0, -1}))
                        .setTarget(Rpc.Compare.CompareTarget.MOD)
                        .setResult(Rpc.Compare.CompareResult.LESS)
                        .setModRevision(Long.MAX_VALUE))
                .addSuccess(Rpc.RequestOp.newBuilder()
                        .setRequestPut(Rpc.PutRequest.newBuilder().setLease(-5).setPrevKv(true)))
                .build();
        assertThat(JsonMessages.message(Rpc.TxnRequest.getDefaultInstance(), JsonMessages.json(txn)))
                .isEqualTo(txn);
        Rpc.StatusResponse status = Rpc.StatusResponse.newBuilder()
                .setHeader(Rpc.ResponseHeader.newBuilder().setMemberId(-1))
                .setDbSize(7)
                .addErrors("x")
                .build();
        assertThat(JsonMessages.json(status).toString())
                .contains("\"member_id\":\"18446744073709551615\"")
                .contains("\"dbSize\":\"7\"");
        assertThat(JsonMessages.message(Rpc.StatusResponse.getDefaultInstance(), JsonMessages.json(status)))
                .isEqualTo(status);
    }

    @Test
    void objectsAreFoundWhereverThePiecesEnd() {
        String text = "{\"a\":\"}{\\\"\"} \n {\"b\":[{}]}{\"c";
        List<String> found = new ArrayList<>();
        JsonPieces pieces = new JsonPieces(100, json -> found.add(new String(json, StandardCharsets.UTF_8).strip()));
        for (int i = 0; i < text.length(); i++) {
            pieces.add(Buffer.buffer(text.substring(i, i + 1)));
        }
        assertThat(found).containsExactly("{\"a\":\"}{\\\"\"}", "{\"b\":[{}]}");
        assertThatThrownBy(() -> pieces.add(Buffer.buffer("x".repeat(200)))).isInstanceOf(StoreException.Invalid.class);
    }
}
