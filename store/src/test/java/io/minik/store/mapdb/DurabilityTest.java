package io.minik.store.mapdb;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.DrivenClock;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.Recorder;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.WatchRequest;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk, and what is made of it. */
class DurabilityTest {
    private final Vertx vertx = Vertx.vertx();
    private final DrivenClock clock = new DrivenClock();

    @TempDir
    Path directory;

    @AfterEach
    void closeVertx() {
        Await.get(vertx.close());
    }

    private MapDbStore open(StoreConfig config) {
        return Await.get(MapDbStore.open(vertx, config, clock));
    }

    private MapDbStore open() {
        return open(StoreConfig.at(directory));
    }

    private static long put(MapDbStore store, String key, String value) {
        return Await.get(store.txn(Txn.put(utf8(key), utf8(value)))).revision();
    }

    private static List<KeyValue> all(MapDbStore store) {
        return Await.get(store.range(RangeRequest.prefix(Bytes.EMPTY))).kvs();
    }

    private Path newestLog() throws IOException {
        return files("log-").get(files("log-").size() - 1);
    }

    private List<Path> files(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everythingIsThereAfterARestart() {
        MapDbStore store = open();
        put(store, "a", "1");
        put(store, "a", "2");
        put(store, "b", "1");
        Await.get(store.txn(Txn.of(List.of(), List.of(Op.delete(utf8("b"))), List.of())));
        Await.get(store.grantLease(7, 100));
        Await.get(store.txn(
                Txn.of(List.of(), List.of(new Op.Put(utf8("c"), utf8("leased"), 7, false, false, false)), List.of())));
        Await.get(store.compact(3));
        List<KeyValue> before = all(store);
        Await.get(store.close());

        store = open();
        assertThat(all(store)).isEqualTo(before);
        assertThat(store.status().revision()).isEqualTo(6);
        assertThat(store.status().compactedRevision()).isEqualTo(3);
        assertThat(Await.get(store.range(RangeRequest.key(utf8("b")).at(4))).kvs())
                .hasSize(1);
        Recorder recorder = new Recorder();
        store.watch(WatchRequest.prefix(Bytes.EMPTY, 4), recorder);
        assertThat(recorder.awaitEvents(3)).extracting(Event::revision).containsExactly(4L, 5L, 6L);
        assertThat(Await.get(store.leaseStatus(7)).keys()).containsExactly(utf8("c"));
        clock.advance(100_000);
        recorder.awaitEvents(4);
        assertThat(Await.get(store.leases())).isEmpty();
        Await.get(store.close());
    }

    /** As a power cut leaves it: what the disk had at some moment. */
    private Path copy(String name) throws IOException {
        Path copy = Files.createDirectory(directory.resolveSibling(directory.getFileName() + name));
        for (Path file : files("")) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        return copy;
    }

    @Test
    void revisionsThatAPowerCutTookAreNotGivenAgain() throws Exception {
        MapDbStore store = open();
        put(store, "a", "1");
        Await.get(store.close());
        store = open();
        long syncsBefore = store.logSyncs();
        Await.get(store.txn(Txn.put(utf8("lazy"), utf8("1")).lazily()));
        // Else the disk would say that nothing was written since the clean end.
        assertThat(store.logSyncs()).isEqualTo(syncsBefore + 1);
        Path cut = copy("-cut");
        long seen = 0;
        for (int i = 0; i < 100; i++) {
            seen = Await.get(store.txn(Txn.put(utf8("lazy"), utf8("2")).lazily()))
                    .revision();
        }
        assertThat(store.logSyncs()).isEqualTo(syncsBefore + 1);
        Await.get(store.close());

        MapDbStore after = open(StoreConfig.at(cut));
        assertThat(after.status().revision()).isGreaterThan(seen);
        long next = put(after, "b", "1");
        Recorder recorder = new Recorder();
        after.watch(WatchRequest.prefix(Bytes.EMPTY, seen + 1), recorder);
        assertThat(recorder.awaitEvents(1)).extracting(Event::revision).containsExactly(next);
        Await.get(after.close());
        after = open(StoreConfig.at(cut));
        assertThat(after.status().revision()).isEqualTo(next);
        Await.get(after.close());
    }

    @Test
    void aSnapshotReplacesTheLogBeforeItAndKeepsHistory() throws Exception {
        StoreConfig config = StoreConfig.at(directory).snapshotAfter(50_000);
        MapDbStore store = open(config);
        Await.get(store.grantLease(7, 100));
        Await.get(store.txn(
                Txn.of(List.of(), List.of(new Op.Put(utf8("leased"), utf8("1"), 7, false, false, false)), List.of())));
        Random random = new Random(1);
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 300; i++) {
                put(store, "k" + random.nextInt(50), "x".repeat(random.nextInt(600)));
            }
            Await.get(store.txn(Txn.of(List.of(), List.of(Op.delete(utf8("k" + random.nextInt(50)))), List.of())));
            Await.get(store.compact(store.status().revision() - 40));
            List<KeyValue> before = all(store);
            long past = store.status().revision() - 20;
            List<KeyValue> beforePast = Await.get(
                            store.range(RangeRequest.prefix(Bytes.EMPTY).at(past)))
                    .kvs();
            Await.get(store.close());
            store = open(config);
            assertThat(all(store)).isEqualTo(before);
            assertThat(Await.get(store.range(RangeRequest.prefix(Bytes.EMPTY).at(past)))
                            .kvs())
                    .isEqualTo(beforePast);
            assertThat(Await.get(store.leaseStatus(7)).keys()).containsExactly(utf8("leased"));
        }
        Await.get(store.close());
        assertThat(files("snapshot-")).hasSize(1);
        assertThat(files("log-").size()).isLessThanOrEqualTo(2);
    }

    @Test
    void valuesThatOutgrowDirectMemoryAreServedFromAFileWithoutAName() throws Exception {
        MapDbStore store = open(StoreConfig.at(directory).directBytes(100_000));
        Bytes value = Bytes.of(new byte[10_000]);
        IntStream.range(0, 50).forEach(i -> Await.get(store.txn(Txn.put(utf8("k" + i), value))));
        assertThat(all(store)).extracting(KeyValue::value).hasSize(50).containsOnly(value);
        assertThat(files("values")).isEmpty();
        IntStream.range(0, 50).forEach(i -> put(store, "k" + i, "small"));
        Await.get(store.compact(store.status().revision()));
        assertThat(all(store)).extracting(KeyValue::value).hasSize(50).containsOnly(utf8("small"));
        Await.get(store.close());
    }

    @Test
    void aLazyWriteIsSyncedByATimerOrByTheNextDurableOne() {
        MapDbStore store = open();
        Await.get(store.txn(Txn.put(utf8("lease"), utf8("1")).lazily()));
        assertThat(all(store)).hasSize(1);
        assertThat(clock.armed()).isEqualTo(1);
        put(store, "pod", "1");
        assertThat(clock.armed()).isZero();
        Await.get(store.txn(Txn.put(utf8("lease"), utf8("2")).lazily()));
        clock.advance(Txn.LAZY_SECONDS * 1000L);
        Await.get(store.leases());
        assertThat(clock.armed()).isZero();
        Await.get(store.close());
    }

    @Test
    void aDirectoryIsOpenedOnce() {
        MapDbStore store = open();
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.Unusable.class)
                .hasMessageContaining("is in use");
        Await.get(store.close());
        Await.get(open().close());
    }

    @Test
    void aDirectoryOfANewerVersionIsRefused() throws Exception {
        Await.get(open().close());
        Files.writeString(directory.resolve("FORMAT"), "minik-store 2\n");
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.Unusable.class)
                .hasMessageContaining("use a newer minik");
    }

    /** A copy of the directory as a power cut leaves it: no clean end. */
    private void fillAndCopyTo(Path copy) throws IOException {
        MapDbStore store = open();
        for (int i = 0; i < 20; i++) {
            put(store, "k" + i, "value " + i);
        }
        Files.createDirectories(copy);
        for (Path file : files("")) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        Await.get(store.close());
    }

    @Test
    void aTailThatWasCutOffIsDroppedAndTheStoreGoesOn(@TempDir Path other) throws Exception {
        Path copy = other.resolve("copy");
        fillAndCopyTo(copy);
        Path original = directory;
        directory = copy;
        Path log = newestLog();
        int end = lastFrameEnd(log);
        Random random = new Random(2);
        for (int cut = 1; cut <= 40; cut++) {
            Path trial = other.resolve("cut" + cut);
            Files.createDirectories(trial);
            Files.copy(copy.resolve("FORMAT"), trial.resolve("FORMAT"));
            Path torn = trial.resolve(log.getFileName());
            Files.copy(log, torn);
            tear(torn, end - cut, random);
            directory = trial;
            MapDbStore store = open();
            assertThat(all(store)).hasSize(19);
            assertThat(put(store, "after", "1")).isEqualTo(21 + ReadBack.SKIPPED_REVISIONS);
            Await.get(store.close());
            store = open();
            assertThat(all(store)).hasSize(20);
            Await.get(store.close());
        }
        directory = original;
    }

    private static void tear(Path log, int from, Random random) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            byte[] rest = new byte[(int) file.length() - from];
            if (random.nextBoolean()) {
                random.nextBytes(rest);
            }
            file.seek(from);
            file.write(rest);
        }
    }

    private static int lastFrameEnd(Path log) throws IOException {
        byte[] bytes = Files.readAllBytes(log);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void aFlippedBitInWhatWasAcknowledgedIsRefused(@TempDir Path other) throws Exception {
        Path copy = other.resolve("copy");
        fillAndCopyTo(copy);
        Path original = directory;
        directory = copy;
        Path log = newestLog();
        // The last frame vouches for all before it.
        int vouched = lastFrameEnd(log) - Frame.HEAD_BYTES - 40;
        Random random = new Random(3);
        for (int trial = 0; trial < 60; trial++) {
            int at = random.nextInt(vouched);
            int bit = 1 << random.nextInt(8);
            flip(log, at, bit);
            assertThatThrownBy(this::open)
                    .as("byte " + at)
                    .isInstanceOf(StoreException.Lost.class)
                    .hasMessageContaining("damaged");
            flip(log, at, bit);
        }
        Await.get(open().close());
        directory = original;
    }

    @Test
    void aFlippedBitAfterACleanEndIsRefusedEverywhere() throws Exception {
        MapDbStore store = open();
        put(store, "k", "value");
        Await.get(store.close());
        Path log = newestLog();
        int end = lastFrameEnd(log) - Frame.HEAD_BYTES;
        for (int at = 0; at < end; at++) {
            flip(log, at, 1);
            assertThatThrownBy(this::open).as("byte " + at).isInstanceOf(StoreException.Lost.class);
            flip(log, at, 1);
        }
    }

    @Test
    void aFlippedBitInASnapshotIsRefused() throws Exception {
        StoreConfig config = StoreConfig.at(directory).snapshotAfter(10_000);
        MapDbStore store = open(config);
        for (int i = 0;
                files("snapshot-").isEmpty()
                        || !files("snapshot-").get(0).toString().matches(".*[0-9a-f]{16}");
                i++) {
            put(store, "k" + i % 10, "x".repeat(500));
        }
        Await.get(store.close());
        Path snapshot = files("snapshot-").get(0);
        Random random = new Random(4);
        for (int trial = 0; trial < 20; trial++) {
            int at = random.nextInt((int) Files.size(snapshot));
            flip(snapshot, at, 4);
            assertThatThrownBy(this::open).as("byte " + at).isInstanceOf(StoreException.Lost.class);
            flip(snapshot, at, 4);
        }
        Await.get(open(config).close());
    }

    @Test
    void aMissingLogIsRefused() throws Exception {
        StoreConfig config = StoreConfig.at(directory).snapshotAfter(10_000);
        MapDbStore store = open(config);
        for (int i = 0; i < 100; i++) {
            put(store, "k", "x".repeat(500));
        }
        Await.get(store.close());
        for (Path log : files("log-")) {
            Files.delete(log);
        }
        assertThatThrownBy(this::open).isInstanceOf(StoreException.Lost.class).hasMessageContaining("missing");
    }

    private static void flip(Path path, int at, int bit) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            int old = file.read();
            file.seek(at);
            file.write(old ^ bit);
        }
    }
}
