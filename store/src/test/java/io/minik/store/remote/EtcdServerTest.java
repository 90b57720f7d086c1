package io.minik.store.remote;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Recorder;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.WatchRequest;
import io.minik.store.mapdb.MapDbStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a real etcd does: users, its alarm, large revisions, being killed and frozen. */
class EtcdServerTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @SuppressWarnings("NullAway.Init") // The contract opens a store before each test.
    private EtcdProcess etcd;

    @SuppressWarnings("NullAway.Init") // The contract opens a store before each test.
    private RemoteStore store;

    private void start(String... options) throws Exception {
        etcd = EtcdProcess.start("etcd", folder.resolve("data"), options);
        store = open("", "");
    }

    private RemoteStore open(String user, String password) {
        RemoteConfig config =
                new RemoteConfig(List.of(etcd.endpoint()), Optional.empty(), Optional.empty(), user, password);
        return Await.get(RemoteStore.open(vertx, config, MapDbStore.records(folder, 1 << 20)));
    }

    @AfterEach
    void stop() {
        if (etcd != null) {
            Await.get(store.close());
            etcd.close();
        }
        Await.get(vertx.close());
    }

    private long put(String key, Bytes value) {
        return Await.get(store.txn(Txn.put(utf8(key), value))).revision();
    }

    @Test
    void aUserIsAskedForItsPasswordAndATokenThatEndedIsReplaced() throws Exception {
        start("--auth-token-ttl", "1");
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("auth", "enable");
        assertThatThrownBy(() -> put("k", utf8("v"))).isInstanceOf(StoreException.class);
        Await.get(store.close());
        assertThatThrownBy(() -> open("root", "wrong"))
                .isInstanceOf(StoreException.Refused.class)
                .hasMessageContaining("user root")
                .hasMessageContaining("authentication failed");
        store = open("root", "secret");
        assertThat(put("k", utf8("v"))).isEqualTo(2);
        // A second of silence ends etcd's simple tokens here; one user more makes those of before worthless at once.
        etcd.etcdctl("--user", "root:secret", "user", "add", "other:secret");
        assertThat(put("k", utf8("w"))).isEqualTo(3);
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(utf8("k"), 2), recorder);
        recorder.awaitEvents(2);
    }

    @Test
    void theAlarmOfAFullEtcdIsSaidInItsWordsAndReadsGoOn() throws Exception {
        start("--quota-backend-bytes", "1000000");
        Bytes value = Bytes.of(new byte[300_000]);
        // etcd knows how large its file is from its last commit, ten times a second: a fast machine puts a lot between
        // two of them.
        assertThatThrownBy(() -> IntStream.range(0, 1_000).forEach(i -> put("k", value)))
                .isInstanceOf(StoreException.NoSpace.class)
                .hasMessageStartingWith("database space exceeded");
        assertThat(store.status().noSpace()).isTrue();
        assertThat(Await.get(store.range(RangeRequest.key(utf8("k")))).kvs()).hasSize(1);
        // Physical: a defragmentation that comes before the history is gone gives no space back.
        etcd.etcdctl("compaction", "--physical", String.valueOf(store.status().revision()));
        etcd.etcdctl("defrag");
        etcd.etcdctl("alarm", "disarm");
        put("k", utf8("small"));
        assertThat(store.status().noSpace()).isFalse();
    }

    @Test
    void aRevisionThatNeedsSeveralMessagesIsToldWhole() throws Exception {
        start();
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(utf8("k"), 0), recorder);
        for (int round = 0; round < 2; round++) {
            List<Op> ops = IntStream.range(0, 40)
                    .mapToObj(i -> Op.put(utf8("k" + i), Bytes.of(new byte[35_000])))
                    .toList();
            Await.get(store.txn(Txn.of(List.of(), ops, List.of())));
        }
        recorder.awaitEvents(80);
        assertThat(recorder.calls()).extracting(call -> call.events().size()).containsExactly(40, 40);
        assertThat(recorder.events().get(79).previous().orElseThrow().value().length())
                .isEqualTo(35_000);
    }

    @Test
    void whatWasAcknowledgedBeforeAKillIsThereAndWatchesGoOnFromWhereTheyWere() throws Exception {
        start();
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(utf8("k"), 0), recorder);
        long before = put("k", utf8("1"));
        recorder.awaitEvents(1);
        etcd.kill();
        assertThat(recorder.awaitEnd()).isInstanceOf(StoreException.Unreachable.class);
        assertThatThrownBy(() -> put("k", utf8("lost"))).isInstanceOf(StoreException.Unreachable.class);
        etcd.restart();
        long after = put("k", utf8("2"));
        Recorder next = new Recorder();
        store.watch(WatchRequest.prefix(utf8("k"), before + 1), next);
        assertThat(next.awaitEvents(1)).extracting(Event::revision).containsExactly(after);
    }

    @Test
    void aFrozenEtcdIsNoEmptyOne() throws Exception {
        start();
        put("k", utf8("1"));
        etcd.signal("STOP");
        assertThatThrownBy(() -> Await.get(store.range(RangeRequest.key(utf8("k")))))
                .isInstanceOf(StoreException.Unreachable.class);
        etcd.signal("CONT");
        assertThat(Await.get(store.range(RangeRequest.key(utf8("k")))).kvs()).hasSize(1);
    }
}
