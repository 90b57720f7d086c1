package io.minik.store.memory;

import io.minik.store.GenerativeContract;
import io.minik.store.Store;
import io.minik.store.mvcc.StoreLimits;

class MemoryStoreGenerativeTest extends GenerativeContract {
    @Override
    protected Store open() {
        return new MemoryStore(vertx, clock, StoreLimits.defaults());
    }

    @Override
    protected Store reopen(Store store) {
        return store;
    }
}
