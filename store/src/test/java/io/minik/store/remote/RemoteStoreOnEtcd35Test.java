package io.minik.store.remote;

import io.minik.store.Await;
import io.minik.store.Store;
import io.minik.store.StoreContract;
import io.minik.store.mapdb.MapDbStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Against Debian's etcd 3.5. */
class RemoteStoreOnEtcd35Test extends StoreContract {
    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // The contract opens a store before each test.
    private EtcdProcess etcd;

    @Override
    protected Store open() throws Exception {
        etcd = EtcdProcess.start("etcd", folder.resolve("data"));
        return Await.get(RemoteStore.open(
                vertx, RemoteConfig.of(List.of(etcd.endpoint())), MapDbStore.records(folder, 1 << 20)));
    }

    @Override
    protected void pass(long seconds) {
        // The lease's own clock goes on.
    }

    @AfterEach
    void stop() throws Exception {
        if (etcd != null) {
            Await.get(store.close());
            etcd.close();
        }
    }
}
