package io.minik.runtime.sys;

import io.minik.runtime.sys.FileCalls.Stat;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

    /** Bytes; with one more name still well below PATH_MAX. */
    private static final int LONG_PATH = 2048;

    private final FileCalls files;
    private final Visitor visitor;

    public TreeWalk(FileCalls files, Visitor visitor) {
        this.files = files;
        this.visitor = visitor;
    }

    /** A directory that places are said from. */
    private static final class Base {
        final int fd;
        /** Places of it that are still to be walked. */
        int open = 1;

        Base(int fd) {
            this.fd = fd;
        }
    }

    /** @param path raw, from the base; empty for that itself */
    private record Place(Base base, String path) {}

    /** Visits all below an open directory, and that itself last. As deep as it may be: a path has its longest, a tree not. */
    public void run(int root) throws IOException {
        Deque<Place> todo = new ArrayDeque<>();
        todo.push(new Place(new Base(root), ""));
        try {
            while (!todo.isEmpty()) {
                Place next = todo.pop();
                try {
                    directory(next, todo);
                } finally {
                    left(next.base(), root);
                }
            }
        } finally {
            todo.forEach(place -> left(place.base(), root));
        }
        visitor.visit(root, files.stat(root));
    }

    private void left(Base base, int root) {
        base.open--;
        if (base.open == 0 && base.fd != root) {
            files.close(base.fd);
        }
    }

    private void directory(Place place, Deque<Place> todo) throws IOException {
        String path = place.path();
        int directory = files.openBeneath(place.base().fd, bytes(path.isEmpty() ? "." : path));
        if (directory < 0) {
            gone(directory, path);
            return;
        }
        Base base = path.length() > LONG_PATH ? new Base(directory) : place.base();
        try {
            for (String name : names(directory)) {
                String child = base.fd == directory || path.isEmpty() ? name : path + "/" + name;
                if (one(base.fd, child)) {
                    base.open++;
                    todo.push(new Place(base, child));
                }
            }
        } finally {
            if (base.fd != directory) {
                files.close(directory);
            } else {
                left(base, -1);
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
