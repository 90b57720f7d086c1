package io.minik.store.mapdb;

import io.minik.store.Await;
import io.minik.store.RandomTxnContract;
import io.minik.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class MapDbStoreTxnTest extends RandomTxnContract {
    @TempDir
    Path directory;

    @Override
    protected Store open() {
        return Await.get(MapDbStore.open(vertx, StoreConfig.at(directory), clock));
    }
}
