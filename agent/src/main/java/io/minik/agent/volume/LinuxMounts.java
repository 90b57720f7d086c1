package io.minik.agent.volume;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.DiskUsage;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.FileCalls;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.LinuxFileCalls;
import io.minik.runtime.sys.Sys;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Mounts in the JVM's own (the node's) mount namespace. */
public final class LinuxMounts implements Mounts {
    /** The kernel copies mount options into one page. */
    private static final int MAX_OPTIONS = 4095;

    private static final int MS_RDONLY = 1;
    private static final int MS_NOSUID = 2;
    private static final int MS_NODEV = 4;
    private static final int MS_NOEXEC = 8;
    private static final int MS_BIND = 4096;
    private static final int MS_REC = 16384;
    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final int RESOLVE_IN_ROOT = 0x10;
    private static final int OPEN_HOW_BYTES = 24;
    private static final int FRESH_MODE = 0750;
    private static final int PERMISSIONS = 07777;

    private final Sys sys;
    private final Kernel kernel;
    /** Guarded by this; made at first use, because loading libc takes time that a start has not. */
    private @Nullable FileCalls loaded;

    public LinuxMounts(Sys sys) {
        this.sys = sys;
        this.kernel = new Kernel(sys);
    }

    @Override
    public void tmpfs(Path target, long sizeBytes) {
        try (Arena arena = sys.arena()) {
            String options = sizeBytes > 0 ? "size=" + sizeBytes : "";
            long type = arena.string("tmpfs");
            Kernel.check(
                    sys.call(
                            Syscall.MOUNT,
                            type,
                            arena.string(target.toString()),
                            type,
                            MS_NOSUID | MS_NODEV,
                            arena.string(options)),
                    "mount tmpfs on",
                    target);
        }
    }

    @Override
    public void overlay(List<Path> layers, Path target) {
        String options = "lowerdir=" + layers.stream().map(LinuxMounts::escape).collect(Collectors.joining(":"));
        if (options.length() > MAX_OPTIONS) {
            throw new VolumeFault("the image's " + layers.size() + " layers need " + options.length()
                    + " bytes of mount options, the kernel takes " + MAX_OPTIONS);
        }
        try (Arena arena = sys.arena()) {
            long type = arena.string("overlay");
            Kernel.check(
                    sys.call(
                            Syscall.MOUNT,
                            type,
                            arena.string(target.toString()),
                            type,
                            MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                            arena.string(options)),
                    "mount overlay on",
                    target);
        }
    }

    private static String escape(Path path) {
        return path.toString().replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
    }

