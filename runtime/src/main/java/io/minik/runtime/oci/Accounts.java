package io.minik.runtime.oci;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.MountSteps;
import java.nio.charset.StandardCharsets;

/** etc/passwd of a container's root, opened within it: no link of the image names a file of the host. */
record Accounts(Kernel kernel, int root) {
    private static final int IN_ROOT = 0x10;
    private static final int OPEN_HOW_BYTES = 24;
    private static final int MAX_BYTES = 64 << 10;

    /** The home directory of a user; / if the image has none for him. */
    String home(long uid) {
        for (String line : passwd().split("\n")) {
            String[] fields = line.split(":");
            if (fields.length > 5 && fields[2].equals(Long.toString(uid)) && !fields[5].isEmpty()) {
                return fields[5];
            }
        }
        return "/";
    }

    private String passwd() {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block how = arena.allocate(OPEN_HOW_BYTES);
            // A pipe that nobody writes to is opened at once, and then read as empty.
            how.bytes().putLong(0, Kernel.O_RDONLY | Kernel.O_NONBLOCK | Kernel.O_CLOEXEC);
            how.bytes().putLong(16, IN_ROOT | MountSteps.NO_MAGICLINKS);
            long file =
                    kernel.sys().call(Syscall.OPENAT2, root, arena.string("etc/passwd"), how.address(), OPEN_HOW_BYTES);
            if (file < 0) {
                return "";
            }
            Arena.Block content = arena.allocate(MAX_BYTES);
            long got = kernel.read((int) file, content.address(), MAX_BYTES);
            kernel.close((int) file);
            return got <= 0 ? "" : new String(content.copy((int) got), StandardCharsets.ISO_8859_1).replace('\0', ' ');
        }
    }
}
