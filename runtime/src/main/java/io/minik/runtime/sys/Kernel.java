package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/** System calls with Java's types; a failure is a {@link RuntimeFault} that names the call and its subject. Blocking where the call blocks. */
public final class Kernel {
    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_DIRECTORY = 0x10000;
    public static final int O_PATH = 0x200000;
    public static final int SIGHUP = 1;
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;
    public static final int MNT_DETACH = 2;

    private static final int S_IFIFO = 0x1000;
    private static final int F_SETFL = 4;
    private static final int F_DUPFD_CLOEXEC = 1030;
    /** Above every descriptor number that a tape's process uses (Player), so that dup2 in the child can't clobber a source. */
    private static final int FIRST_SPAWNABLE_FD = 32;

    private static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_BYTES = 128;
    /** A page is the most that a control file holds. */
    private static final int CONTROL_BYTES = 4096;

    private final Sys sys;

    public Kernel(Sys sys) {
        this.sys = sys;
    }

    public Sys sys() {
        return sys;
    }

    /** The result, or a fault that names step and subject. */
    public static long check(long result, String step, Object subject) {
        if (result >= 0) {
            return result;
        }
        throw fault((int) -result, step, subject);
    }

    public static RuntimeFault fault(int errno, String step, Object subject) {
        return new RuntimeFault(
                RuntimeFault.Kind.KERNEL,
                step,
                step + " " + subject + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")",
                errno);
    }

    /** The call again while a signal interrupted it. */
    private long retry(LongSupplier call) {
        long result;
        do {
            result = call.getAsLong();
        } while (result == -Errno.EINTR);
        return result;
    }

    public int open(Path path, int flags, int mode) {
        try (Arena arena = sys.arena()) {
            long name = arena.string(path.toString());
            return (int)
                    check(retry(() -> sys.call(Syscall.OPENAT, AT_FDCWD, name, flags | O_CLOEXEC, mode)), "open", path);
        }
    }

    public void close(int fd) {
        sys.call(Syscall.CLOSE, fd);
    }

    /** @return read end, write end; both close-on-exec */
    public int[] pipe(int flags) {
        try (Arena arena = sys.arena()) {
            Arena.Block ends = arena.allocate(8);
            check(sys.call(Syscall.PIPE2, ends.address(), flags | O_CLOEXEC), "pipe2", "");
            return new int[] {ends.bytes().getInt(0), ends.bytes().getInt(4)};
        }
    }

    /** The same description under a number that {@link Sys#spawn} accepts as a source. The caller closes it. */
    public int spawnable(int fd) {
        return (int)
                check(sys.call(Syscall.FCNTL, fd, F_DUPFD_CLOEXEC, FIRST_SPAWNABLE_FD), "fcntl F_DUPFD_CLOEXEC", fd);
    }

    /** Our end of a pipe or pty: the poll thread must never block on it. */
    public void setNonBlocking(int fd) {
        Kernel.check(sys.call(Syscall.FCNTL, fd, F_SETFL, O_NONBLOCK), "fcntl O_NONBLOCK", fd);
    }

    /** Up to {@code max} bytes, 0 at the end of file, or -errno. */
    public long read(int fd, long address, int max) {
        return retry(() -> sys.call(Syscall.READ, fd, address, max));
    }

    public long write(int fd, long address, long length) {
        return retry(() -> sys.call(Syscall.WRITE, fd, address, length));
    }

    public void writeFully(int fd, byte[] content, String subject) {
        try (Arena arena = sys.arena()) {
            Arena.Block block = arena.bytes(content);
            int done = 0;
            while (done < content.length) {
                done += (int) check(write(fd, block.address() + done, content.length - done), "write", subject);
            }
        }
    }

    /** One write(2): control files of cgroupfs and procfs take a value in one piece. */
    public void writeControl(Path file, String value) {
        int errno = tryWriteControl(file, value);
        if (errno != 0) {
            throw fault(errno, "write \"" + value + "\" to", file);
        }
    }

