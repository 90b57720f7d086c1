package io.minik.store.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.Recorder;
import io.minik.store.Store;
import io.minik.store.StoreContract;
import io.minik.store.WatchRequest;
import io.minik.store.etcdapi.EtcdApi;
import io.minik.store.etcdapi.Member;
import io.minik.store.etcdapi.SnapshotFiles;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against minik's own etcd port. */
class RemoteStoreTest extends StoreContract {
    @TempDir
    Path folder;

    /** The server has loops of its own: a test that holds one of the client's holds none of these. */
    private final Vertx elsewhere = Vertx.vertx();

    @SuppressWarnings("NullAway.Init") // The contract opens a store before each test.
    private LocalStore served;

    @SuppressWarnings("NullAway.Init") // The contract opens a store before each test.
    private EtcdApi api;

    @Override
    protected Store open() {
        served = new MemoryStore(elsewhere);
        api = new EtcdApi(
                elsewhere,
                served,
                new HttpServerOptions().setHost("127.0.0.1").setPort(0),
                Member.named("edge", List.of("http://127.0.0.1:2379")),
                SnapshotFiles.in(folder));
        EtcdEndpoint endpoint = new EtcdEndpoint(false, "127.0.0.1", Await.get(api.start()));
        return Await.get(
                RemoteStore.open(vertx, RemoteConfig.of(List.of(endpoint)), MapDbStore.records(folder, 1 << 20)));
    }

    @Override
    protected void pass(long seconds) {
        // The lease's own clock goes on.
    }

    @Test
    void ofOthersKeysAWatchTellsThatThereWasARevision() {
        Bytes ours = Bytes.utf8("/registry/");
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.allFor(ours, 2), recorder);
        put("/registry/a", "1");
        put("other/b", "2");
        delete("other/b");
        txn(List.of(), List.of(put("/registry/c", "3", 0), put("other/c", "3", 0)), List.of());
        assertThat(recorder.awaitEvents(2))
                .extracting(event -> event.kv().key().utf8())
                .containsExactly("/registry/a", "/registry/c");
        long others = put("other/d", "4");
        Recorder late = new Recorder();
        store.watch(WatchRequest.allFor(ours, others), late);
        assertThat(late.awaitProgress()).isEqualTo(others);
        assertThat(late.events()).isEmpty();
    }

    @AfterEach
    void stop() {
        Await.get(store.close());
        Await.get(api.stop());
        Await.get(served.close());
        Await.get(elsewhere.close());
    }
}
