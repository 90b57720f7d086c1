package io.minik.store.etcdfile;

import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.RangeRequest;
import io.minik.store.Retained;
import io.minik.store.StoreException;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * etcd's checksum of a store at a revision: the same number that an etcd tells that has the same history. Of what was
 * compacted it covers only what is still the newest of its key.
 */
public final class HistoryHash {
    private static final byte[] BUCKET = "key".getBytes(StandardCharsets.US_ASCII);

    private final LocalStore store;
    private final WorkerExecutor worker;

    public HistoryHash(LocalStore store, WorkerExecutor worker) {
        this.store = store;
        this.worker = worker;
    }

    /** @param compacted 0 if nothing was */
    public record Hash(int value, long revision, long compacted) {}

    /** @param revision 0 = now */
    public Future<Hash> at(long revision) {
        long current = store.status().revision();
        long compacted = store.status().compactedRevision();
        long at = revision == 0 ? current : revision;
        if (at > current) {
            return Future.failedFuture(new StoreException.FutureRevision(at, current));
        }
        if (at < compacted) {
            return Future.failedFuture(new StoreException.Compacted(at, compacted));
        }
        return store.range(RangeRequest.prefix(Bytes.EMPTY).at(at).counted())
                .compose(keys -> store.history()
                        .compose(history -> worker.executeBlocking(() -> {
                            try (history) {
                                return hash(history, at, at == current, compacted, keys.count() > 0);
                            }
                        })))
                // What a compaction took meanwhile is missing in it.
                .compose(hash ->
                        store.status().compactedRevision() == compacted ? Future.succeededFuture(hash) : at(revision));
    }

    private static Hash hash(LocalStore.History history, long at, boolean now, long compacted, boolean anyKey) {
        CRC32C crc = new CRC32C();
        crc.update(BUCKET);
        long[] last = {0};
        history.forEach(0, at, change -> {
            last[0] = change.kv().modRevision();
            boolean past = last[0] <= compacted;
            if (!past || !anyKey || isKept(change)) {
                crc.update(RevisionRecord.key(change));
                crc.update(RevisionRecord.value(change));
            }
        });
        if (now && SnapshotWriting.isMarked(last[0], at, compacted)) {
            crc.update(RevisionRecord.key(at, 0, true));
            crc.update(SnapshotWriting.markValue());
        }
        return new Hash((int) crc.getValue(), at, compacted);
    }

    private static boolean isKept(Retained change) {
        return change.newest() && !change.isDelete();
    }
}
