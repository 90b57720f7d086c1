package io.minik.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Bytes;
import io.minik.store.LocalStore;
import io.minik.store.RangeRequest;
import io.minik.store.StoreException;
import io.minik.store.Txn;
import io.minik.store.etcdfile.SnapshotWriting;
import io.minik.store.etcdfile.Table;
import io.minik.store.mapdb.MapDbStore;
import io.minik.store.mapdb.StoreConfig;
import io.minik.store.memory.MemoryStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots in their folder, and a data directory that goes back to one. */
class BackupTest {
    private static final String UID = "11111111-2222-3333-4444-555555555555";

    private final Vertx vertx = Vertx.vertx();
    private final SecureRandom random = new SecureRandom();

    @TempDir
    Path folder;

    private Path server;

    @BeforeEach
    void aServer() throws IOException {
        server = folder.resolve("old/server");
        Files.createDirectories(server.resolve("tls/etcd"));
        Files.writeString(server.resolve("tls/server-ca.crt"), "certificate");
        Files.writeString(server.resolve("tls/server-ca.key"), "key");
        Files.writeString(server.resolve("tls/etcd/server-ca.key"), "etcd key");
        Files.writeString(server.resolve("tls/notes.txt"), "not taken along");
        Files.writeString(server.resolve("cluster"), UID + "\n");
        Files.writeString(server.resolve("token"), "secret\n");
        Files.writeString(server.resolve("encryption.json"), "{}");
    }

