package io.minik.store.memory;

import io.minik.ground.loop.Loop;
import io.minik.store.mvcc.Journal;
import io.minik.store.mvcc.Mvcc;
import io.minik.store.mvcc.MvccStore;
import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Vertx;
import java.util.function.BooleanSupplier;

/** A store without a disk: as durable as its process. */
public final class MemoryStore extends MvccStore {
    public MemoryStore(Vertx vertx) {
        this(vertx, Loop.here(vertx), StoreLimits.defaults());
    }

    public MemoryStore(Vertx vertx, Loop clock, StoreLimits limits) {
        this(vertx, clock, limits, true);
    }

    private MemoryStore(Vertx vertx, Loop clock, StoreLimits limits, boolean threaded) {
        super(vertx, clock, new Mvcc(new HeapRecords(), clock), Journal.NONE, limits);
        if (threaded) {
            start();
        }
    }

    /** One without a thread: {@code writer} of it is what {@link #step} does, whenever its owner says so. */
    public static Stepped stepped(Vertx vertx, Loop clock, StoreLimits limits) {
        MemoryStore store = new MemoryStore(vertx, clock, limits, false);
        return new Stepped(store, store::step);
    }

    /** @param writer does what waits; tells whether anything did */
    public record Stepped(MemoryStore store, BooleanSupplier writer) {}
}
