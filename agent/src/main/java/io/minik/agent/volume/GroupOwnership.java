package io.minik.agent.volume;

import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.FileCalls.Stat;
import io.minik.runtime.sys.TreeWalk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * fsGroup: whole volumes given to a group. Other pods may write into such a volume meanwhile: what is changed is what was
 * opened ({@link TreeWalk}), not what its name is exchanged for. Blocking.
 */
final class GroupOwnership {
    private static final int GROUP_FILE = 0660;
    private static final int GROUP_DIRECTORY = 02770;
    private static final int KEEP_OWNER = -1;

    private final FileCalls files;

    GroupOwnership(FileCalls files) {
        this.files = files;
    }

    /** Gives everything to a group, readable and writable by it; new files in it inherit the group. */
    void give(Path root, long gid, boolean onlyIfRootDiffers) throws IOException {
        int fd = files.openDirectory(root);
        try {
            if (!onlyIfRootDiffers || !owned(files.stat(fd), gid)) {
                // The root comes last: one that is right says to the next start that all below it is.
                new TreeWalk(files, (entry, stat) -> change(entry, stat, gid)).run(fd);
            }
        } finally {
            files.close(fd);
        }
    }

    private void change(int fd, Stat stat, long gid) {
        files.chown(fd, KEEP_OWNER, (int) gid);
        if (stat.format() != FileCalls.S_IFLNK) {
            files.chmod(fd, stat.mode() | (stat.directory() ? GROUP_DIRECTORY : GROUP_FILE));
        }
    }

    private static boolean owned(Stat stat, long gid) {
        return Integer.toUnsignedLong(stat.gid()) == gid && (stat.mode() & GROUP_DIRECTORY) == GROUP_DIRECTORY;
    }
}
