package io.minik.runtime.sandbox;

import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How many processes and threads one pod may have when nobody says. A quarter of what the kernel can have at all, so
 * that a pod that forks without end leaves the machine usable, within bounds: fewer than 1,024 breaks ordinary programs,
 * more than 32,768 serves none.
 */
final class PodPids {
    private static final Path PID_MAX = Path.of("/proc/sys/kernel/pid_max");
    private static final Path THREADS_MAX = Path.of("/proc/sys/kernel/threads-max");
    private static final long SHARE = 4;
    private static final long LEAST = 1_024;
    private static final long MOST = 32_768;

    private PodPids() {}

    static long most() {
        return of(read(PID_MAX), read(THREADS_MAX));
    }

    static long of(long pidMax, long threadsMax) {
        return Math.max(LEAST, Math.min(MOST, Math.min(pidMax, threadsMax) / SHARE));
    }

    private static long read(Path file) {
        try {
            return Long.parseLong(Kernel.readControl(file));
        } catch (IOException | NumberFormatException e) {
            return MOST;
        }
    }
}
