package io.minik.store.memory;

import io.minik.store.RandomTxnContract;
import io.minik.store.Store;
import io.minik.store.mvcc.StoreLimits;

class MemoryStoreTxnTest extends RandomTxnContract {
    @Override
    protected Store open() {
        return new MemoryStore(vertx, clock, StoreLimits.defaults());
    }
}
