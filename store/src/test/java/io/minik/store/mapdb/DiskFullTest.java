package io.minik.store.mapdb;

import static io.minik.store.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.store.Await;
import io.minik.store.Bytes;
import io.minik.store.Op;
import io.minik.store.RangeRequest;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a file system that is really full: a small tmpfs in a mount namespace of its own. */
@Tag("root")
class DiskFullTest {
    private static final long SECONDS = 60;

    @TempDir
    Path directory;

    @Test
    void aFullDiskRefusesWritesServesReadsAndTakesWritesAgainWhenRoomWasMade() throws Exception {
        String output = run("fills");
        assertThat(output).endsWith("refused, served, deleted, written again\n");
    }

    /** Someone else filled the disk, to its last byte. */
    @Test
    void withNoByteLeftDeletesAndCompactionsGoThrough() throws Exception {
        assertThat(run("filled")).endsWith("refused without a path, deleted 1000, opened 1, written again\n");
    }

    private String run(String how) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process child = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=40m none \"$1\" && exec timeout 50 \"$2\" -Xmx64m -cp \"$3\" \"$4\" \"$1\" \"$5\"",
                        "sh",
                        directory.toString(),
                        java,
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        how)
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    static final class Child {
        private static final Bytes VALUE = Bytes.of(new byte[50_000]);

        private Child() {}

        public static void main(String[] arguments) throws IOException {
            if (arguments[1].equals("filled")) {
                FilledByOthers.main(Path.of(arguments[0]));
                return;
            }
            Vertx vertx = Vertx.vertx();
            StoreConfig config =
                    StoreConfig.at(Path.of(arguments[0])).snapshotAfter(1 << 20).directBytes(4 << 20);
            MapDbStore store = Await.get(MapDbStore.open(vertx, config));
            int written = fill(store);
            System.out.print("refused, ");
            if (Await.get(store.range(RangeRequest.prefix(utf8("k")))).count() == written) {
                System.out.print("served, ");
            }
            Op delete = new Op.DeleteRange(utf8("k"), utf8("l"), false);
            Await.get(store.txn(Txn.of(List.of(), List.of(delete), List.of())));
            Await.get(store.compact(store.status().revision()));
            System.out.print("deleted, ");
            await(store);
            Await.get(store.txn(Txn.put(utf8("k"), VALUE)));
            Await.get(store.close());
            store = Await.get(MapDbStore.open(vertx, config));
            if (Await.get(store.range(RangeRequest.prefix(utf8("k")))).count() == 1) {
                System.out.println("written again");
            }
            Await.get(store.close());
            Await.get(vertx.close());
        }

        private static int fill(MapDbStore store) {
            for (int i = 0; ; i++) {
                try {
                    Await.get(store.txn(Txn.put(utf8("k" + i), VALUE)));
                } catch (StoreException.NoSpace full) {
                    return i;
                }
            }
        }

        /** A snapshot replaces the log in the background. */
        private static void await(MapDbStore store) {
            while (store.status().noSpace()) {
                Thread.onSpinWait();
            }
        }
    }

    private static final class FilledByOthers {
        private FilledByOthers() {}

        static void main(Path disk) throws IOException {
            Vertx vertx = Vertx.vertx();
            StoreConfig config = StoreConfig.at(disk.resolve("db"));
            MapDbStore store = Await.get(MapDbStore.open(vertx, config));
            for (int i = 0; i < 1001; i++) {
                Await.get(store.txn(Txn.put(utf8("k" + i), utf8("value"))));
            }
            Path filler = disk.resolve("filler");
            fill(filler);
            refused(store);
            fill(filler);
            int deleted = 0;
            for (int i = 0; i < 1000; i++) {
                Await.get(store.txn(Txn.of(List.of(), List.of(Op.delete(utf8("k" + i))), List.of())));
                deleted++;
            }
            Await.get(store.compact(store.status().revision()));
            System.out.print("deleted " + deleted + ", ");
            Await.get(store.close());
            store = Await.get(MapDbStore.open(vertx, config));
            System.out.print("opened "
                    + Await.get(store.range(RangeRequest.prefix(utf8("k")))).count() + ", ");
            Files.delete(filler);
            Await.get(store.txn(Txn.put(utf8("k"), utf8("value"))));
            Await.get(store.close());
            store = Await.get(MapDbStore.open(vertx, config));
            if (Await.get(store.range(RangeRequest.prefix(utf8("k")))).count() == 2) {
                System.out.println("written again");
            }
            Await.get(store.close());
            Await.get(vertx.close());
        }

        private static void fill(Path filler) {
            byte[] block = new byte[1 << 16];
            for (int size = block.length; size > 0; size /= 2) {
                try (var out = Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                    while (true) {
                        out.write(block, 0, size);
                    }
                } catch (IOException full) {
                    // The rest in smaller pieces.
                }
            }
        }

        private static void refused(MapDbStore store) {
            for (int i = 0; i < 10_000; i++) {
                try {
                    Await.get(store.txn(Txn.put(utf8("big" + i), Bytes.of(new byte[100_000]))));
                    Await.get(store.txn(Txn.of(List.of(), List.of(Op.delete(utf8("big" + i))), List.of())));
                } catch (StoreException.NoSpace full) {
                    System.out.print(
                            String.valueOf(full.getMessage()).contains("/")
                                    ? "told a path, "
                                    : "refused without a path, ");
                    return;
                }
            }
            System.out.print("never refused, ");
        }
    }
}
