package io.minik.cli;

import io.minik.ground.tls.SecretFile;
import java.nio.file.Path;

/**
 * Says beside the embedded store that its server went on in an etcd elsewhere: what is here is the past, and must not be taken
 * for the present by a start without {@code --datastore-endpoint}. A restore puts it aside with the old store.
 */
final class ElsewhereMark {
    private final Path file;

    private ElsewhereMark(Path dataDir) {
        this.file = dataDir.resolve("server/db/ELSEWHERE");
    }

    static ElsewhereMark of(Path dataDir) {
        return new ElsewhereMark(dataDir);
    }

    /** The server has begun to use that etcd. Blocking. @param endpoints without passwords */
    void set(String endpoints) {
        if (SecretFile.read(file).isEmpty()) {
            SecretFile.write(file, endpoints + "\n");
        }
    }

    /** Before the embedded store is opened. Blocking. @throws StartFailure if it is not the present any more */
    void refuse(boolean acceptsLoss) {
        SecretFile.read(file).filter(text -> !acceptsLoss).ifPresent(text -> {
            throw new StartFailure(
                    "this server's objects are in the etcd at " + text.strip() + ": give --datastore-endpoint, or"
                            + " bring them back by a snapshot of that etcd (--cluster-reset --cluster-reset-restore-path); to go on with"
                            + " what was here before, remove " + file);
        });
    }
}
