package io.minik.store.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Await;
import io.minik.store.Event;
import io.minik.store.Store;
import io.minik.store.StoreContract;
import io.minik.store.StoreException;
import io.minik.store.mapdb.MapDbStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Debian's etcd 3.4. */
class RemoteStoreOnEtcd34Test extends StoreContract {
    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // The contract opens a store before each test.
    private EtcdProcess etcd;

    @Override
    protected Store open() throws Exception {
        etcd = EtcdProcess.start("etcd-3.4", folder.resolve("data"));
        return Await.get(RemoteStore.open(
                vertx, RemoteConfig.of(List.of(etcd.endpoint())), MapDbStore.records(folder, 1 << 20)));
    }

    @Override
    protected void pass(long seconds) {
        // The lease's own clock goes on.
    }

    /** Before 3.4.36 a compaction also takes a delete of its very revision: a watch from there does not hear of it. */
    @Test
    @Override
    protected void aWatchFromACompactedRevisionEnds() {
        put("k", "1");
        put("k", "2");
        put("k", "3");
        Await.get(store.compact(4));
        StoreException.Compacted why = (StoreException.Compacted) watch("k", 3).awaitEnd();
        assertThat(why.compactedRevision()).isEqualTo(4);
        assertThat(watch("k", 4).awaitEvents(1)).extracting(Event::revision).containsExactly(4L);
    }

    @AfterEach
    void stop() throws Exception {
        if (etcd != null) {
            Await.get(store.close());
            etcd.close();
        }
    }
}
