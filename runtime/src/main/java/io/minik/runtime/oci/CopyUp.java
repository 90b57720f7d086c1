package io.minik.runtime.oci;

import io.minik.runtime.oci.Bundle.Mount;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.MountSteps;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;

/**
 * A tmpfs that begins with what it covers ({@code tmpcopyup}). It is filled while it is mounted nowhere, by descriptors:
 * links are copied as links, and the kernel finds the directory within the root.
 */
record CopyUp(ClientProcess caller, int rootfs) {
    private static final int IN_ROOT = 0x10;
    private static final int OPEN_HOW_BYTES = 24;

    /** Empty if there is nothing to copy. */
    Optional<Integer> make(Mount mount) {
        Kernel kernel = caller.kernel();
        long source = open(mount.destination());
        if (source < 0) {
            return Optional.empty();
        }
        try {
            int tree = tmpfs(mount);
            copy(fd((int) source), fd(tree));
            return Optional.of(new Descriptors(caller).pass(tree));
        } catch (IOException e) {
            throw Fields.invalid("tmpcopyup of " + mount.destination() + ": " + e.getMessage());
        } finally {
            kernel.close((int) source);
        }
    }

    private Path fd(int number) {
        return caller.proc("fd").resolve(Integer.toString(number)).resolve(".");
    }

    private long open(String path) {
        Kernel kernel = caller.kernel();
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block how = arena.allocate(OPEN_HOW_BYTES);
            how.bytes().putLong(0, Kernel.O_RDONLY | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC);
            how.bytes().putLong(16, IN_ROOT | MountSteps.NO_MAGICLINKS);
            return kernel.sys().call(Syscall.OPENAT2, rootfs, arena.string(path), how.address(), OPEN_HOW_BYTES);
        }
    }

    private int tmpfs(Mount mount) {
        Kernel kernel = caller.kernel();
        try (Arena arena = kernel.sys().arena()) {
            int config =
                    (int) Kernel.check(kernel.sys().call(Syscall.FSOPEN, arena.string("tmpfs"), 1), "fsopen", "tmpfs");
            set(arena, config, "source", mount.source().isEmpty() ? "tmpfs" : mount.source());
            for (Map.Entry<String, String> option : mount.options().data().entrySet()) {
                set(arena, config, option.getKey(), option.getValue());
            }
            Kernel.check(kernel.sys().call(Syscall.FSCONFIG, config, 6, 0, 0, 0), "fsconfig", "tmpfs");
            long tree = kernel.sys()
                    .call(Syscall.FSMOUNT, config, 1, mount.options().set());
            kernel.close(config);
            return (int) Kernel.check(tree, "fsmount", "tmpfs");
        }
    }

    private void set(Arena arena, int config, String key, String content) {
        int kind = content.isEmpty() ? 0 : 1;
        long text = content.isEmpty() ? 0 : arena.string(content);
        Kernel.check(
                caller.kernel().sys().call(Syscall.FSCONFIG, config, kind, arena.string(key), text, 0),
                "fsconfig tmpfs",
                key);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.setAttribute(to, "unix:mode", (int) Files.getAttribute(from, "unix:mode") & 07777);
        own(from, to);
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(from)) {
                    one(directory);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!attributes.isOther()) {
                    one(file);
                }
                return FileVisitResult.CONTINUE;
            }

            private void one(Path file) throws IOException {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.copy(file, copy, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
                own(file, copy);
            }
        });
    }

    private static void own(Path from, Path to) throws IOException {
        for (String attribute : new String[] {"unix:uid", "unix:gid"}) {
            Files.setAttribute(
                    to,
                    attribute,
                    Files.getAttribute(from, attribute, LinkOption.NOFOLLOW_LINKS),
                    LinkOption.NOFOLLOW_LINKS);
        }
    }
}
