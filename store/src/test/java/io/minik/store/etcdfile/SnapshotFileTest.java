package io.minik.store.etcdfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.loop.Loop;
import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.LocalStore;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Retained;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.bbolt.BoltWriter;
import io.minik.store.bbolt.DamagedFile;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.mapdb.StoreBuilder;
import io.minik.store.mapdb.StoreConfig;
import io.minik.store.memory.MemoryStore;
import io.minik.store.mvcc.StoreLimits;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a store into etcd's file and back into a store: the same keys, past, leases, revisions and checksum. */
class SnapshotFileTest {
    private static final long SEED = Long.getLong("seed", 5);

    private final Vertx vertx = Vertx.vertx();
    private final WorkerExecutor worker = vertx.createSharedWorkerExecutor("files", 1);
    private final Random random = new Random(SEED);

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        Await.get(vertx.close());
    }

    @Test
    void aStoreComesBackAsItWas() throws IOException {
        LocalStore store = new MemoryStore(vertx);
        long lease = Await.get(store.grantLease(0, 500)).id();
        write(store, 2_000, lease);
        Await.get(store.compact(700));
        write(store, 500, lease);
        Store restored = restored(snapshot(store), 0);
        assertThat(restored.status().revision()).isEqualTo(store.status().revision());
        assertThat(restored.status().compactedRevision()).isEqualTo(700);
        assertThat(history((LocalStore) restored)).as("seed %d", SEED).isEqualTo(history(store));
        assertThat(Await.get(restored.leaseStatus(lease)).keys())
                .isEqualTo(Await.get(store.leaseStatus(lease)).keys());
        for (long at : new long[] {0, 700, 900, 1_500}) {
            assertThat(hash((LocalStore) restored, at).value())
                    .isEqualTo(hash(store, at).value());
        }
        assertThatThrownBy(() -> Await.get(
                        restored.range(RangeRequest.prefix(Bytes.EMPTY).at(699))))
                .isInstanceOf(StoreException.Compacted.class);
        Await.get(restored.close());
    }

    @Test
    void aStoreThatWasNeverWrittenComesBackEmpty() throws IOException {
        Store restored = restored(snapshot(new MemoryStore(vertx)), 0);
        assertThat(restored.status().revision()).isEqualTo(1);
        assertThat(Await.get(restored.range(RangeRequest.prefix(Bytes.EMPTY))).count())
                .isZero();
        Await.get(restored.close());
    }

    /** Such as after an end that was not clean: no change is retained of the newest revision. */
    @Test
    void aRevisionWithoutAChangeIsKept() throws IOException {
        Path path = directory.resolve("skipped");
        try (StoreBuilder builder = new StoreBuilder(path, 5_000, 0, List.of())) {
            builder.add(new Retained(new KeyValue(Bytes.utf8("a"), Bytes.utf8("1"), 2, 2, 1, 0), 0, true));
            builder.finish();
        }
        MapDbStore skipped = Await.get(MapDbStore.open(vertx, StoreConfig.at(path)));
        Path file = snapshot(skipped);
        int hash = hash(skipped, 0).value();
        Await.get(skipped.close());
        LocalStore restored = restored(file, 0);
        assertThat(restored.status().revision()).isEqualTo(5_000);
        assertThat(hash(restored, 0).value()).isEqualTo(hash);
        assertThat(history(restored)).hasSize(1);
        Await.get(restored.close());
    }

    /** What a compaction takes while the file is written is not missed: the file goes on to a revision behind it. */
    @Test
    void compactionsWhileItIsWrittenLeaveNoHole() throws IOException {
        LocalStore store = new MemoryStore(vertx, Loop.here(vertx), StoreLimits.defaults());
        for (int round = 0; round < 20; round++) {
            write(store, 300, 0);
            Path file = directory.resolve("during-" + round);
            var writing = SnapshotWriting.write(store, worker, file, List.of());
            for (int i = 0; i < 5; i++) {
                write(store, 20, 0);
                Await.get(store.compact(store.status().revision()));
            }
            long revision = Await.get(writing).revision();
            LocalStore restored = restored(file, 0);
            assertThat(restored.status().revision()).isEqualTo(revision);
            assertThat(revision).isGreaterThanOrEqualTo(restored.status().compactedRevision());
            if (revision >= store.status().compactedRevision()) {
                assertThat(Await.get(restored.range(RangeRequest.prefix(Bytes.EMPTY)))
                                .kvs())
                        .isEqualTo(Await.get(store.range(
                                        RangeRequest.prefix(Bytes.EMPTY).at(revision)))
                                .kvs());
            }
            Await.get(restored.close());
        }
    }

    @Test
    void aChangedByteIsFoundByTheChecksum() throws IOException {
        LocalStore store = new MemoryStore(vertx);
        write(store, 100, 0);
        Path file = snapshot(store);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> SnapshotFile.open(file, true)).isInstanceOf(DamagedFile.class);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 32));
        assertThatThrownBy(() -> SnapshotFile.open(file, true)).hasMessageContaining("snapshot missing hash");
        SnapshotFile.open(file, false).close();
    }

    @Test
    void whatNoStoreCanHaveWrittenIsRefused() throws IOException {
        byte[] good =
                RevisionRecord.value(new Retained(new KeyValue(Bytes.utf8("a"), Bytes.utf8("1"), 2, 2, 1, 0), 0, true));
        refused(RevisionRecord.key(3, 0, false), good);
        refused(RevisionRecord.key(2, 0, false), new byte[] {1, 2, 3});
        refused(RevisionRecord.key(2, 0, false), new byte[0]);
        refused(new byte[] {1}, good);
        refused(RevisionRecord.key(-2, 0, false), good);
    }

    private void refused(byte[] key, byte[] value) throws IOException {
        Path file = directory.resolve("wrong");
        Files.deleteIfExists(file);
        try (BoltWriter writer = new BoltWriter(file)) {
            writer.begin("key");
            writer.put(key, value);
            writer.end();
            writer.finish();
        }
        try (SnapshotFile snapshot = SnapshotFile.open(file, false)) {
            assertThatThrownBy(snapshot::summary).isInstanceOf(DamagedFile.class);
        }
    }

    @Test
    void whatWasGivenBesideIsInIt() throws IOException {
        TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        rows.put(new byte[] {7}, new byte[100_000]);
        Path file = directory.resolve("beside");
        Await.get(SnapshotWriting.write(new MemoryStore(vertx), worker, file, List.of(new Table("minik", rows))));
        try (SnapshotFile snapshot = SnapshotFile.open(file, true)) {
            assertThat(snapshot.row("minik", new byte[] {7}))
                    .hasValueSatisfying(row -> assertThat(row).hasSize(100_000));
            assertThat(snapshot.row("minik", new byte[] {8})).isEmpty();
            assertThat(snapshot.row("other", new byte[] {7})).isEmpty();
        }
    }

    @Test
    void nothingIsLeftOfAFileThatCantBeFinished() {
        LocalStore store = new MemoryStore(vertx);
        Await.get(store.close());
        Path file = directory.resolve("unfinished");
        assertThatThrownBy(() -> Await.get(SnapshotWriting.write(store, worker, file, List.of())));
        assertThat(file).doesNotExist();
    }

    private void write(LocalStore store, int count, long lease) {
        for (int i = 0; i < count; i++) {
            Bytes key = Bytes.utf8("k" + random.nextInt(60));
            if (random.nextInt(5) == 0) {
                Await.get(store.txn(
                        Txn.of(List.of(), List.of(Op.delete(key), Op.put(Bytes.utf8("x" + i), key)), List.of())));
            } else {
                Op put = new Op.Put(
                        key,
                        Bytes.utf8("v".repeat(random.nextInt(300))),
                        random.nextInt(9) == 0 ? lease : 0,
                        false,
                        false,
                        false);
                Await.get(store.txn(Txn.of(List.of(), List.of(put), List.of())));
            }
        }
    }

    private Path snapshot(LocalStore store) {
        Path file = directory.resolve("snapshot");
        Await.get(SnapshotWriting.write(store, worker, file, List.of()));
        return file;
    }

    private LocalStore restored(Path file, int number) throws IOException {
        Path path = Files.createTempDirectory(directory, "store" + number);
        try (SnapshotFile snapshot = SnapshotFile.open(file, true)) {
            SnapshotFile.Summary summary = snapshot.summary();
            try (StoreBuilder builder =
                    new StoreBuilder(path, summary.revision(), summary.compacted(), snapshot.leases())) {
                snapshot.forEach(builder::add);
                builder.finish();
            }
        }
        return Await.get(MapDbStore.open(vertx, StoreConfig.at(path)));
    }

    private static List<Retained> history(LocalStore store) {
        List<Retained> all = new ArrayList<>();
        try (LocalStore.History history = Await.get(store.history())) {
            history.forEach(0, store.status().revision(), all::add);
        }
        return all;
    }

    private HistoryHash.Hash hash(LocalStore store, long at) {
        return Await.get(new HistoryHash(store, worker).at(at));
    }
}