    /** @return 0 or the errno of open or write */
    public int tryWriteControl(Path file, String value) {
        try (Arena arena = sys.arena()) {
            long fd = sys.call(Syscall.OPENAT, AT_FDCWD, arena.string(file.toString()), O_WRONLY | O_CLOEXEC, 0);
            if (fd < 0) {
                return (int) -fd;
            }
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            long written = write((int) fd, arena.bytes(bytes).address(), bytes.length);
            close((int) fd);
            return written < 0 ? (int) -written : 0;
        }
    }

    /**
     * A value below /proc/sys. Such a file gives all it has to one read(2) and nothing to a second, so {@link
     * Files#readString}, which begins with a read of one byte, sees only its first character.
     */
    public static String readControl(Path file) throws IOException {
        byte[] buffer = new byte[CONTROL_BYTES];
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            int got = in.read(buffer);
            return got <= 0 ? "" : new String(buffer, 0, got, StandardCharsets.UTF_8).trim();
        }
    }

    /** A named pipe; one that exists is kept. */
    public void mkfifo(Path path, int mode) {
        try (Arena arena = sys.arena()) {
            long result = sys.call(Syscall.MKNODAT, AT_FDCWD, arena.string(path.toString()), S_IFIFO | mode, 0);
            if (result != -Errno.EEXIST) {
                check(result, "mkfifo", path);
            }
        }
    }

    public int pidfdOpen(int pid) {
        return (int) check(sys.call(Syscall.PIDFD_OPEN, pid, 0), "pidfd_open", pid);
    }

    /** Empty if there is no such process any more. */
    public Optional<Integer> findPidfd(int pid) {
        long fd = sys.call(Syscall.PIDFD_OPEN, pid, 0);
        if (fd == -Errno.ESRCH || fd == -Errno.EINVAL) {
            return Optional.empty();
        }
        return Optional.of((int) check(fd, "pidfd_open", pid));
    }

    /** A copy of another process' descriptor. */
    public int pidfdGetfd(int pidfd, int fd) {
        return (int) check(sys.call(Syscall.PIDFD_GETFD, pidfd, fd, 0), "pidfd_getfd", fd);
    }

    /** @return false if it is gone already */
    public boolean signal(int pidfd, int signal) {
        long result = sys.call(Syscall.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
        if (result == -Errno.ESRCH) {
            return false;
        }
        check(result, "pidfd_send_signal", signal);
        return true;
    }

    /** Waits for a child of ours and reaps it. Empty if it is not our child (adopted) or reaped already. */
    public Optional<WaitStatus> reap(int pidfd) {
        return waitid(pidfd, WEXITED);
    }

    /** Reaps it if it has ended; never waits. */
    public Optional<WaitStatus> reapIfEnded(int pidfd) {
        return waitid(pidfd, WEXITED | WNOHANG);
    }

    private Optional<WaitStatus> waitid(int pidfd, int options) {
        try (Arena arena = sys.arena()) {
            Arena.Block info = arena.allocate(SIGINFO_BYTES);
            long result = retry(() -> sys.call(Syscall.WAITID, P_PIDFD, pidfd, info.address(), options, 0));
            if (result == -Errno.ECHILD) {
                return Optional.empty();
            }
            check(result, "waitid", pidfd);
            return WaitStatus.of(info.bytes());
        }
    }

    /** @return 0 or errno; what is not mounted gives EINVAL, what is not there ENOENT */
    public int unmount(Path path) {
        try (Arena arena = sys.arena()) {
            return (int) -sys.call(Syscall.UMOUNT2, arena.string(path.toString()), MNT_DETACH);
        }
    }

    /** Field 22 of /proc/PID/stat in clock ticks since boot: with the pid it names a process for good. Empty if gone or a zombie. */
    public static Optional<Long> startTime(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Integer.toString(pid), "stat"));
            String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return afterName[0].equals("Z") ? Optional.empty() : Optional.of(Long.parseLong(afterName[19]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A pidfd of exactly that process; empty if it has ended or the number is another's now. */
    public Optional<Integer> findProcess(int pid, long startTime) {
        if (pid <= 0) {
            return Optional.empty();
        }
        Optional<Integer> pidfd = findPidfd(pid);
        if (pidfd.isPresent() && startTime(pid).filter(t -> t == startTime).isEmpty()) {
            close(pidfd.get());
            return Optional.empty();
        }
        return pidfd;
    }
}
