package io.minik.store.remote;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Await;
import io.minik.store.RangeRequest;
import io.minik.store.Recorder;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.TxnResult;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.EtcdApi;
import io.minik.store.etcdapi.Member;
import io.minik.store.etcdapi.SnapshotFiles;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two ways to one server, which are cut and frozen. */
class RemoteFaultTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Vertx elsewhere = Vertx.vertx();
    private MemoryStore served;
    private EtcdApi api;
    private Relay left;
    private Relay right;
    private RemoteStore store;

    @BeforeEach
    void start() {
        served = new MemoryStore(elsewhere);
        api = api(served);
        int port = Await.get(api.start());
        left = Relay.to(elsewhere, port);
        right = Relay.to(elsewhere, port);
        store = open(left.endpoint(), right.endpoint());
    }

    private EtcdApi api(MemoryStore of) {
        return new EtcdApi(
                elsewhere,
                of,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                Member.named("edge", List.of("http://127.0.0.1:2379")),
                SnapshotFiles.in(folder));
    }

    private RemoteStore open(EtcdEndpoint... endpoints) {
        return Await.get(
                RemoteStore.open(vertx, RemoteConfig.of(List.of(endpoints)), MapDbStore.records(folder, 1 << 20)));
    }

    @AfterEach
    void stop() {
        Await.get(store.close());
        Await.get(api.stop());
        Await.get(vertx.close());
        Await.get(elsewhere.close());
    }

    private long put(String key, String value) {
        return Await.get(store.txn(Txn.put(utf8(key), utf8(value)))).revision();
    }

    private Recorder watch() {
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(utf8("k"), 0), recorder);
        return recorder;
    }

    /** The one that has the connection. */
    private Relay used() {
        return left.connections() > right.connections() ? left : right;
    }

    private Relay other() {
        return used() == left ? right : left;
    }

    @Test
    void oneConnectionIsEnough() {
        Await.get(Future.all(IntStream.range(0, 200)
                .mapToObj(i -> store.txn(Txn.put(utf8("k" + i), utf8("v"))))
                .toList()));
        assertThat(left.connections() + right.connections()).isEqualTo(1);
    }

    @Test
    void aLostConnectionEndsItsWatchesAndTheNextCallGoesTheOtherWay() {
        Recorder recorder = watch();
        put("k", "1");
        recorder.awaitEvents(1);
        Relay first = used();
        first.cut();
        assertThat(recorder.awaitEnd()).isInstanceOf(StoreException.Unreachable.class);
        assertThat(Await.get(store.readRevision())).isEqualTo(2);
        assertThat(other().connections() + first.connections()).isGreaterThan(1);
        Recorder next = new Recorder();
        store.watch(WatchRequest.prefix(utf8("k"), 3), next);
        put("k", "2");
        assertThat(next.awaitEvents(1).get(0).revision()).isEqualTo(3);
    }

    @Test
    void aWayThatIsSilentIsLeftByReadsAndItsWatchesEnd() {
        Recorder recorder = watch();
        put("k", "1");
        recorder.awaitEvents(1);
        used().freeze();
        assertThat(Await.get(store.range(RangeRequest.key(utf8("k")))).kvs()).hasSize(1);
        assertThat(recorder.awaitEnd()).isInstanceOf(StoreException.Unreachable.class);
        assertThat(put("k", "2")).isEqualTo(3);
    }

    @Test
    void aWriteOfWhichNothingIsHeardFailsAndIsNotDoneTwice() {
        put("k", "1");
        Relay first = used();
        first.freeze();
        assertThatThrownBy(() -> put("k", "2")).isInstanceOf(StoreException.Unreachable.class);
        first.thaw();
        Await.get(store.readRevision());
        assertThat(served.status().revision()).isBetween(2L, 3L);
        assertThat(put("k", "3")).isEqualTo(served.status().revision());
    }

    @Test
    void whereNobodyAnswersCallsFailInABoundedTimeAndAreAnsweredLater() {
        put("k", "1");
        left.freeze();
        right.freeze();
        assertThatThrownBy(() -> Await.get(store.readRevision()))
                .isInstanceOf(StoreException.Unreachable.class)
                .hasMessageContaining("etcd does not answer at");
        assertThat(store.trouble()).contains("etcd does not answer");
        Recorder refused = watch();
        assertThat(refused.awaitEnd()).isInstanceOf(StoreException.Unreachable.class);
        left.thaw();
        right.thaw();
        assertThat(Await.get(store.readRevision())).isEqualTo(2);
        assertThat(store.trouble()).isEmpty();
    }

    @Test
    void aServerThatEndsFailsTheWritesThatItHasHeardAndNoRead() {
        put("k", "1");
        List<Future<TxnResult>> writes = new ArrayList<>();
        IntStream.range(0, 100).forEach(i -> writes.add(store.txn(Txn.put(utf8("k"), utf8("v" + i)))));
        used().cut();
        Await.get(Future.join(writes).otherwiseEmpty());
        assertThat(writes).allSatisfy(write -> assertThat(
                        write.succeeded() || write.cause() instanceof StoreException.Unreachable)
                .isTrue());
        long acknowledged = writes.stream()
                .filter(Future::succeeded)
                .mapToLong(write -> write.result().revision())
                .max()
                .orElse(2);
        assertThat(Await.get(store.readRevision())).isGreaterThanOrEqualTo(acknowledged);
    }

    @Test
    void anEndpointOfAnotherClusterIsLeftOut() {
        MemoryStore stranger = new MemoryStore(elsewhere);
        Await.get(stranger.txn(Txn.put(utf8("k"), utf8("another's"))));
        EtcdApi foreign = new EtcdApi(
                elsewhere,
                stranger,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                new Member("stranger", 77, 78, List.of("http://127.0.0.1:2380")),
                SnapshotFiles.in(folder));
        EtcdEndpoint theirs = new EtcdEndpoint(false, "127.0.0.1", Await.get(foreign.start()));
        put("k", "ours");
        Await.get(store.close());
        store = open(left.endpoint(), theirs);
        String first = Await.get(store.range(RangeRequest.key(utf8("k"))))
                .kvs()
                .get(0)
                .value()
                .utf8();
        for (int i = 0; i < 5; i++) {
            left.cut();
            // Whoever was met first stays the cluster, whatever else the list names.
            try {
                assertThat(Await.get(store.range(RangeRequest.key(utf8("k")))).kvs())
                        .extracting(kv -> kv.value().utf8())
                        .containsExactly(first);
            } catch (StoreException.Unreachable none) {
                assertThat(none).hasMessageContaining("etcd does not answer");
            }
        }
        Await.get(foreign.stop());
    }

    @Test
    void aStartWaitsForWhoeverAnswers() {
        Await.get(store.close());
        left.freeze();
        store = open(new EtcdEndpoint(false, "127.0.0.1", 1), left.endpoint(), right.endpoint());
        assertThat(put("k", "1")).isEqualTo(2);
    }
}
