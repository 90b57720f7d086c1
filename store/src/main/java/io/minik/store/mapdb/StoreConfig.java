package io.minik.store.mapdb;

import io.minik.store.mvcc.StoreLimits;
import java.nio.file.Path;

/**
 * @param directory made if absent, for the owner only
 * @param snapshotAfterBytes log that makes a snapshot due; at least as much as the last snapshot took
 * @param directBytes values kept in direct memory, the others go to a mapped file
 * @param acceptsLoss opens with what is left where part of the log is gone, and puts the rest aside
 */
public record StoreConfig(
        Path directory, StoreLimits limits, long snapshotAfterBytes, long directBytes, boolean acceptsLoss) {
    /** Read back in well under a second on a small device; at one Lease a node and 10 s, it is a snapshot in days. */
    public static final long DEFAULT_SNAPSHOT_AFTER_BYTES = 8L << 20;

    public static StoreConfig at(Path directory) {
        // The JVM lets direct memory grow as large as the heap, and Netty wants its part of it.
        return new StoreConfig(
                directory,
                StoreLimits.defaults(),
                DEFAULT_SNAPSHOT_AFTER_BYTES,
                Runtime.getRuntime().maxMemory() / 4,
                false);
    }

    public StoreConfig withLimits(StoreLimits other) {
        return new StoreConfig(directory, other, snapshotAfterBytes, directBytes, acceptsLoss);
    }

    public StoreConfig snapshotAfter(long bytes) {
        return new StoreConfig(directory, limits, bytes, directBytes, acceptsLoss);
    }

    public StoreConfig directBytes(long bytes) {
        return new StoreConfig(directory, limits, snapshotAfterBytes, bytes, acceptsLoss);
    }

    public StoreConfig acceptingLoss(boolean accepts) {
        return new StoreConfig(directory, limits, snapshotAfterBytes, directBytes, accepts);
    }
}
