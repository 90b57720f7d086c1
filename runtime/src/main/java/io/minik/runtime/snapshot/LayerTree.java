package io.minik.runtime.snapshot;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.FileCalls.Stat;
import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a layer is unpacked into, and the places in it that names of the archive stand for.
 *
 * <p>The kernel resolves nothing that a stranger wrote: every walk starts at the root's descriptor and stops at any link
 * (openat2). Links among the parents of a name are read and followed here, where "/" and ".." end at the root. What is in
 * the directory is the only truth: nothing about it is remembered but the directory that the last name was in. Its time is
 * put back when another one's turn comes, because writing into it changed it. Used by one thread.
 */
final class LayerTree implements AutoCloseable {
    /** As the kernel's own limit for one lookup. */
    private static final int MAX_LINKS = 40;

    /**
     * Of names that are walked step by step, because links or nothing is on their way: each step is one more lookup from the
     * root, and 40 links of 2,000 steps each would keep a thread busy for seconds, for one entry of a million. A step costs
     * as much as it has been seen to: about 3 µs, and 100 µs where it is 450 bytes deep.
     */
    private static final long MAX_WALKED = 128_000_000;

    private static final int STEP = 16;
    private static final int LONG_STEP = 64;

    private static final int IMPLIED_MODE = 0755;
    private static final String OPAQUE_XATTR = "trusted.overlay.opaque";

    /** A directory for names to be in. */
    record Parent(String name, String path, int fd, Stat before) {}

    private final FileCalls files;
    private final int root;
    private final int trash;
    private final ImpliedDirectories implied;
    private @Nullable Parent at;
    private long discarded;
    private long walked;

    /**
     * @param root exists, is empty and private to this
     * @param trash takes what an archive replaces by something else
     */
    LayerTree(FileCalls files, Path root, Path trash, ImpliedDirectories implied) {
        this.files = files;
        this.implied = implied;
        this.trash = files.openDirectory(trash);
        this.root = files.openDirectory(root);
        files.setTimes(this.root, 0, 0);
    }

    /** The directory that a name of the archive, cleaned, says; made if it is not there. Valid until the next call. */
    Parent directory(String name) throws IOException {
        Parent last = at;
        if (last != null && last.name().equals(name)) {
            return last;
        }
        leave();
        String path = name;
        int fd = files.openBeneath(root, path(name));
        if (fd < 0) {
            path = walk(name, true);
            fd = (int) Kernel.check(files.openBeneath(root, path(path)), "openat2", text(path));
        }
        Parent opened = new Parent(name, path, fd, files.stat(fd));
        at = opened;
        return opened;
    }

    /** A hard link to what is there: neither the parents' links nor its own are the kernel's to follow. @return false if the place is taken */
    boolean link(String target, Parent parent, String base) throws IOException {
        int fd = files.openBeneath(root, path(parentOf(target)));
        if (fd < 0) {
            String from = walk(parentOf(target), false);
            fd = (int) Kernel.check(files.openBeneath(root, path(from)), "openat2", text(target));
        }
        try {
            return files.link(fd, bytes(baseOf(target)), parent.fd(), bytes(base));
        } finally {
            files.close(fd);
        }
    }

    /** Opens what a name in a directory stands for, to look at it. @return -errno if there is nothing */
    int node(Parent parent, String base) {
        return files.openNode(root, path(join(parent.path(), base)));
    }

    /** Opens a directory whose attributes are to be set. */
    int directory(Parent parent, String base) {
        String path = join(parent.path(), base);
        return (int) Kernel.check(files.openBeneath(root, path(path)), "openat2", text(path));
    }

    int root() {
        leave();
        return root;
    }

    /** Takes away what an earlier entry made there, with all below it. @return whether it was a whiteout */
    boolean clear(Parent parent, String base) {
        int fd = node(parent, base);
        if (fd == -Errno.ENOENT) {
            return false;
        }
        Kernel.check(fd, "openat2", text(join(parent.path(), base)));
        Stat stat = files.stat(fd);
        files.close(fd);
        if (stat.directory()) {
            files.rename(parent.fd(), bytes(base), trash, bytes("t" + discarded++));
        } else {
            files.unlink(parent.fd(), bytes(base));
        }
        return whiteout(stat);
    }

