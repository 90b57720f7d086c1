package io.minik.store.memory;

import io.minik.store.DrivenClock;
import io.minik.store.LocalStoreContract;
import io.minik.store.Store;
import io.minik.store.mvcc.StoreLimits;

class MemoryStoreTest extends LocalStoreContract {
    @Override
    protected Store open(DrivenClock clock, StoreLimits limits) {
        return new MemoryStore(vertx, clock, limits);
    }
}
