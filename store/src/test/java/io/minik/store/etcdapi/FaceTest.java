package io.minik.store.etcdapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Await;
import io.minik.store.LocalStore;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdfile.HistoryHash;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the face answers beside keys, watches and leases; the words are held against etcd by inttest/etcd. */
class FaceTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Member member = Member.named("edge", List.of("http://127.0.0.1:2379"));
    private final LocalStore store = new MemoryStore(vertx);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final WorkerExecutor worker = vertx.createSharedWorkerExecutor("face");
    private EtcdApi api;
    private int port;

    @BeforeEach
    void start() {
        api = new EtcdApi(
                vertx,
                store,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                member,
                SnapshotFiles.in(folder));
        port = Await.get(api.start());
    }

    @AfterEach
    void stop() {
        Await.get(api.stop());
        Await.get(store.close());
        Await.get(vertx.close());
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void refused(ThrowingCallable call, String words) {
        Assertions.assertThatThrownBy(call).isInstanceOf(EtcdRefusal.class).hasMessage("etcdserver: " + words);
    }

    @Test
    void aQueryThatCannotBeDecodedIsNotThere() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET /health?exclude=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("{\"health\":\"true\",\"reason\":\"\"}");
        }
    }

    @Test
    void plainHttpTellsHealthVersionAndFigures() throws Exception {
        assertThat(ask("GET", "/health").body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(ask("GET", "/readyz").body()).isEqualTo("ok\n");
        assertThat(ask("GET", "/version").body())
                .isEqualTo("{\"etcdserver\":\"" + EtcdApi.ETCD_VERSION + "\",\"etcdcluster\":\"3.5.0\"}");
        assertThat(ask("GET", "/metrics").body())
                .contains("\netcd_server_has_leader 1\n")
                .contains("\netcd_debugging_mvcc_current_revision "
                        + store.status().revision() + "\n");
        assertThat(ask("POST", "/health").statusCode()).isEqualTo(405);
        assertThat(ask("GET", "/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void aStoreThatHasEndedIsNotHealthy() throws Exception {
        Await.get(store.close());
        HttpResponse<String> health = ask("GET", "/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).contains("\"health\":\"false\"");
        assertThat(ask("GET", "/readyz").statusCode()).isEqualTo(503);
        assertThat(ask("GET", "/metrics").body()).contains("\netcd_server_has_leader 0\n");
    }

    @Test
    void theOnlyMemberStaysTheOnlyOne() {
        ClusterCalls cluster = new ClusterCalls(member);
        String last = "re-configuration failed due to not enough started members";
        Rpc.MemberAddRequest.Builder add = Rpc.MemberAddRequest.newBuilder();
        refused(() -> cluster.add(add.build()), "given member URLs are invalid");
        refused(() -> cluster.add(add.addPeerUrls("http://10.0.0.2:2380").build()), last);
        Rpc.MemberRemoveRequest.Builder remove = Rpc.MemberRemoveRequest.newBuilder();
        refused(() -> cluster.remove(remove.setId(1).build()), "member not found");
        refused(() -> cluster.remove(remove.setId(member.memberId()).build()), last);
        Rpc.MemberPromoteRequest.Builder promote = Rpc.MemberPromoteRequest.newBuilder();
        refused(() -> cluster.promote(promote.setId(member.memberId()).build()), "can only promote a learner member");
    }

    @Test
    void leadershipStaysAndNoOlderVersionTakesOver() {
        MaintenanceCalls maintenance = new MaintenanceCalls(
                store, member, new HistoryHash(store, worker), new Alarms(store, member, worker, folder));
        Rpc.MoveLeaderRequest.Builder move = Rpc.MoveLeaderRequest.newBuilder();
        refused(() -> maintenance.moveLeader(move.setTargetId(7).build()), "bad leader transferee");
        assertThat(maintenance
                        .moveLeader(move.setTargetId(member.memberId()).build())
                        .succeeded())
                .isTrue();
        Rpc.DowngradeRequest.Builder downgrade = Rpc.DowngradeRequest.newBuilder();
        refused(
                () -> maintenance.downgrade(downgrade.setVersion("x").build()),
                "wrong downgrade target version format");
        refused(() -> maintenance.downgrade(downgrade.setVersion("3.4").build()), "invalid downgrade target version");
        refused(
                () -> maintenance.downgrade(downgrade
                        .setAction(Rpc.DowngradeRequest.DowngradeAction.CANCEL)
                        .build()),
                "no inflight downgrade job");
    }
}
