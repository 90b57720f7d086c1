package io.minik.cli;

import io.minik.api.join.JoinToken;
import io.minik.ground.tls.SecretFile;
import io.minik.server.backup.BackupException;
import io.minik.server.backup.Restoration;
import io.minik.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** Takes a data directory back to a snapshot, while no server runs on it. Blocking. */
final class ClusterReset {
    private final Path server;
    private final InstantSource clock;

    ClusterReset(Path dataDir, InstantSource clock) {
        this.server = dataDir.resolve("server");
        this.clock = clock;
    }

    /** Says that this was done, so that a unit file that still has the option does not do it again at each start. */
    private static Path flag(Path server) {
        return server.resolve("db/reset-flag");
    }

    /** @param token of the server whose snapshot it is; empty: the one in the data directory */
    int run(Path snapshot, boolean checksum, String token) {
        if (Files.exists(flag(server))) {
            throw new StartFailure(
                    "--cluster-reset was successfully performed, please remove the option and start minik normally; to"
                            + " perform another one, delete the file " + flag(server) + " first");
        }
        try {
            Restoration.Restored restored = new Restoration(
                            server, clock.instant().getEpochSecond())
                    .restore(snapshot.toAbsolutePath(), checksum, password(token));
            Files.createFile(flag(server));
            print(snapshot, restored);
            return 0;
        } catch (BackupException | StoreException refused) {
            throw new StartFailure(String.valueOf(refused.getMessage()), refused);
        } catch (IOException failed) {
            throw new StartFailure(snapshot + " could not be restored: " + failed, failed);
        }
    }

    private Optional<String> password(String token) {
        Optional<String> kept = SecretFile.read(server.resolve("token"));
        return (token.isEmpty() ? kept : Optional.of(token))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> JoinToken.parse(text).password());
    }

    private void print(Path snapshot, Restoration.Restored restored) {
        System.out.println("Restored " + snapshot + ": " + restored.changes() + " changes, up to revision "
                + restored.revision()
                + restored.cluster().map(uid -> ", of cluster " + uid).orElse(""));
        restored.old().ifPresent(old -> System.out.println("What was there is in " + old));
        switch (restored.identity()) {
            case KEPT -> System.out.println("Certificates, keys and token are those that were here");
            case TAKEN -> System.out.println("Certificates, keys and token are the snapshot's");
            case NONE ->
                System.out.println(
                        "The snapshot has no certificates and keys, and this machine neither: new ones are made."
                                + " Tokens of service accounts and kubeconfigs of before are good for nothing any more");
        }
        System.out.println("Managed etcd cluster membership has been reset, restart without --cluster-reset flag now");
    }

    /** A start without the option. Blocking. */
    static void passed(Path dataDir) {
        try {
            Files.deleteIfExists(flag(dataDir.resolve("server")));
        } catch (IOException failed) {
            throw new StartFailure("the mark of a reset can't be removed: " + failed, failed);
        }
    }
}
