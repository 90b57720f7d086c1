package io.minik.store;

import java.util.List;

/** If all compares hold then success, else failure: atomically. */
public record Txn(List<Compare> compares, List<Op> success, List<Op> failure, Sync sync) {
    /** Most ops (both branches, nested ones counted) of one txn: etcd's --max-txn-ops. */
    public static final int MAX_OPS = 128;

    /**
     * DURABLE: the future succeeds after the fsync. LAZY: it may succeed before; the write is on disk within {@link
     * #LAZY_SECONDS}. Only for what nobody was promised: node Leases' renewals and Events (DESIGN.md "cheap on flash").
     */
    public enum Sync {
        DURABLE,
        LAZY
    }

    public static final int LAZY_SECONDS = 10;

    public static Txn of(List<Compare> compares, List<Op> success, List<Op> failure) {
        return new Txn(compares, success, failure, Sync.DURABLE);
    }

    public static Txn put(Bytes key, Bytes value) {
        return of(List.of(), List.of(Op.put(key, value)), List.of());
    }

    public Txn lazily() {
        return new Txn(compares, success, failure, Sync.LAZY);
    }
}
