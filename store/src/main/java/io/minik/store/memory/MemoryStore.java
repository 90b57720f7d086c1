package io.minik.store.memory;

import io.minik.ground.loop.Loop;
import io.minik.store.mvcc.Journal;
import io.minik.store.mvcc.Mvcc;
import io.minik.store.mvcc.MvccStore;
import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Vertx;

/** A store without a disk: as durable as its process. */
public final class MemoryStore extends MvccStore {
    public MemoryStore(Vertx vertx) {
        this(vertx, Loop.here(vertx), StoreLimits.defaults());
    }

    public MemoryStore(Vertx vertx, Loop clock, StoreLimits limits) {
        super(vertx, clock, new Mvcc(new HeapRecords(), clock), Journal.NONE, limits);
    }
}
