package io.minik.runtime.container;

import io.minik.runtime.snapshot.Snapshotter.RootFs;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.MountSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads files of a root file system from its layers, as overlayfs would show them, without mounting it. Symbolic links
 * are resolved within it: no path of an image can name a file of the host. The uppermost layer is a running container's
 * own, which may change it between two looks: what is read in the end is opened below its layer without any link, must
 * be a regular file, and is read up to a limit.
 */
final class RootView {
    /** As the kernel's limit for one lookup. */
    private static final int MAX_LINKS = 40;
    /** passwd and group of an image are small; a larger one is not read. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private static final int CHUNK_BYTES = 64 << 10;
    private static final int OPEN_HOW_BYTES = 24;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_MODE = 0x1c;
    private static final int STATX_SIZE = 0x28;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;

    private final Kernel kernel;
    private final List<Path> layers = new ArrayList<>();

    RootView(Kernel kernel, RootFs root) {
        this.kernel = kernel;
        layers.add(root.upper());
        layers.addAll(root.lower());
    }

    /** An entry of a layer, as it was when somebody looked. */
    record Entry(Path layer, Path relative) {
        Path path() {
            return layer.resolve(relative);
        }
    }

    /** The lines of a regular file; none if it is not there. */
    List<String> lines(String path) {
        Optional<Entry> entry = find(path);
        return entry.isEmpty() ? List.of() : lines(entry.get());
    }

    List<String> lines(Entry entry) {
        int layer = kernel.open(entry.layer(), Kernel.O_PATH | Kernel.O_DIRECTORY, 0);
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block how = arena.allocate(OPEN_HOW_BYTES);
            // A pipe that nobody writes to is opened at once, and then seen to be none.
            how.bytes().putLong(0, Kernel.O_RDONLY | Kernel.O_NONBLOCK | Kernel.O_CLOEXEC);
            how.bytes().putLong(16, MountSteps.BENEATH | MountSteps.NO_XDEV | MountSteps.NO_SYMLINKS);
            long file = kernel.sys()
                    .call(
                            Syscall.OPENAT2,
                            layer,
                            arena.string(entry.relative().toString()),
                            how.address(),
                            OPEN_HOW_BYTES);
            return file < 0 ? List.of() : lines((int) file, arena);
        } finally {
            kernel.close(layer);
        }
    }

    private List<String> lines(int file, Arena arena) {
        try {
            Arena.Block stat = arena.allocate(Checks.STATX_BYTES);
            Kernel.check(
                    kernel.sys()
                            .call(
                                    Syscall.STATX,
                                    file,
                                    arena.string(""),
                                    Kernel.AT_EMPTY_PATH,
                                    STATX_BASIC,
                                    stat.address()),
                    "statx",
                    file);
            long size = stat.bytes().getLong(STATX_SIZE);
            if ((stat.bytes().getShort(STATX_MODE) & S_IFMT) != S_IFREG || size > MAX_FILE_BYTES) {
                return List.of();
            }
            byte[] content = new byte[(int) size];
            int have = 0;
            Arena.Block chunk = arena.allocate(CHUNK_BYTES);
            long got = 1;
            while (have < content.length && got > 0) {
                got = Kernel.check(
                        kernel.read(file, chunk.address(), Math.min(CHUNK_BYTES, content.length - have)), "read", file);
                chunk.bytes().get(0, content, have, (int) got);
                have += (int) got;
            }
            return List.of(new String(content, 0, have, StandardCharsets.ISO_8859_1).split("\n"));
        } finally {
            kernel.close(file);
        }
    }

    /** Where a path of the container is; not a symbolic link. */
    Optional<Entry> find(String path) {
        Deque<String> rest = names(path);
        Path at = Path.of("");
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.pop();
            if (name.equals("..")) {
                at = at.getNameCount() > 1 ? at.subpath(0, at.getNameCount() - 1) : Path.of("");
                continue;
            }
            Path next = at.resolve(name);
            Optional<Entry> entry = entry(next);
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            if (!Files.isSymbolicLink(entry.get().path())) {
                at = next;
                continue;
            }
            if (++links > MAX_LINKS) {
                return Optional.empty();
            }
            String target = target(entry.get().path());
            if (target.startsWith("/")) {
                at = Path.of("");
            }
            Deque<String> names = names(target);
            while (!names.isEmpty()) {
                rest.push(names.removeLast());
            }
        }
        return entry(at);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static Deque<String> names(String path) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/")) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    /** The uppermost layer's entry of that name, if nothing above it hides it. */
    private Optional<Entry> entry(Path relative) {
        for (Path layer : layers) {
            Path candidate = layer.resolve(relative);
            if (Files.exists(candidate, LinkOption.NOFOLLOW_LINKS)) {
                return isWhiteout(candidate) ? Optional.empty() : Optional.of(new Entry(layer, relative));
            }
            if (hidesBelow(layer, relative)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** overlayfs marks what is deleted by a character device 0/0. */
    private static boolean isWhiteout(Path path) {
        try {
            return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) >> 12 == 2
                    && (long) Files.getAttribute(path, "unix:rdev", LinkOption.NOFOLLOW_LINKS) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a parent is deleted, replaced or opaque in this layer, so that lower layers' entries do not count. */
    private boolean hidesBelow(Path layer, Path relative) {
        Path parent = relative.getParent();
        while (parent != null) {
            Path at = layer.resolve(parent);
            if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)
                    && (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS) || isOpaque(at))) {
                return true;
            }
            parent = parent.getParent();
        }
        return false;
    }

    /** Read through the kernel: Java knows only user.* attributes. */
    private boolean isOpaque(Path directory) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block value = arena.allocate(1);
            long got = kernel.sys()
                    .call(
                            Syscall.LGETXATTR,
                            arena.string(directory.toString()),
                            arena.string("trusted.overlay.opaque"),
                            value.address(),
                            1);
            return got == 1 && value.bytes().get(0) == 'y';
        }
    }
}
