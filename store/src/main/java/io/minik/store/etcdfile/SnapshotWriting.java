package io.minik.store.etcdfile;

import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.LocalStore;
import io.minik.store.Retained;
import io.minik.store.Store;
import io.minik.store.bbolt.BoltWriter;
import io.minik.store.etcdapi.proto.StoredForms;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes a snapshot file of a store that goes on meanwhile. A compaction that passes the revision of the snapshot takes what
 * belongs to it: then the file goes on to a later revision, until none does. What such a compaction should have taken and is
 * in the file already, etcd takes when it opens it: that is what its scheduledCompactRev says.
 */
public final class SnapshotWriting {
    /** The root bucket has them all, as a server makes them at its first start. */
    private static final List<String> BUCKETS = List.of(
            "alarm", "auth", "authRoles", "authUsers", "cluster", "key", "lease", "members", "members_removed", "meta");

    /** In whose name the newest revision is told, if no change is retained of it: a delete of what never was. */
    static final String REVISION_MARK = "\0minik/revision";

    private static final int FIRST_REVISION = 1;

    private final LocalStore store;
    private final WorkerExecutor worker;
    private final Path file;
    private final List<Table> tables;
    private final long compactedBefore;
    private long compactedAfter;
    private long lastRevision;
    private long lastWritten;

    private SnapshotWriting(LocalStore store, WorkerExecutor worker, Path file, List<Table> tables) {
        this.store = store;
        this.worker = worker;
        this.file = file;
        this.tables = tables;
        this.compactedBefore = store.status().compactedRevision();
    }

    /** @param revision that the file is of */
    public record Written(Path file, long revision, long bytes) {}

    /**
     * @param worker of one thread
     * @param file must not be there; is not left behind if it can't be finished
     * @param tables further buckets, or the content of those of etcd's that have none otherwise
     */
    public static Future<Written> write(LocalStore store, WorkerExecutor worker, Path file, List<Table> tables) {
        SnapshotWriting writing = new SnapshotWriting(store, worker, file, List.copyOf(tables));
        return worker.executeBlocking(() -> new BoltWriter(file)).compose(bolt -> writing.all(bolt)
                .compose(leases -> worker.executeBlocking(() -> writing.finish(bolt, leases)))
                .recover(why -> worker.executeBlocking(() -> writing.giveUp(bolt, why))));
    }

    private Written giveUp(BoltWriter bolt, Throwable why) throws IOException {
        bolt.close();
        Files.deleteIfExists(file);
        throw why instanceof IOException failed ? failed : new IOException(why.getMessage(), why);
    }

    private Future<LocalStore.LeaseTable> all(BoltWriter bolt) {
        bolt.begin("key");
        return store.history().compose(history -> upToNow(history, bolt).eventually(() -> {
            history.close();
            return Future.succeededFuture();
        }));
    }

    private Future<LocalStore.LeaseTable> upToNow(LocalStore.History history, BoltWriter bolt) {
        return store.leaseTable()
                .compose(now -> worker.executeBlocking(() -> append(history, bolt, now)))
                .compose(now -> {
                    compactedAfter = store.status().compactedRevision();
                    return compactedAfter > now.revision() ? upToNow(history, bolt) : Future.succeededFuture(now);
                });
    }

    private LocalStore.LeaseTable append(LocalStore.History history, BoltWriter bolt, LocalStore.LeaseTable now)
            throws IOException {
        try {
            history.forEach(lastRevision, now.revision(), change -> put(bolt, change));
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        lastRevision = now.revision();
        return now;
    }

    private void put(BoltWriter bolt, Retained change) {
        try {
            bolt.put(RevisionRecord.key(change), RevisionRecord.value(change));
            lastWritten = change.kv().modRevision();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Written finish(BoltWriter bolt, LocalStore.LeaseTable now) throws IOException {
        if (isMarked(lastWritten, lastRevision, compactedBefore)) {
            bolt.put(RevisionRecord.key(lastRevision, 0, true), markValue());
        }
        bolt.end();
        leases(bolt, now.leases());
        meta(bolt, compactedBefore, compactedAfter);
        Set<String> left = new TreeSet<>(BUCKETS);
        left.removeAll(Set.of("key", "lease", "meta"));
        for (Table table : tables) {
            bolt.begin(table.bucket());
            for (var row : table.rows().entrySet()) {
                bolt.put(row.getKey(), row.getValue());
            }
            bolt.end();
            left.remove(table.bucket());
        }
        for (String empty : left) {
            bolt.begin(empty);
            bolt.end();
        }
        bolt.finish();
        bolt.close();
        Checksum.append(file);
        return new Written(file, lastRevision, Files.size(file));
    }

    /** Whether the newest revision would be lost with a file that has the changes alone. */
    static boolean isMarked(long lastWritten, long revision, long compacted) {
        return lastWritten < revision && compacted < revision && revision > FIRST_REVISION;
    }

    static byte[] markValue() {
        Retained mark = new Retained(new KeyValue(Bytes.utf8(REVISION_MARK), Bytes.EMPTY, 0, 1, 0, 0), 0, true);
        return RevisionRecord.value(mark);
    }

    private static void leases(BoltWriter bolt, List<Store.Lease> leases) throws IOException {
        List<Store.Lease> sorted = new ArrayList<>(leases);
        sorted.sort((a, b) -> Long.compareUnsigned(a.id(), b.id()));
        bolt.begin("lease");
        for (Store.Lease lease : sorted) {
            bolt.put(
                    ByteBuffer.allocate(Long.BYTES).putLong(lease.id()).array(),
                    StoredForms.LeaseRecord.newBuilder()
                            .setID(lease.id())
                            .setTTL(lease.ttlSeconds())
                            .setRemainingTTL(lease.remainingSeconds())
                            .build()
                            .toByteArray());
        }
        bolt.end();
    }

    /** What has begun and not ended when etcd opens the file is begun again: the changes below it may be there or not. */
    private static void meta(BoltWriter bolt, long finished, long scheduled) throws IOException {
        byte[] one = ByteBuffer.allocate(Long.BYTES).putLong(1).array();
        bolt.begin("meta");
        bolt.put(ascii("consistent_index"), one);
        if (finished > 0) {
            bolt.put(ascii("finishedCompactRev"), RevisionRecord.key(finished, 0, false));
        }
        if (scheduled > 0) {
            bolt.put(ascii("scheduledCompactRev"), RevisionRecord.key(scheduled, 0, false));
        }
        bolt.put(ascii("term"), one);
        bolt.end();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
