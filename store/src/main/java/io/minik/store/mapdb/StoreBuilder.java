package io.minik.store.mapdb;

import io.minik.store.Retained;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.mvcc.Change;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a store's directory of what a backup tells. Until it is finished, whoever opens the directory finds an empty store.
 * Blocking.
 *
 * <pre>{@code
 * try (StoreBuilder builder = new StoreBuilder(directory, revision, compacted, leases)) {
 *     changes.forEach(builder::add);
 *     builder.finish();
 * }
 * }</pre>
 */
public final class StoreBuilder implements AutoCloseable {
    /** The log begins behind it: there is nothing before. */
    private static final long FIRST_FRAME = 0;

    private final DataDirectory directory;
    private final Path temporary;
    private final SnapshotOutput output;
    private long changes;

    /**
     * @param revision of the newest change, or a later one: then writes go on from there
     * @param compacted reads of what was before it are refused; 0: none are
     * @throws StoreException.Unusable if there is a store in that directory, or it is in use
     */
    public StoreBuilder(Path path, long revision, long compacted, List<Store.Lease> leases) throws IOException {
        if (DataDirectory.holdsData(path)) {
            throw new StoreException.Unusable(path + " holds a store: give an empty directory");
        }
        directory = DataDirectory.open(path);
        temporary = DataDirectory.temporary(directory.snapshot(FIRST_FRAME));
        output = new SnapshotOutput(temporary, (written, since) -> {});
        output.payload.snapshotHead(revision, compacted, FIRST_FRAME);
        leases.forEach(lease -> output.payload.leaseGranted(lease.id(), lease.ttlSeconds()));
    }

    /** Those of one key oldest first; else in any order. */
    public void add(Retained change) {
        output.payload.retained(new Change(change.kv(), change.sub()));
        changes++;
        output.endBlockIfLarge();
    }

    public void finish() throws IOException {
        output.payload.snapshotEnd(changes);
        output.finish();
        directory.moveInPlace(temporary, directory.snapshot(FIRST_FRAME));
    }

    @Override
    public void close() throws IOException {
        output.close();
        Snapshots.deleteQuietly(temporary);
        directory.close();
    }
}
