package io.minik.store.mapdb;

import io.minik.store.Await;
import io.minik.store.GenerativeContract;
import io.minik.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** With snapshots often, and values in memory and in the file. */
class MapDbStoreGenerativeTest extends GenerativeContract {
    @TempDir
    Path directory;

    @Override
    protected Store open() {
        StoreConfig config = StoreConfig.at(directory).snapshotAfter(20_000).directBytes(10_000);
        return Await.get(MapDbStore.open(vertx, config, clock));
    }

    @Override
    protected Store reopen(Store store) {
        Await.get(store.close());
        return open();
    }
}
