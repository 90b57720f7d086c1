package io.minik.agent.volume;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.FileCalls.Stat;
import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * fsGroup: whole volumes given to a group. Other pods may write into such a volume meanwhile, so everything is opened by its
 * directory's descriptor and one name, without following a link, and changed through what was opened: what a name is
 * exchanged for in between is not touched. Blocking.
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
                // Contents first: a root that is right says to the next start that all below it is.
                below(fd, "", gid);
                change(fd, files.stat(fd), gid);
            }
        } finally {
            files.close(fd);
        }
    }

    /** @param path raw, from the root: PATH_MAX bounds how deep this goes */
    private void below(int root, String path, long gid) throws IOException {
        int directory = files.openBeneath(root, bytes(path.isEmpty() ? "." : path));
        if (directory < 0) {
            gone(directory, path);
            return;
        }
        List<String> names;
        try {
            names = names(directory);
        } finally {
            files.close(directory);
        }
        for (String name : names) {
            String place = path.isEmpty() ? name : path + "/" + name;
            if (one(root, place, gid)) {
                below(root, place, gid);
            }
        }
    }

    /** @return whether it is a directory */
    private boolean one(int root, String path, long gid) {
        int fd = files.openNode(root, bytes(path));
        if (fd < 0) {
            gone(fd, path);
            return false;
        }
        try {
            Stat stat = files.stat(fd);
            change(fd, stat, gid);
            return stat.directory();
        } finally {
            files.close(fd);
        }
    }

    /** Someone took it away or put a link in its way meanwhile, or mounted another file system below: not ours to change. */
    private static void gone(int result, String path) {
        if (!List.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV).contains(-result)) {
            Kernel.check(result, "openat2", new String(bytes(path), StandardCharsets.UTF_8));
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

    /**
     * Of a directory that is open: its link in /proc leads to exactly that one. Raw, one char per byte: a URI has them as they
     * are on disk, a path's text only if the locale can spell them.
     */
    private static List<String> names(int directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd/" + directory))) {
            for (Path entry : entries) {
                String text = entry.toUri().getRawPath().replaceFirst("/$", "");
                names.add(URLDecoder.decode(
                        text.substring(text.lastIndexOf('/') + 1).replace("+", "%2B"), StandardCharsets.ISO_8859_1));
            }
        }
        return names;
    }

    private static byte[] bytes(String raw) {
        return raw.getBytes(StandardCharsets.ISO_8859_1);
    }
}
