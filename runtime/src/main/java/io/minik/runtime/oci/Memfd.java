package io.minik.runtime.oci;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;

/** Files of memory that can be executed, and descriptors under chosen numbers. */
final class Memfd {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int MFD_EXEC = 0x10;
    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 0x0f;

    private Memfd() {}

    static int make(Kernel kernel, String name) {
        try (Arena arena = kernel.sys().arena()) {
            long address = arena.string(name);
            int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
            long fd = kernel.sys().call(Syscall.MEMFD_CREATE, address, flags | MFD_EXEC);
            if (fd == -Errno.EINVAL) {
                fd = kernel.sys().call(Syscall.MEMFD_CREATE, address, flags);
            }
            return (int) Kernel.check(fd, "memfd_create", name);
        }
    }

    /** Nobody can change it any more: a container that gets hold of it finds nothing to write to. */
    static void seal(Kernel kernel, int fd) {
        Kernel.check(kernel.sys().call(Syscall.FCNTL, fd, F_ADD_SEALS, ALL_SEALS), "seal", "image");
    }

    static void number(Kernel kernel, int fd, int number) {
        Kernel.check(kernel.sys().call(Syscall.DUP3, fd, number, Kernel.O_CLOEXEC), "dup3", number);
    }

    /** Survives the execution of an image. */
    static void pass(Kernel kernel, int fd, int number) {
        Kernel.check(kernel.sys().call(Syscall.DUP3, fd, number, 0), "dup3", number);
    }
}