    @AfterEach
    void stop() {
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Path snapshot(List<Table> tables) {
        LocalStore store = new MemoryStore(vertx);
        for (int i = 0; i < 10; i++) {
            get(store.txn(Txn.put(Bytes.utf8("k" + i), Bytes.utf8("v" + i))));
        }
        Path file = folder.resolve("snapshot-" + random.nextInt(Integer.MAX_VALUE));
        get(SnapshotWriting.write(store, vertx.createSharedWorkerExecutor("w", 1), file, tables));
        return file;
    }

    private Path own() throws IOException {
        return snapshot(List.of(SealedIdentity.table(server, "secret", random)));
    }

    @Test
    void anotherMachineBecomesTheServerWithTheToken() throws IOException {
        Path fresh = folder.resolve("new/server");
        Restoration.Restored restored = new Restoration(fresh, 7).restore(own(), true, Optional.of("secret"));
        assertThat(restored.identity()).isEqualTo(Restoration.Identity.TAKEN);
        assertThat(restored.cluster()).contains(UID);
        assertThat(restored.revision()).isEqualTo(11);
        assertThat(restored.old()).isEmpty();
        for (String name : List.of(
                "tls/server-ca.crt",
                "tls/server-ca.key",
                "tls/etcd/server-ca.key",
                "cluster",
                "token",
                "encryption.json")) {
            assertThat(fresh.resolve(name)).hasSameTextualContentAs(server.resolve(name));
        }
        assertThat(fresh.resolve("tls/notes.txt")).doesNotExist();
        assertThat(fresh.resolve("accept-loss")).doesNotExist();
        MapDbStore store = get(MapDbStore.open(vertx, StoreConfig.at(fresh.resolve("db"))));
        assertThat(get(store.range(RangeRequest.prefix(Bytes.utf8("k")))).count())
                .isEqualTo(10);
        assertThat(store.status().revision()).isEqualTo(11 + Restoration.SKIPPED_REVISIONS);
        // Whoever has seen revisions of the lost days is told to look anew.
        assertThatThrownBy(() ->
                        get(store.range(RangeRequest.prefix(Bytes.utf8("k")).at(5_000))))
                .hasRootCauseInstanceOf(StoreException.Compacted.class);
        get(store.close());
    }

    @Test
    void withoutTheTokenNothingChanges() throws IOException {
        Path fresh = folder.resolve("new/server");
        Path file = own();
        assertThatThrownBy(() -> new Restoration(fresh, 7).restore(file, true, Optional.empty()))
                .hasMessageContaining("--token");
        assertThatThrownBy(() -> new Restoration(fresh, 7).restore(file, true, Optional.of("guess")))
                .hasMessageContaining("can't be opened");
        assertThat(fresh.resolve("db")).isEmptyDirectory();
        assertThat(fresh.resolve("tls")).doesNotExist();
    }

    @Test
    void theSameServerKeepsItsKeysAndPutsItsStoreAside() throws IOException {
        Path file = own();
        MapDbStore present = get(MapDbStore.open(vertx, StoreConfig.at(server.resolve("db"))));
        get(present.txn(Txn.put(Bytes.utf8("later"), Bytes.EMPTY)));
        get(present.close());
        Files.writeString(server.resolve("tls/server-ca.key"), "a newer key");
        Restoration.Restored restored = new Restoration(server, 7).restore(file, true, Optional.empty());
        assertThat(restored.identity()).isEqualTo(Restoration.Identity.KEPT);
        assertThat(server.resolve("tls/server-ca.key")).hasContent("a newer key");
        Path old = restored.old().orElseThrow();
        assertThat(old).isEqualTo(server.resolve("db/etcd-old-7"));
        MapDbStore store = get(MapDbStore.open(vertx, StoreConfig.at(server.resolve("db"))));
        assertThat(get(store.range(RangeRequest.key(Bytes.utf8("later")))).count())
                .isZero();
        get(store.close());
        MapDbStore before = get(MapDbStore.open(vertx, StoreConfig.at(old)));
        assertThat(get(before.range(RangeRequest.key(Bytes.utf8("later")))).count())
                .isEqualTo(1);
        get(before.close());
    }

    @Test
    void aServerOfAnotherClusterBecomesThisOneAndItsKeysGoAside() throws IOException {
        Path file = own();
        Path other = folder.resolve("other/server");
        Files.createDirectories(other.resolve("tls"));
        Files.writeString(other.resolve("tls/server-ca.key"), "other");
        Files.writeString(other.resolve("cluster"), "another");
        Restoration.Restored restored = new Restoration(other, 9).restore(file, true, Optional.of("secret"));
        assertThat(restored.identity()).isEqualTo(Restoration.Identity.TAKEN);
        assertThat(other.resolve("tls/server-ca.key")).hasContent("key");
        assertThat(other.resolve("db/etcd-old-9/tls/server-ca.key")).hasContent("other");
    }

    @Test
    void aSnapshotOfAnEtcdHasNoKeysAndTheServerMayMakeSome() throws IOException {
        Path fresh = folder.resolve("new/server");
        Restoration.Restored restored = new Restoration(fresh, 7).restore(snapshot(List.of()), true, Optional.empty());
        assertThat(restored.identity()).isEqualTo(Restoration.Identity.NONE);
        assertThat(fresh.resolve("accept-loss")).exists();
    }

    @Test
    void whatIsNoSnapshotChangesNothing() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "PK is no archive");
        assertThatThrownBy(() -> new Restoration(server, 7).restore(text, true, Optional.empty()))
                .isInstanceOf(BackupException.class);
        Path damaged = own();
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[bytes.length / 2] ^= 1;
        Files.write(damaged, bytes);
        assertThatThrownBy(() -> new Restoration(server, 7).restore(damaged, true, Optional.empty()))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("sha256");
        assertThat(server.resolve("db")).isEmptyDirectory();
    }

    @Test
    void aSealedFileThatLeadsElsewhereIsRefused() {
        for (String name : List.of("../../etc/passwd", "tls/../../x.key", "/etc/x.key", "db/log-0", "tls/a/b/c.key")) {
            byte[] sealed = SealedIdentity.seal(Map.of(name, "x"), "p", random);
            assertThatThrownBy(() -> SealedIdentity.open(sealed, "p")).hasMessageContaining("no server has");
        }
        assertThat(SealedIdentity.open(SealedIdentity.seal(Map.of("tls/service.key", "x"), "p", random), "p"))
                .containsEntry("tls/service.key", "x");
    }

    @Test
    void compressedSnapshotsComeBackToo() throws IOException {
        SnapshotFolder snapshots = new SnapshotFolder(folder.resolve("snapshots"), true);
        Path unfinished = snapshots.unfinished("on-demand-n1-1700000000");
        Files.copy(own(), unfinished);
        SnapshotFolder.Snapshot saved = snapshots.finish(unfinished, "on-demand-n1-1700000000", true);
        assertThat(saved.name()).isEqualTo("on-demand-n1-1700000000.zip");
        assertThat(saved.created().getEpochSecond()).isEqualTo(1_700_000_000);
        assertThat(snapshots.list()).containsExactly(saved);
        Restoration.Restored restored =
                new Restoration(folder.resolve("new/server"), 7).restore(saved.path(), true, Optional.of("secret"));
        assertThat(restored.changes()).isEqualTo(10);
    }

    @Test
    void pruneLeavesTheNewestOfAName() throws IOException {
        Path place = Files.createDirectories(folder.resolve("snapshots"));
        for (String name : List.of("a-n1-30", "a-n1-10.zip", "a-n1-20", "b-n1-5", "a-n1-9.part", ".hidden")) {
            Files.writeString(place.resolve(name), "");
        }
        SnapshotFolder snapshots = new SnapshotFolder(place, true);
        assertThat(snapshots.list())
                .extracting(SnapshotFolder.Snapshot::name)
                .containsExactly("b-n1-5", "a-n1-10.zip", "a-n1-20", "a-n1-30");
        assertThat(snapshots.prune("a", 1))
                .extracting(SnapshotFolder.Snapshot::name)
                .containsExactly("a-n1-10.zip", "a-n1-20");
        assertThat(snapshots.list()).extracting(SnapshotFolder.Snapshot::name).containsExactly("b-n1-5", "a-n1-30");
    }

    @Test
    void aNameThatLeadsElsewhereIsNone() {
        SnapshotFolder snapshots = new SnapshotFolder(folder.resolve("snapshots"), true);
        for (String name : List.of("../x", "a/b", "", ".x", "/etc/passwd", "x".repeat(300))) {
            assertThatThrownBy(() -> snapshots.delete(name)).isInstanceOf(BackupException.class);
        }
        assertThatThrownBy(() -> snapshots.delete("absent")).hasMessageContaining("not found");
    }
}
