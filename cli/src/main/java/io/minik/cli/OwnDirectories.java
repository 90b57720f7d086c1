package io.minik.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The directories that minik keeps its things in. No other user of the machine reaches anything below them, whatever mode it
 * has there: volumes are open to a container's users, layers hold setuid programs of strangers, state holds secrets. Ones
 * that an older minik left open are closed.
 */
final class OwnDirectories {
    private static final Set<PosixFilePermission> FOR_ROOT = PosixFilePermissions.fromString("rwx------");
    /** Of the data directory itself, as containerd has its root: it may be a disk of its own with other things on it. */
    private static final Set<PosixFilePermission> TO_PASS = PosixFilePermissions.fromString("rwx--x--x");

    private OwnDirectories() {}

    static void make(Path runDir, Path dataDir) throws IOException {
        closed(runDir);
        if (!Files.isDirectory(dataDir)) {
            Files.createDirectories(dataDir);
            Files.setPosixFilePermissions(dataDir, TO_PASS);
        }
        closed(dataDir.resolve("agent"));
        // Made by those who need it, closed as well: on an agent there is none.
        if (Files.exists(dataDir.resolve("server"), LinkOption.NOFOLLOW_LINKS)) {
            closed(dataDir.resolve("server"));
        }
    }

    private static void closed(Path directory) throws IOException {
        Files.createDirectories(directory);
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(directory);
        boolean sticky = ((int) Files.getAttribute(directory, "unix:mode") & 01000) != 0;
        if (sticky) {
            throw new StartFailure(directory + " is a directory that users share: give minik one of its own");
        }
        Object owner = Files.getAttribute(directory, "unix:uid");
        if (!owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw new StartFailure(directory + " belongs to user " + owner + ": give minik a directory of its own");
        }
        if (!mode.equals(FOR_ROOT)) {
            Files.setPosixFilePermissions(directory, FOR_ROOT);
        }
    }
}
