package io.minik.store.mapdb;

import io.minik.store.Await;
import io.minik.store.DrivenClock;
import io.minik.store.LocalStoreContract;
import io.minik.store.Store;
import io.minik.store.mvcc.StoreLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class MapDbStoreTest extends LocalStoreContract {
    @TempDir
    Path directory;

    @Override
    protected Store open(DrivenClock clock, StoreLimits limits) throws Exception {
        StoreConfig config =
                StoreConfig.at(Files.createTempDirectory(directory, "store")).withLimits(limits);
        return Await.get(MapDbStore.open(vertx, config, clock));
    }
}
