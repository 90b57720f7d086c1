package io.minik.cli;

import io.minik.api.join.JoinToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this machine is known by to itself (machine-id(5)). */
final class MachineId {
    private static final int LETTERS = 8;

    private MachineId() {}

    /** A few letters that are the same at each start. The id itself is not to leave the machine: they are of its hash. */
    static String letters(Path root) {
        Path file = root.resolve("etc/machine-id");
        try {
            String id = Files.readString(file).strip();
            if (id.isEmpty()) {
                throw new StartFailure("--with-node-id: " + file + " is empty: systemd-machine-id-setup fills it");
            }
            return JoinToken.hash("minik node " + id).substring(0, LETTERS);
        } catch (IOException e) {
            throw new StartFailure("--with-node-id: " + file + " can't be read: " + e, e);
        }
    }
}
