package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.nio.file.Path;

/**
 * Pseudo terminals. A container's own is made on a devpts instance that is not mounted anywhere yet and that its tape
 * moves to /dev/pts, so it is {@code /dev/pts/0} inside; an exec's is made on the running container's instance.
 */
final class Terminal {
    /** As the Linux distributions number it. */
    static final long TTY_GROUP = 5;

    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int SET_STRING = 1;
    private static final int CREATE = 6;
    private static final int MOUNT_ATTR_NOSUID_NOEXEC = 2 | 8;
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTPEER = 0x5441;
    private static final long TIOCSWINSZ = 0x5414;
    private static final long DEVPTS_MAGIC = 0x1cd1;
    private static final int STATFS_BYTES = 120;
    private static final int RESOLVE_IN_ROOT = 0x10;
    private static final int OPEN_HOW_BYTES = 24;
    private static final int FLAGS = Kernel.O_RDWR | Kernel.O_NOCTTY | Kernel.O_CLOEXEC;

    private final Kernel kernel;

    Terminal(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Descriptors; the caller closes them. @param devpts a detached mount, -1 for an exec's */
    record Pty(int devpts, int master, int slave) {}

    /** @param group of the node that terminals belong to */
    Pty create(long group) {
        try (Arena arena = kernel.sys().arena()) {
            int config = (int) Kernel.check(
                    kernel.sys().call(Syscall.FSOPEN, arena.string("devpts"), FSOPEN_CLOEXEC), "fsopen", "devpts");
            try {
                set(arena, config, "ptmxmode", "0666");
                set(arena, config, "mode", "0620");
                set(arena, config, "gid", Long.toString(group));
                Kernel.check(kernel.sys().call(Syscall.FSCONFIG, config, CREATE, 0, 0, 0), "fsconfig", "devpts");
                int devpts = (int) Kernel.check(
                        kernel.sys().call(Syscall.FSMOUNT, config, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID_NOEXEC),
                        "fsmount",
                        "devpts");
                return withPeer(devpts, openPtmx(arena, devpts, "ptmx"));
            } finally {
                kernel.close(config);
            }
        }
    }

    private void set(Arena arena, int config, String key, String value) {
        Kernel.check(
                kernel.sys().call(Syscall.FSCONFIG, config, SET_STRING, arena.string(key), arena.string(value), 0),
                "fsconfig devpts",
                key);
    }

    private int openPtmx(Arena arena, int directory, String name) {
        return (int)
                Kernel.check(kernel.sys().call(Syscall.OPENAT, directory, arena.string(name), FLAGS, 0), "open", name);
    }

    /** On a running container's devpts. The container may have put anything there, so the kind of file system is checked. */
    Pty createIn(int pid) {
        int root = kernel.open(Path.of("/proc", Integer.toString(pid), "root"), Kernel.O_PATH, 0);
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block how = arena.allocate(OPEN_HOW_BYTES);
            how.bytes().putLong(0, FLAGS).putLong(16, RESOLVE_IN_ROOT);
            int master = (int) Kernel.check(
                    kernel.sys()
                            .call(Syscall.OPENAT2, root, arena.string("/dev/pts/ptmx"), how.address(), OPEN_HOW_BYTES),
                    "open",
                    "the container's /dev/pts/ptmx");
            Arena.Block stat = arena.allocate(STATFS_BYTES);
            Kernel.check(kernel.sys().call(Syscall.FSTATFS, master, stat.address()), "fstatfs", "ptmx");
            if (stat.bytes().getLong(0) != DEVPTS_MAGIC) {
                kernel.close(master);
                throw new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG,
                        "open terminal",
                        "the container's /dev/pts is not a devpts",
                        0);
            }
            return withPeer(-1, master);
        } finally {
            kernel.close(root);
        }
    }

    private Pty withPeer(int devpts, int master) {
        try (Arena arena = kernel.sys().arena()) {
            Kernel.check(
                    kernel.sys()
                            .call(
                                    Syscall.IOCTL,
                                    master,
                                    TIOCSPTLCK,
                                    arena.allocate(4).address()),
                    "unlock",
                    "pty");
            int slave = (int)
                    Kernel.check(kernel.sys().call(Syscall.IOCTL, master, TIOCGPTPEER, FLAGS), "TIOCGPTPEER", "pty");
            kernel.setNonBlocking(master);
            return new Pty(devpts, master, slave);
        }
    }

    void resize(int master, int columns, int rows) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block size = arena.allocate(8);
            size.bytes().putShort(0, (short) rows).putShort(2, (short) columns);
            Kernel.check(kernel.sys().call(Syscall.IOCTL, master, TIOCSWINSZ, size.address()), "TIOCSWINSZ", "pty");
        }
    }

    void close(Pty pty) {
        if (pty.devpts() >= 0) {
            kernel.close(pty.devpts());
        }
        kernel.close(pty.master());
        kernel.close(pty.slave());
    }
}
