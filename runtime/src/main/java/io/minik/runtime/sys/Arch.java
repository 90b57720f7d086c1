package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.util.Locale;

/** The processor architectures that have a column of system call numbers. */
public enum Arch {
    X86_64,
    AARCH64;

    /** The architecture of this machine. */
    public static Arch current() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new RuntimeFault(
                        RuntimeFault.Kind.KERNEL,
                        "detect architecture",
                        "containers are not supported on " + name + " yet (x86_64 is)",
                        0);
        };
    }
}