    /** What overlayfs takes for one. */
    static boolean whiteout(Stat stat) {
        return stat.format() == FileCalls.S_IFCHR && stat.major() == 0 && stat.minor() == 0;
    }

    void opaque(int directory) {
        files.setXattr(directory, OPAQUE_XATTR, new byte[] {'y'});
    }

    /** Done with the directory of the last name: its time is again what it was. */
    void leave() {
        Parent last = at;
        at = null;
        if (last != null) {
            files.setTimes(
                    last.fd(), last.before().mtimeSeconds(), last.before().mtimeNanos());
            files.close(last.fd());
        }
    }

    /** The real place below the root of a directory: no link is on the way to it. */
    private String walk(String name, boolean make) throws IOException {
        Deque<String> todo = new ArrayDeque<>();
        push(todo, name);
        String here = "";
        int followed = 0;
        while (!todo.isEmpty()) {
            String step = todo.pop();
            if (step.isEmpty() || step.equals(".")) {
                continue;
            }
            if (step.equals("..")) {
                here = parentOf(here);
                continue;
            }
            String next = join(here, step);
            walked += STEP + (long) next.length() * next.length() / LONG_STEP;
            if (walked > MAX_WALKED) {
                throw new IOException("layer has too many long names: " + text(name));
            }
            int fd = files.openNode(root, path(next));
            if (fd == -Errno.ENOENT && make) {
                imply(here, step, false);
                here = next;
                continue;
            }
            Kernel.check(fd, "openat2", text(next));
            try {
                Stat stat = files.stat(fd);
                if (stat.format() == FileCalls.S_IFLNK) {
                    if (++followed > MAX_LINKS) {
                        throw new IOException("layer has a loop of symlinks at " + text(name));
                    }
                    String target = new String(files.readLink(fd), StandardCharsets.ISO_8859_1);
                    here = target.startsWith("/") ? "" : here;
                    push(todo, target);
                    continue;
                }
                if (!stat.directory() && make) {
                    imply(here, step, true);
                }
            } finally {
                files.close(fd);
            }
            here = next;
        }
        return here;
    }

    private void imply(String parent, String base, boolean replaces) throws IOException {
        int fd = (int) Kernel.check(files.openBeneath(root, path(parent)), "openat2", text(parent));
        try {
            Parent place = new Parent(parent, parent, fd, files.stat(fd));
            boolean hidesLower = replaces && clear(place, base);
            files.mkdir(fd, bytes(base), IMPLIED_MODE);
            int made = directory(place, base);
            try {
                files.chmod(made, IMPLIED_MODE);
                files.setTimes(made, ImpliedDirectories.UNSETTLED_SECONDS, 0);
                if (hidesLower) {
                    opaque(made);
                }
            } finally {
                files.close(made);
            }
            files.setTimes(fd, place.before().mtimeSeconds(), place.before().mtimeNanos());
        } finally {
            files.close(fd);
        }
        implied.add(join(parent, base));
    }

    private static void push(Deque<String> todo, String name) {
        String[] steps = name.split("/");
        for (int i = steps.length - 1; i >= 0; i--) {
            todo.push(steps[i]);
        }
    }

    /** A name as the archive's tools mean it: from the root, without "." and "..", which end there; "" for the root. */
    static String clean(String name) {
        Deque<String> steps = new ArrayDeque<>();
        for (String step : name.split("/")) {
            if (step.equals("..")) {
                steps.pollLast();
            } else if (!step.isEmpty() && !step.equals(".")) {
                steps.add(step);
            }
        }
        return String.join("/", steps);
    }

    static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static String baseOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    static String join(String parent, String base) {
        return parent.isEmpty() ? base : parent + "/" + base;
    }

    private static byte[] path(String path) {
        return bytes(path.isEmpty() ? "." : path);
    }

    static byte[] bytes(String raw) {
        return raw.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(String raw) {
        return new String(bytes(raw), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        leave();
        files.close(root);
        files.close(trash);
    }
}
