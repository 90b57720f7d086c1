package io.minik.store.mapdb;

import static io.minik.store.Bytes.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.DrivenClock;
import io.minik.store.RangeRequest;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory that part of is gone: refused, with words that name what; or opened, if that is what is wanted. */
class LossTest {
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

    private StoreConfig config() {
        return StoreConfig.at(directory);
    }

    private long fill(StoreConfig config, int keys) {
        MapDbStore store = open(config);
        for (int i = 0; i < keys; i++) {
            Await.get(store.txn(Txn.put(utf8("k" + i), utf8("x".repeat(500)))));
        }
        long revision = store.status().revision();
        Await.get(store.close());
        return revision;
    }

    private long count(StoreConfig config) {
        MapDbStore store = open(config);
        long count = Await.get(store.range(RangeRequest.prefix(Bytes.EMPTY))).count();
        Await.get(store.close());
        return count;
    }

    private List<Path> files(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private static void cut(Path file, long length) throws IOException {
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(length);
        }
    }

    /** Behind it there are only the zeros that the file is filled with ahead, less the mark of the clean end. */
    private static int end(byte[] log) {
        int end = log.length;
        while (log[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private void assertLost(String words) {
        assertThatThrownBy(() -> open(config()))
                .isInstanceOf(StoreException.Lost.class)
                .hasMessageContaining(words)
                .hasMessageContaining("restore the data directory from a backup");
    }

    /** At whatever byte, also between two frames, where the log itself looks whole. */
    @Test
    void aLogThatWasCutIsRefused() throws Exception {
        fill(config(), 100);
        Path log = files("log-").get(0);
        byte[] whole = Files.readAllBytes(log);
        int refused = 0;
        for (int at = 0; at < end(whole); at += 487) {
            cut(log, at);
            assertLost("was cut: it ends at byte");
            Files.write(log, whole);
            refused++;
        }
        assertThat(refused).isGreaterThan(50);
        assertThat(count(config())).isEqualTo(100);
    }

    @Test
    void aLogThatWasCutOpensWithWhatIsLeftIfThatIsWanted() throws Exception {
        fill(config(), 100);
        Path log = files("log-").get(0);
        cut(log, end(Files.readAllBytes(log)) / 2);
        assertLost("was cut");
        assertThat(count(config().acceptingLoss(true))).isBetween(40L, 60L);
        // From then on that is the store.
        assertThat(count(config())).isBetween(40L, 60L);
    }

    @Test
    void aDamagedLogOpensUpToTheDamageIfThatIsWantedAndIsKeptAside() throws Exception {
        fill(config(), 100);
        Path log = files("log-").get(0);
        byte[] damaged = Files.readAllBytes(log);
        damaged[end(damaged) / 2] ^= 1;
        Files.write(log, damaged);
        assertLost("is damaged");
        assertThat(count(config().acceptingLoss(true))).isBetween(40L, 60L);
        assertThat(Files.readAllBytes(files("lost-log-").get(0))).isEqualTo(damaged);
        assertThat(count(config())).isBetween(40L, 60L);
    }

    @Test
    void anAcceptedLossThatIsNoneChangesNothing() {
        fill(config(), 100);
        assertThat(count(config().acceptingLoss(true))).isEqualTo(100);
    }

    @Test
    void logAndSnapshotThatAreBothMissingAreNoNewStore() throws Exception {
        fill(config().snapshotAfter(10_000), 100);
        for (Path file : files("log-")) {
            Files.delete(file);
        }
        for (Path file : files("snapshot-")) {
            Files.delete(file);
        }
        assertLost("is missing");
        assertThat(MapDbStore.holdsData(directory)).isFalse();
        assertThat(count(config().acceptingLoss(true))).isZero();
    }

    @Test
    void theNewestLogThatIsMissingIsRefused() throws Exception {
        threeLogs();
        List<Path> logs = files("log-");
        Files.delete(logs.get(logs.size() - 1));
        assertLost(logs.get(logs.size() - 1) + " is missing");
        assertThat(count(config().acceptingLoss(true))).isPositive();
    }

    @Test
    void aLogInTheMiddleThatIsMissingIsRefusedAndLaterOnesAreKeptAside() throws Exception {
        threeLogs();
        List<Path> logs = files("log-");
        Files.delete(logs.get(1));
        assertLost(logs.get(1) + " is missing");
        long left = count(config().acceptingLoss(true));
        assertThat(left).isPositive();
        assertThat(files("lost-log-")).hasSize(1);
        assertThat(count(config())).isEqualTo(left);
    }

    /** By snapshots that fail: a directory stands where each would be written. */
    private void threeLogs() throws IOException {
        MapDbStore store = open(config().snapshotAfter(10_000));
        for (int i = 0; files("log-").size() < 3; i++) {
            Path next = files("log-").get(0).resolveSibling("block-" + i);
            assertThat(next).doesNotExist();
            for (int frame = 0; frame < 200; frame++) {
                Path blocked = directory.resolve(String.format("snapshot-%016x.tmp", frame + i));
                if (!Files.exists(blocked)) {
                    Files.createDirectory(blocked);
                }
            }
            Await.get(store.txn(Txn.put(utf8("k" + i), utf8("x".repeat(500)))));
        }
        Await.get(store.txn(Txn.put(utf8("last"), utf8("x"))));
        Await.get(store.close());
        for (Path blocked : files("snapshot-")) {
            Files.delete(blocked);
        }
    }

    @Test
    void theSnapshotThatIsMissingOrCutIsRefused() throws Exception {
        fill(config().snapshotAfter(10_000), 100);
        Path snapshot = files("snapshot-").get(0);
        byte[] whole = Files.readAllBytes(snapshot);
        for (int at : List.of(0, 10, whole.length / 2, whole.length - 1)) {
            cut(snapshot, at);
            assertLost(snapshot + " is damaged");
            Files.write(snapshot, whole);
        }
        Files.delete(snapshot);
        assertLost("or the snapshot that replaces it");
    }

    /** What can be read of it, and all that the log says after it, is the store from then on. */
    @Test
    void aDamagedSnapshotOpensWithWhatIsLeftIfThatIsWantedAndIsKeptAside() throws Exception {
        for (int percent : List.of(0, 1, 50, 99)) {
            MapDbStore store = open(config().snapshotAfter(200_000));
            for (int i = 0; i < 500; i++) {
                Await.get(store.txn(Txn.put(utf8(String.format("k%03d", i)), utf8("x".repeat(700)))));
            }
            await(store);
            Await.get(store.txn(Txn.put(utf8("last"), utf8("in the log"))));
            long revision = store.status().revision();
            Await.get(store.close());
            Path snapshot = files("snapshot-").get(0);
            byte[] damaged = Files.readAllBytes(snapshot);
            damaged[damaged.length * percent / 100] ^= 1;
            Files.write(snapshot, damaged);

            assertLost(snapshot + " is damaged");
            store = open(config().acceptingLoss(true));
            long left = Await.get(store.range(RangeRequest.prefix(utf8("k")))).count();
            assertThat(left).as("%s %% of it are whole", percent).isBetween(0L, 499L);
            assertThat(Await.get(store.range(RangeRequest.key(utf8("last")))).kvs())
                    .hasSize(1);
            assertThat(store.status().revision()).isGreaterThan(revision);
            Await.get(store.txn(Txn.put(utf8("after"), utf8("x"))));
            Await.get(store.close());
            assertThat(Files.readAllBytes(files("lost-snapshot-").get(0))).isEqualTo(damaged);
            // The loss was accepted once, and is none any more.
            assertThat(count(config())).isEqualTo(left + 2);
            for (Path file : files("")) {
                Files.delete(file);
            }
        }
    }

    /** The newest snapshot is there and the log before it is not needed any more. */
    private void await(MapDbStore store) throws IOException {
        while (files("snapshot-").isEmpty()
                || files("snapshot-").get(0).toString().endsWith(".tmp")) {
            Thread.onSpinWait();
        }
        assertThat(store.status().noSpace()).isFalse();
    }

    /** A log that lies there from before the snapshot, as a restored backup mixes them, adds nothing. */
    @Test
    void aLogThatIsOlderThanTheSnapshotIsLeftOut() throws Exception {
        fill(config(), 100);
        byte[] old = Files.readAllBytes(files("log-").get(0));
        Path name = files("log-").get(0);
        fill(config().snapshotAfter(10_000), 100);
        assertThat(name).doesNotExist();
        long whole = count(config());
        Files.write(name, old);
        assertThat(count(config())).isEqualTo(whole);
        assertThat(name).doesNotExist();
    }

    /** The way out is named: that file is the one that is in no log. */
    @Test
    void aFormatThatIsMissingOrDamagedIsRefused() throws Exception {
        fill(config(), 10);
        Path format = directory.resolve("FORMAT");
        String whole = Files.readString(format);
        for (byte[] damaged :
                List.of(new byte[0], new byte[14], new byte[] {(byte) 0xff, 1}, "minik".getBytes(UTF_8))) {
            Files.write(format, damaged);
            assertThatThrownBy(() -> open(config()))
                    .isInstanceOf(StoreException.Unusable.class)
                    .hasMessageContaining(format + " is damaged")
                    .hasMessageContaining("write 'minik-store 1'");
        }
        Files.delete(format);
        assertThatThrownBy(() -> open(config())).hasMessageContaining(format + " is missing");
        Files.writeString(format, whole);
        assertThat(count(config())).isEqualTo(10);
    }

    /** A store of a version that knew no mark, or one whose mark was torn by a power cut: its own frames must do. */
    @Test
    void aMarkThatIsMissingOrTornTellsNothing() throws Exception {
        fill(config(), 10);
        Path mark = files("DURABLE").get(0);
        byte[] torn = Files.readAllBytes(mark);
        torn[20] ^= 1;
        Files.write(mark, torn);
        assertThat(count(config())).isEqualTo(10);
        cut(mark, 3);
        assertThat(count(config())).isEqualTo(10);
        Files.delete(mark);
        assertThat(count(config())).isEqualTo(10);
    }

    /** After a power cut the mark may be older than the log: never the other way round. */
    @Test
    void aMarkThatIsOlderThanTheLogIsNoLoss() throws Exception {
        fill(config(), 10);
        byte[] old = Files.readAllBytes(files("DURABLE").get(0));
        fill(config(), 20);
        Files.write(files("DURABLE").get(0), old);
        assertThat(count(config())).isEqualTo(20);
    }

    /** Whatever of the first start's steps was done when the power went: the next one goes on. */
    @Test
    void aFirstStartThatWasCutOffIsBegunAgain() throws Exception {
        Files.createFile(directory.resolve("LOCK"));
        assertThat(count(config())).isZero();
        Files.delete(directory.resolve("FORMAT"));
        Files.delete(directory.resolve("DURABLE"));
        cut(files("log-").get(0), 0);
        Files.writeString(directory.resolve("FORMAT.tmp"), "minik-st");
        Files.writeString(directory.resolve("RESERVE.tmp"), "half");
        Files.deleteIfExists(directory.resolve("RESERVE"));
        assertThat(count(config())).isZero();
        assertThat(directory.resolve("RESERVE")).hasSize(Reserve.BYTES);
    }
}
