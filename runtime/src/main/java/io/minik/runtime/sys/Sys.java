package io.minik.runtime.sys;

import java.util.List;

/**
 * The seam at the kernel. {@link LinuxSys} is the real one, {@link RecordingSys} the fake.
 *
 * <p>Results are the kernel's own: {@code >= 0}, or {@code -errno}. Any thread may call; a call that may sleep must not
 * be made on an event loop. No call here changes what the JVM's threads are: unshare, setns, chroot, set*id, capset,
 * seccomp are for the tape's process only, and {@link LinuxSys} refuses them.
 */
public interface Sys {
    /** One system call; unused arguments are 0, addresses come from {@link #arena}. */
    long call(Syscall call, long a, long b, long c, long d, long e, long f);

    default long call(Syscall call) {
        return call(call, 0, 0, 0, 0, 0, 0);
    }

    default long call(Syscall call, long a) {
        return call(call, a, 0, 0, 0, 0, 0);
    }

    default long call(Syscall call, long a, long b) {
        return call(call, a, b, 0, 0, 0, 0);
    }

    default long call(Syscall call, long a, long b, long c) {
        return call(call, a, b, c, 0, 0, 0);
    }

    default long call(Syscall call, long a, long b, long c, long d) {
        return call(call, a, b, c, d, 0, 0);
    }

    default long call(Syscall call, long a, long b, long c, long d, long e) {
        return call(call, a, b, c, d, e, 0);
    }

    /** Starts a program by posix_spawn: all signals default and unblocked, exactly the named descriptors. Pid or -errno. */
    long spawn(Spawn spawn);

    /** Memory that the kernel can see, until closed. */
    Arena arena();

    Arch arch();

    /**
     * @param fds which of our descriptors the child gets under which number; sources must be above every target
     */
    record Spawn(String path, List<String> argv, List<String> env, List<FdMap> fds) {}

    record FdMap(int source, int target) {}
}
