package io.minik.agent.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** fsGroup: whole volumes given to a group. Links are never followed. Blocking. */
final class GroupOwnership {
    private static final int GROUP_FILE = 0660;
    private static final int GROUP_DIRECTORY = 02770;
    private static final int PERMISSIONS = 07777;

    private GroupOwnership() {}

    /** Gives everything to a group, readable and writable by it; new files in it inherit the group. */
    static void give(Path root, long gid, boolean onlyIfRootDiffers) throws IOException {
        if (onlyIfRootDiffers && owned(root, gid)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path path : walk.toList()) {
                if (Files.isSymbolicLink(path)) {
                    continue;
                }
                int mode = (int) Files.getAttribute(path, "unix:mode") & PERMISSIONS;
                Files.setAttribute(path, "unix:gid", (int) gid);
                Files.setAttribute(path, "unix:mode", mode | (Files.isDirectory(path) ? GROUP_DIRECTORY : GROUP_FILE));
            }
        }
    }

    private static boolean owned(Path root, long gid) throws IOException {
        int mode = (int) Files.getAttribute(root, "unix:mode");
        return ((Number) Files.getAttribute(root, "unix:gid")).longValue() == gid
                && (mode & GROUP_DIRECTORY) == GROUP_DIRECTORY;
    }
}
