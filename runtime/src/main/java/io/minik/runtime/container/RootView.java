package io.minik.runtime.container;

import io.minik.runtime.snapshot.Snapshots.RootFs;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Sys;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
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
 * are resolved within it: no path of an image can name a file of the host.
 */
final class RootView {
    /** As the kernel's limit for one lookup. */
    private static final int MAX_LINKS = 40;
    /** passwd and group of an image are small; a larger one is not read. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private final Sys sys;
    private final List<Path> layers = new ArrayList<>();

    RootView(Sys sys, RootFs root) {
        this.sys = sys;
        layers.add(root.upper());
        layers.addAll(root.lower());
    }

    /** The lines of a regular file; none if it is not there. */
    List<String> lines(String path) {
        Optional<Path> file = find(path);
        try {
            if (file.isPresent()
                    && Files.isRegularFile(file.get(), LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file.get()) <= MAX_FILE_BYTES) {
                return List.of(new String(Files.readAllBytes(file.get()), java.nio.charset.StandardCharsets.ISO_8859_1)
                        .split("\n"));
            }
            return List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Where a path of the container is on the host; not a symbolic link. */
    Optional<Path> find(String path) {
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
            Optional<Path> entry = entry(next);
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            if (!Files.isSymbolicLink(entry.get())) {
                at = next;
                continue;
            }
            if (++links > MAX_LINKS) {
                return Optional.empty();
            }
            String target = target(entry.get());
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
    private Optional<Path> entry(Path relative) {
        for (Path layer : layers) {
            Path candidate = layer.resolve(relative);
            if (Files.exists(candidate, LinkOption.NOFOLLOW_LINKS)) {
                return isWhiteout(candidate) ? Optional.empty() : Optional.of(candidate);
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
        try (Arena arena = sys.arena()) {
            Arena.Block value = arena.allocate(1);
            long got = sys.call(
                    Syscall.LGETXATTR,
                    arena.string(directory.toString()),
                    arena.string("trusted.overlay.opaque"),
                    value.address(),
                    1);
            return got == 1 && value.bytes().get(0) == 'y';
        }
    }
}
