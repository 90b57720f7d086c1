package io.minik.server.backup;

import io.minik.ground.tls.SecretFile;
import io.minik.store.bbolt.DamagedFile;
import io.minik.store.etcdauth.AuthRecords;
import io.minik.store.etcdfile.SnapshotFile;
import io.minik.store.mapdb.StoreBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes a server's data directory what a snapshot says. No server may run on it. What was there is put aside, not deleted.
 * Blocking.
 *
 * <p>Revisions go on a billion later, and all before them count as compacted: nodes and controllers have seen later ones than
 * the snapshot's, and must not take what is written now for something that they know.
 */
public final class Restoration {
    /** As upstream advises for etcd: more than are written in the week since the snapshot. */
    static final long SKIPPED_REVISIONS = 1_000_000_000;

    private static final String TEMPORARY = "restore.tmp";

    private final Path server;
    private final Path aside;

    /** @param server {@code DATA/server}; @param stamp in the name of where the old goes */
    public Restoration(Path server, long stamp) {
        this.server = server;
        this.aside = server.resolve("db/etcd-old-" + stamp);
    }

    /** How it went. @param identity whether certificates, keys and token are the snapshot's; @param old where what was there is */
    public record Restored(
            long revision, long changes, Optional<String> cluster, Identity identity, Optional<Path> old) {}

    public enum Identity {
        KEPT,
        TAKEN,
        /** The snapshot has none, and this machine neither: a new one is made at the start. */
        NONE
    }

    /**
     * @param checksum whether the file must end with its checksum
     * @param password of the token; needed if the certificates are taken from the snapshot
     * @throws BackupException if it can't be done; then nothing has changed
     */
    public Restored restore(Path file, boolean checksum, Optional<String> password) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BackupException("there is no snapshot " + file);
        }
        Files.createDirectories(server.resolve("db"));
        Path temporary = server.resolve("db/" + TEMPORARY);
        Path expanded = SnapshotFolder.expanded(file, temporary);
        try (SnapshotFile snapshot = SnapshotFile.open(expanded, checksum)) {
            SnapshotFile.Summary summary = snapshot.summary();
            Optional<String> cluster = snapshot.row(SealedIdentity.BUCKET, SealedIdentity.CLUSTER)
                    .map(uid -> new String(uid, StandardCharsets.US_ASCII));
            Optional<byte[]> sealed = snapshot.row(SealedIdentity.BUCKET, SealedIdentity.IDENTITY);
            Map<String, String> files = takes(cluster, sealed) ? opened(sealed, password) : Map.of();
            Path built = build(snapshot, summary);
            Optional<Path> old = putAside(!files.isEmpty());
            moveAll(built, server.resolve("db"));
            Files.delete(built);
            files.forEach((name, text) -> SecretFile.write(server.resolve(name), text));
            Identity identity = files.isEmpty() ? kept() : Identity.TAKEN;
            return new Restored(summary.revision(), summary.changes(), cluster, identity, old);
        } catch (DamagedFile damaged) {
            throw new BackupException(file + ": " + damaged.getMessage(), damaged);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A machine that is the snapshot's server already keeps what it has: it may be newer. */
    private boolean takes(Optional<String> cluster, Optional<byte[]> sealed) {
        Optional<String> own = SecretFile.read(server.resolve("cluster")).map(String::strip);
        return sealed.isPresent() && (!hasKeys() || !own.equals(cluster));
    }

    private boolean hasKeys() {
        return Files.exists(server.resolve("tls/server-ca.key"));
    }

    private static Map<String, String> opened(Optional<byte[]> sealed, Optional<String> password) {
        return SealedIdentity.open(
                sealed.orElseThrow(),
                password.orElseThrow(() -> new BackupException(
                        "the snapshot is of another machine: give by --token the token that its server had when the"
                                + " snapshot was made, which opens its certificates and keys")));
    }

    /** Without keys of its own, and without the snapshot's, the server must be told that it may make some. */
    private Identity kept() throws IOException {
        if (hasKeys()) {
            return Identity.KEPT;
        }
        Path accepts = server.resolve("accept-loss");
        if (!Files.exists(accepts)) {
            Files.createFile(accepts);
        }
        return Identity.NONE;
    }

    private Path build(SnapshotFile snapshot, SnapshotFile.Summary summary) throws IOException {
        Path built = Files.createTempDirectory(server.resolve("db"), "restoring");
        long revision = summary.revision() + SKIPPED_REVISIONS;
        try (StoreBuilder builder = new StoreBuilder(built, revision, revision, snapshot.leases())) {
            snapshot.forEach(builder::add);
            builder.finish();
            AuthRecords.of(snapshot).ifPresent(users -> SecretFile.write(built.resolve(AuthRecords.FILE), users));
        } catch (IOException | RuntimeException failed) {
            deleteAll(built);
            throw failed;
        }
        return built;
    }

    private static void deleteAll(Path directory) throws IOException {
        for (Path file : files(directory)) {
            Files.delete(file);
        }
        Files.delete(directory);
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.filter(Files::isRegularFile).forEach(found::add);
            }
        }
        return found;
    }

    private Optional<Path> putAside(boolean identityToo) throws IOException {
        List<Path> old = files(server.resolve("db"));
        old.removeIf(file -> file.endsWith(TEMPORARY));
        boolean any = !old.isEmpty() || (identityToo && Files.exists(server.resolve("tls")));
        if (!any) {
            return Optional.empty();
        }
        Files.createDirectories(aside);
        moveAll(server.resolve("db"), aside);
        if (identityToo) {
            for (String name : List.of("tls", "cluster", "token", "encryption.json")) {
                if (Files.exists(server.resolve(name))) {
                    Files.move(server.resolve(name), aside.resolve(name));
                }
            }
        }
        return Optional.of(aside);
    }

    private static void moveAll(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            if (!file.endsWith(TEMPORARY)) {
                Files.move(file, to.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }
}
