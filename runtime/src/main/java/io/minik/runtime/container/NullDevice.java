package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.MountSteps;

/** The host's null device. What is bound over masked files must be it and nothing that a container put in its place. */
public final class NullDevice {
    private static final int NOT_LINKS = 0x100;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_MODE = 0x1c;
    private static final int S_IFMT = 0xf000;
    private static final int S_IFCHR = 0x2000;
    private static final int MAJOR = 1;
    private static final int MINOR = 3;

    private NullDevice() {}

    /** As a mount of its own, mounted nowhere yet. The caller closes it. */
    public static int open(Kernel kernel) {
        try (Arena arena = kernel.sys().arena()) {
            int tree = (int) Kernel.check(
                    kernel.sys()
                            .call(
                                    Syscall.OPEN_TREE,
                                    Kernel.AT_FDCWD,
                                    arena.string("/dev/null"),
                                    MountSteps.OPEN_TREE_CLONE | Kernel.O_CLOEXEC | NOT_LINKS),
                    "open_tree",
                    "/dev/null");
            if (!is(kernel, tree)) {
                kernel.close(tree);
                throw new RuntimeFault(
                        RuntimeFault.Kind.KERNEL,
                        "open null device",
                        "/dev/null of this machine is not the null device (character device 1:3)",
                        0);
            }
            return tree;
        }
    }

    public static boolean is(Kernel kernel, int fd) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block stat = arena.allocate(Checks.STATX_BYTES);
            Kernel.check(
                    kernel.sys()
                            .call(
                                    Syscall.STATX,
                                    fd,
                                    arena.string(""),
                                    Kernel.AT_EMPTY_PATH,
                                    STATX_BASIC,
                                    stat.address()),
                    "statx",
                    fd);
            return (stat.bytes().getShort(STATX_MODE) & S_IFMT) == S_IFCHR
                    && stat.bytes().getInt(Checks.STATX_RDEV_MAJOR) == MAJOR
                    && stat.bytes().getInt(Checks.STATX_RDEV_MINOR) == MINOR;
        }
    }
}
