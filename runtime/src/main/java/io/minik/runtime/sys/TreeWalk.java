package io.minik.runtime.sys;

import io.minik.runtime.sys.FileCalls.Stat;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything below a directory that others may write into meanwhile: each thing is opened from the root without following a
 * link, so that what a name is exchanged for is never reached, and other file systems are not entered. Blocking.
 */
public final class TreeWalk {
    /** Sees one thing, by a descriptor that is open until it returns. */
    public interface Visitor {
        void visit(int fd, Stat stat);
    }

    private final FileCalls files;
    private final Visitor visitor;

    public TreeWalk(FileCalls files, Visitor visitor) {
        this.files = files;
        this.visitor = visitor;
    }

    /** Visits all below an open directory, and that itself last. */
    public void run(int root) throws IOException {
        below(root, "");
        visitor.visit(root, files.stat(root));
    }

    /** @param path raw, from the root: PATH_MAX bounds how deep this goes */
    private void below(int root, String path) throws IOException {
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
            if (one(root, place)) {
                below(root, place);
            }
        }
    }

    /** @return whether it is a directory */
    private boolean one(int root, String path) {
        int fd = files.openNode(root, bytes(path));
        if (fd < 0) {
            gone(fd, path);
            return false;
        }
        try {
            Stat stat = files.stat(fd);
            visitor.visit(fd, stat);
            return stat.directory();
        } finally {
            files.close(fd);
        }
    }

    /** Someone took it away or put a link in its way meanwhile, or mounted another file system there: nothing of ours. */
    private static void gone(int result, String path) {
        if (!List.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV).contains(-result)) {
            Kernel.check(result, "openat2", new String(bytes(path), StandardCharsets.UTF_8));
        }
    }

    /**
     * Of a directory that is open: its link in /proc leads to exactly that one. Raw, one char per byte: a URI has them as they
     * are on disk, a path's text only if the locale can spell them. It is the URI of the name alone, because making one looks
     * at what the whole path leads to, which may be a link.
     */
    private static List<String> names(int directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd/" + directory))) {
            for (Path entry : entries) {
                String text = entry.getFileName().toUri().getRawPath().replaceFirst("/$", "");
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