    @Override
    public Optional<Opened> open(Path root, String path) {
        int top = kernel.open(root, Kernel.O_PATH, 0);
        try {
            long found = open(top, path.replaceFirst("^/+", ""), RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            if (found < 0) {
                if (found != -Errno.ENOENT && found != -Errno.ENOTDIR) {
                    throw Kernel.fault((int) -found, "open", path);
                }
                return Optional.empty();
            }
            int fd = (int) found;
            Path place = Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
            if (!Files.isDirectory(place)) {
                kernel.close(fd);
                return Optional.empty();
            }
            return Optional.of(new Opened(place, () -> kernel.close(fd)));
        } finally {
            kernel.close(top);
        }
    }

    @Override
    public void give(Path volume, long gid, boolean onlyIfRootDiffers) throws IOException {
        new GroupOwnership(fileCalls()).give(volume, gid, onlyIfRootDiffers);
    }

    @Override
    public long usedBytes(Path volume) throws IOException {
        return DiskUsage.of(fileCalls(), volume).bytes();
    }

    private synchronized FileCalls fileCalls() {
        FileCalls made = loaded;
        if (made == null) {
            made = new LinuxFileCalls();
            loaded = made;
        }
        return made;
    }

    @Override
    public void subPath(Path volume, String subPath, Path target) {
        int fd = kernel.open(volume, Kernel.O_PATH, 0);
        try {
            for (Path part : Path.of(subPath)) {
                int next = step(fd, part.toString(), volume, subPath);
                kernel.close(fd);
                fd = next;
            }
            Path source = Path.of("/proc/self/fd", Integer.toString(fd));
            place(Files.isDirectory(source), target);
            bind(source, target);
        } finally {
            kernel.close(fd);
        }
    }

    private int step(int directory, String name, Path volume, String subPath) {
        long found = open(directory, name, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
        if (found == -Errno.ENOENT) {
            try (Arena arena = sys.arena()) {
                long made = sys.call(Syscall.MKDIRAT, directory, arena.string(name), FRESH_MODE);
                if (made != -Errno.EEXIST) {
                    Kernel.check(made, "mkdir", volume.resolve(subPath));
                }
                found = open(directory, name, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
                if (made == 0 && found >= 0) {
                    likeTheVolume((int) found, volume);
                }
            }
        }
        if (found < 0) {
            RuntimeFault fault = Kernel.fault((int) -found, "open", volume.resolve(subPath));
            throw new VolumeFault("failed to prepare subPath \"" + subPath + "\": " + fault.getMessage(), fault);
        }
        return (int) found;
    }

    /** As upstream: who may write into the volume may write into what is made in it. */
    private static void likeTheVolume(int fd, Path volume) {
        try {
            Object mode = Files.getAttribute(volume, "unix:mode");
            Files.setAttribute(Path.of("/proc/self/fd", Integer.toString(fd)), "unix:mode", (int) mode & PERMISSIONS);
        } catch (IOException e) {
            throw new VolumeFault("failed to prepare subPath in " + volume + ": " + e.getMessage(), e);
        }
    }

    /** Each step stays beneath the directory that is already open, links and all. */
    private long open(int directory, String name, int resolve) {
        try (Arena arena = sys.arena()) {
            Arena.Block how = arena.allocate(OPEN_HOW_BYTES);
            how.bytes().putLong(0, Kernel.O_PATH | Kernel.O_CLOEXEC);
            how.bytes().putLong(16, resolve);
            return sys.call(Syscall.OPENAT2, directory, arena.string(name), how.address(), OPEN_HOW_BYTES);
        }
    }

    private static void place(boolean directory, Path target) {
        try {
            if (directory) {
                Files.createDirectories(target);
            } else {
                Files.createDirectories(target.resolve("..").normalize());
                if (!Files.exists(target)) {
                    Files.createFile(target);
                }
            }
        } catch (IOException e) {
            throw new VolumeFault("failed to make the mount point " + target + ": " + e.getMessage(), e);
        }
    }

    private void bind(Path source, Path target) {
        try (Arena arena = sys.arena()) {
            Kernel.check(
                    sys.call(
                            Syscall.MOUNT,
                            arena.string(source.toString()),
                            arena.string(target.toString()),
                            0,
                            MS_BIND | MS_REC,
                            0),
                    "bind mount on",
                    target);
        }
    }

    @Override
    public void unmount(Path target) {
        int errno = kernel.unmount(target);
        if (errno != 0 && errno != Errno.EINVAL && errno != Errno.ENOENT) {
            throw Kernel.fault(errno, "umount", target);
        }
    }

    @Override
    public List<Path> below(Path directory) {
        List<Path> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                Path point = Path.of(unescape(line.split(" ")[4]));
                if (point.startsWith(directory)) {
                    found.add(point);
                }
            }
        } catch (IOException e) {
            throw new VolumeFault("the node's mounts can't be read: " + e.getMessage(), e);
        }
        found.sort(Comparator.comparingInt(Path::getNameCount).reversed());
        return found;
    }

    /** Blanks and backslashes in mountinfo are written as three octal digits. */
    private static String unescape(String field) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                out.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(field.charAt(i));
            }
        }
        return out.toString();
    }
}
