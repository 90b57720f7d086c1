package io.minik.runtime.snapshot;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.FileCalls.Stat;
import io.minik.runtime.sys.Kernel;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a layer that no entry of its archive describes: {@code a/b} where it holds only {@code a/b/c}. In an
 * overlay they would hide owner and mode of the ones below. They are listed in a file, each ended by NUL, and given the
 * attributes of the lower ones once those are unpacked. Used by one thread.
 */
final class ImpliedDirectories implements AutoCloseable {
    /** The time of a directory that no entry has described yet; one in 1961, which no builder writes. */
    static final long UNSETTLED_SECONDS = -271_828_182;

    /** What a directory costs on the disk: a block. */
    private static final int DIRECTORY_BYTES = 4096;

    private final Path list;
    private @Nullable OutputStream out;
    private int count;
    private long bytes;

    /** @param list made at the first directory */
    ImpliedDirectories(Path list) {
        this.list = list;
    }

    /** @param path raw, relative to the layer */
    void add(String path) throws IOException {
        OutputStream out = this.out;
        if (out == null) {
            out = new BufferedOutputStream(Files.newOutputStream(list));
            this.out = out;
        }
        count++;
        bytes += DIRECTORY_BYTES + path.length();
        out.write(LayerTree.bytes(path));
        out.write(0);
    }

    int count() {
        return count;
    }

    /** What they and their list take of a disk, about. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    /** @param below directories of the layers below, uppermost first */
    static void settle(FileCalls files, Path list, Path layer, List<Path> below) throws IOException {
        int top = files.openDirectory(layer);
        int[] lower = below.stream().mapToInt(files::openDirectory).toArray();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(list))) {
            ByteArrayOutputStream name = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != 0) {
                    name.write(next);
                    continue;
                }
                settle(files, name.toByteArray(), top, lower);
                name.reset();
            }
        } finally {
            files.close(top);
            for (int fd : lower) {
                files.close(fd);
            }
        }
    }

    private static void settle(FileCalls files, byte[] path, int top, int[] lower) {
        int fd = files.openBeneath(top, path);
        if (fd == -Errno.ENOENT || fd == -Errno.ENOTDIR || fd == -Errno.ELOOP) {
            // A later entry of the archive made something else of it.
            return;
        }
        Kernel.check(fd, "openat2", new String(path, StandardCharsets.UTF_8));
        try {
            if (files.stat(fd).mtimeSeconds() == UNSETTLED_SECONDS) {
                Optional<Stat> below = below(files, path, lower);
                below.ifPresent(stat -> files.chown(fd, stat.uid(), stat.gid()));
                below.ifPresent(stat -> files.chmod(fd, stat.mode()));
                files.setTimes(
                        fd,
                        below.map(Stat::mtimeSeconds).orElse(0L),
                        below.map(Stat::mtimeNanos).orElse(0));
            }
        } finally {
            files.close(fd);
        }
    }

    /** The uppermost layer that has anything there says what it is; empty if that is no directory. */
    private static Optional<Stat> below(FileCalls files, byte[] path, int[] lower) {
        for (int root : lower) {
            int fd = files.openNode(root, path);
            if (fd == -Errno.ENOENT) {
                continue;
            }
            if (fd < 0) {
                return Optional.empty();
            }
            Stat stat = files.stat(fd);
            files.close(fd);
            return stat.directory() ? Optional.of(stat) : Optional.empty();
        }
        return Optional.empty();
    }
}
