package io.minik.store.bbolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read back; what anybody else has written ends nothing. That bbolt itself reads it, inttest/etcd sees. */
class BoltFileTest {
    private static final long SEED = Long.getLong("seed", 11);

    private final Random random = new Random(SEED);

    @TempDir
    Path directory;

    @Test
    void bucketsOfAllSizesAreReadBack() throws IOException {
        Map<String, SortedMap<byte[], byte[]>> database = new LinkedHashMap<>();
        database.put("zero", rows(0, 1));
        database.put("one", rows(1, 1));
        database.put("many", rows(20_000, 30));
        database.put("large", rows(20, 20_000));
        database.put("huge", rows(2, 3_000_000));
        Path file = write(database);
        assertThat(Files.size(file) % 4096).as("seed %d", SEED).isZero();
        try (BoltReader reader = new BoltReader(file)) {
            assertThat(reader.bytes()).isEqualTo(Files.size(file));
            for (var bucket : database.entrySet()) {
                assertSame(bucket.getKey(), bucket.getValue(), rows(reader, bucket.getKey()));
            }
            assertThat(rows(reader, "absent")).isEmpty();
        }
    }

    @Test
    void aVisitorEndsTheWalk() throws IOException {
        Path file = write(Map.of("b", rows(5_000, 20)));
        int[] seen = {0};
        try (BoltReader reader = new BoltReader(file)) {
            reader.forEach("b", (key, value) -> ++seen[0] < 700);
        }
        assertThat(seen[0]).isEqualTo(700);
    }

    @Test
    void elementsThatJustFillAPageAndThoseThatDoNotAreReadBack() throws IOException {
        for (int bytes = 4096 - 16 - 16 - 4 - 2; bytes <= 4096 - 16 - 16 - 4 + 2; bytes++) {
            SortedMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
            for (int i = 0; i < 3; i++) {
                rows.put(("k" + i + "__").getBytes(StandardCharsets.UTF_8), new byte[bytes]);
            }
            try (BoltReader reader = new BoltReader(write(Map.of("edge", rows)))) {
                assertSame("edge", rows, rows(reader, "edge"));
            }
        }
    }

    @Test
    void theOtherMetaPageServesIfOneIsDamaged() throws IOException {
        SortedMap<byte[], byte[]> rows = rows(500, 40);
        for (int page = 0; page < 2; page++) {
            Path file = write(Map.of("b", rows));
            flip(file, page * 4096 + 16 + 20);
            try (BoltReader reader = new BoltReader(file)) {
                assertSame("b", rows, rows(reader, "b"));
            }
        }
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty"));
        assertThatThrownBy(() -> new BoltReader(empty)).isInstanceOf(DamagedFile.class);
        Path text = Files.writeString(directory.resolve("text"), "x".repeat(100_000));
        assertThatThrownBy(() -> new BoltReader(text)).isInstanceOf(DamagedFile.class);
        Path cut = write(Map.of("b", rows(500, 40)));
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), (int) Files.size(cut) - 4096));
        assertThatThrownBy(() -> new BoltReader(cut)).hasMessageContaining("it was cut");
    }

    /** Each of these files ends in rows or in a refusal: not in another error, not in an endless walk. */
    @Test
    void anyDamageIsRefusedOrReadOver() throws IOException {
        byte[] whole = Files.readAllBytes(write(Map.of("b", rows(300, 60), "c", rows(3, 9_000))));
        int refused = 0;
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                // Heads of pages and elements are what is followed.
                int page = 2 + random.nextInt(whole.length / 4096 - 2);
                damaged[page * 4096 + random.nextInt(200)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(directory.resolve("damaged"), damaged);
            try (BoltReader reader = new BoltReader(file)) {
                reader.forEach("b", (key, value) -> true);
                reader.forEach("c", (key, value) -> true);
            } catch (DamagedFile known) {
                refused++;
            }
        }
        assertThat(refused).as("seed %d", SEED).isGreaterThan(100);
    }

    @Test
    void aTreeThatLeadsIntoItselfIsRefused() throws IOException {
        Path file = write(Map.of("b", rows(5_000, 60)));
        byte[] bytes = Files.readAllBytes(file);
        for (int page = 2; page < bytes.length / 4096; page++) {
            if (bytes[page * 4096 + Layout.FLAGS_AT] == Layout.BRANCH) {
                // Its first child is itself.
                Layout.littleEndian(bytes).putLong(page * 4096 + Layout.PAGE_HEAD_BYTES + 8, page);
            }
        }
        Files.write(file, bytes);
        try (BoltReader reader = new BoltReader(file)) {
            assertThatThrownBy(() -> reader.forEach("b", (key, value) -> true)).isInstanceOf(DamagedFile.class);
        }
    }

    private void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 0x40;
        Files.write(file, bytes);
    }

    private SortedMap<byte[], byte[]> rows(int count, int bytes) {
        SortedMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        while (rows.size() < count) {
            byte[] key = new byte[1 + random.nextInt(40)];
            byte[] value = new byte[random.nextInt(bytes)];
            random.nextBytes(key);
            random.nextBytes(value);
            rows.put(key, value);
        }
        return rows;
    }

    private Path write(Map<String, SortedMap<byte[], byte[]>> database) throws IOException {
        Path file = directory.resolve("db");
        Files.deleteIfExists(file);
        try (BoltWriter writer = new BoltWriter(file)) {
            for (var bucket : database.entrySet()) {
                writer.begin(bucket.getKey());
                for (var row : bucket.getValue().entrySet()) {
                    writer.put(row.getKey(), row.getValue());
                }
                writer.end();
            }
            assertThat(writer.finish()).isEqualTo(Files.size(file));
        }
        return file;
    }

    private static SortedMap<byte[], byte[]> rows(BoltReader reader, String bucket) throws IOException {
        SortedMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        byte[][] last = {new byte[0]};
        reader.forEach(bucket, (key, value) -> {
            assertThat(Arrays.compareUnsigned(last[0], key)).isNegative();
            last[0] = key;
            rows.put(key, value);
            return true;
        });
        return rows;
    }

    private static void assertSame(String bucket, SortedMap<byte[], byte[]> wanted, SortedMap<byte[], byte[]> found) {
        assertThat(found.keySet()).as(bucket).hasSameSizeAs(wanted.keySet());
        wanted.forEach((key, value) -> assertThat(found.get(key)).as(bucket).isEqualTo(value));
    }
}
