package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** {@link FileCalls} by libc. No call has six arguments (jnr-ffi issue 181). */
public final class LinuxFileCalls implements FileCalls {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int O_RDONLY = 0;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_PATH = 0x200000;
    private static final long RESOLVE_NO_XDEV = 0x01;
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final int OPEN_HOW_BYTES = 24;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_BYTES = 256;
    /** PATH_MAX: what a link's target can be long. */
    private static final int MAX_TARGET = 4096;

    private static final int PERMISSIONS = 07777;
    private static final byte[] HERE = {0};

    /** libc as we use it; the names are libc's. */
    @SuppressWarnings("MemberName")
    public interface LibC {
        int mkdirat(int directory, @In byte[] name, int mode);

        int symlinkat(@In byte[] target, int directory, @In byte[] name);

        int linkat(int fromDirectory, @In byte[] from, int directory, @In byte[] name, int flags);

        int unlinkat(int directory, @In byte[] name, int flags);

        int renameat(int fromDirectory, @In byte[] from, int directory, @In byte[] name);

        @ssize_t
        long readlinkat(int directory, @In byte[] name, @Out byte[] target, @size_t long size);

        int open(@In byte[] path, int flags, int mode);

        int openat(int directory, @In byte[] name, int flags, int mode);

        @ssize_t
        long write(int fd, @In ByteBuffer bytes, @size_t long count);

        int close(int fd);

        int fchownat(int fd, @In byte[] name, int uid, int gid, int flags);

        int fchmod(int fd, int mode);

        int chmod(@In byte[] path, int mode);

        int futimens(int fd, @In byte[] times);

        int utimensat(int directory, @In byte[] path, @In byte[] times, int flags);

        int fsetxattr(int fd, @In byte[] name, @In byte[] value, @size_t long size, int flags);

        int setxattr(@In byte[] path, @In byte[] name, @In byte[] value, @size_t long size, int flags);

        int syncfs(int fd);

        /** mknodat: no symbol of glibc before 2.33. */
        long syscall(long number, long directory, @In byte[] path, long mode, long device);

        /** openat2: no symbol of any glibc. */
        long syscall(long number, long directory, @In byte[] path, @In byte[] how, long size);

        /** statx, whose layout is the same on every architecture. */
        long syscall(long number, long fd, @In byte[] path, long flags, long mask, @Out byte[] stat, long unused);
    }

    private final LibC libc;
    private final Runtime runtime;
    private final Arch arch = Arch.current();

    /** Loads libc: 0.4 s the first time in a cold JVM, so off the start-up path. */
    public LinuxFileCalls() {
        libc = LibraryLoader.create(LibC.class).load("c");
        runtime = Runtime.getRuntime(libc);
    }

    @Override
    public int openDirectory(Path path) {
        byte[] raw = path.toString().getBytes(StandardCharsets.UTF_8);
        return check("open", raw, libc.open(terminated(raw), O_RDONLY | O_CLOEXEC | directoryFlag(), 0));
    }

    @Override
    public int openBeneath(int root, byte[] path) {
        return openat2(root, path, O_RDONLY | directoryFlag() | noFollowFlag());
    }

    @Override
    public int openNode(int root, byte[] path) {
        return openat2(root, path, O_PATH | noFollowFlag());
    }

    private int openat2(int root, byte[] path, int flags) {
        ByteBuffer how = ByteBuffer.allocate(OPEN_HOW_BYTES).order(ByteOrder.nativeOrder());
        how.putLong(0, flags | O_CLOEXEC);
        how.putLong(16, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
        long result;
        int errno = 0;
        do {
            result = libc.syscall(
                    Syscall.OPENAT2.number(arch), root, terminated(path), how.array(), (long) OPEN_HOW_BYTES);
            if (result < 0) {
                errno = runtime.getLastError();
            }
        } while (result < 0 && errno == Errno.EINTR);
        return result < 0 ? -errno : (int) result;
    }

    @Override
    public Stat stat(int fd) {
        byte[] raw = new byte[STATX_BYTES];
        check("statx", named(fd), (int)
                libc.syscall(Syscall.STATX.number(arch), fd, HERE, AT_EMPTY_PATH, STATX_BASIC, raw, 0L));
        ByteBuffer stat = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        int mode = stat.getShort(28) & 0xffff;
        return new Stat(
                mode & S_IFMT,
                mode & PERMISSIONS,
                stat.getInt(20),
                stat.getInt(24),
                stat.getInt(16),
                stat.getLong(32),
                stat.getLong(48),
                stat.getLong(112),
                stat.getInt(120),
                stat.getInt(128),
                stat.getInt(132));
    }

    @Override
    public byte[] readLink(int fd) {
        byte[] target = new byte[MAX_TARGET];
        int length = check("readlinkat", named(fd), (int) libc.readlinkat(fd, HERE, target, target.length));
        return Arrays.copyOf(target, length);
    }

    @Override
    public boolean mkdir(int directory, byte[] name, int mode) {
        return made("mkdirat", name, libc.mkdirat(directory, terminated(name), mode));
    }

    @Override
    public boolean mknod(int directory, byte[] name, int type, int mode, int major, int minor) {
        long device =
                ((major & 0xfffL) << 8) | (minor & 0xffL) | ((minor & 0xfff00L) << 12) | ((major & 0xfffff000L) << 32);
        long number = Syscall.MKNODAT.number(arch);
        return made(
                "mknodat", name, (int) libc.syscall(number, directory, terminated(name), (long) type | mode, device));
    }

    @Override
    public boolean symlink(byte[] target, int directory, byte[] name) {
        return made("symlinkat", name, libc.symlinkat(terminated(target), directory, terminated(name)));
    }

    @Override
    public boolean link(int fromDirectory, byte[] from, int directory, byte[] name) {
        return made("linkat", name, libc.linkat(fromDirectory, terminated(from), directory, terminated(name), 0));
    }

    @Override
    public boolean unlink(int directory, byte[] name) {
        if (libc.unlinkat(directory, terminated(name), 0) == 0) {
            return true;
        }
        int errno = runtime.getLastError();
        if (errno == ENOENT) {
            return false;
        }
        throw fault("unlinkat", name, errno);
    }

    @Override
    public void rename(int fromDirectory, byte[] from, int directory, byte[] name) {
        check("renameat", from, libc.renameat(fromDirectory, terminated(from), directory, terminated(name)));
    }

    @Override
    public int create(int directory, byte[] name, int mode) {
        int fd = libc.openat(directory, terminated(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        return made("create", name, fd) ? fd : -1;
    }

    @Override
    public void write(int fd, ByteBuffer direct) {
        while (direct.hasRemaining()) {
            long written = libc.write(fd, direct, direct.remaining());
            if (written >= 0) {
                direct.position(direct.position() + (int) written);
                continue;
            }
            int errno = runtime.getLastError();
            if (errno != Errno.EINTR) {
                throw fault("write", named(fd), errno);
            }
        }
    }

    @Override
    public void close(int fd) {
        check("close", named(fd), libc.close(fd));
    }

    @Override
    public void chown(int fd, int uid, int gid) {
        check("fchownat", named(fd), libc.fchownat(fd, HERE, uid, gid, AT_EMPTY_PATH));
    }

    @Override
    public void chmod(int fd, int mode) {
        int result = libc.fchmod(fd, mode);
        if (onlyAPlace(result)) {
            result = libc.chmod(itself(fd), mode);
        }
        check("fchmod", named(fd), result);
    }

    @Override
    public void setTimes(int fd, long seconds, int nanos) {
        ByteBuffer times = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        times.putLong(seconds).putLong(nanos).putLong(seconds).putLong(nanos);
        int result = libc.futimens(fd, times.array());
        if (onlyAPlace(result)) {
            result = libc.utimensat(Kernel.AT_FDCWD, itself(fd), times.array(), 0);
        }
        check("futimens", named(fd), result);
    }

    @Override
    public void setXattr(int fd, String name, byte[] value) {
        byte[] rawName = terminated(name.getBytes(StandardCharsets.ISO_8859_1));
        // An empty array has no address to hand over: the length says that it is empty.
        byte[] rawValue = value.length == 0 ? new byte[1] : value;
        int result = libc.fsetxattr(fd, rawName, rawValue, value.length, 0);
        if (onlyAPlace(result)) {
            result = libc.setxattr(itself(fd), rawName, rawValue, value.length, 0);
        }
        check("fsetxattr " + name, named(fd), result);
    }

    /** A descriptor of {@link #openNode} is refused with EBADF: its link in /proc, which names exactly it, is not. */
    private boolean onlyAPlace(int result) {
        return result < 0 && runtime.getLastError() == Errno.EBADF;
    }

    private static byte[] itself(int fd) {
        return terminated(("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void syncFileSystem(Path path) {
        int fd = openDirectory(path);
        try {
            check("syncfs", path.toString().getBytes(StandardCharsets.UTF_8), libc.syncfs(fd));
        } finally {
            close(fd);
        }
    }

    private boolean made(String call, byte[] name, int result) {
        if (result >= 0) {
            return true;
        }
        int errno = runtime.getLastError();
        if (errno == EEXIST) {
            return false;
        }
        throw fault(call, name, errno);
    }

    private int check(String call, byte[] subject, int result) {
        if (result >= 0) {
            return result;
        }
        throw fault(call, subject, runtime.getLastError());
    }

    /** O_DIRECTORY and O_NOFOLLOW are the two flags of open that architectures number differently. */
    private int directoryFlag() {
        return arch == Arch.AARCH64 ? 0x4000 : 0x10000;
    }

    private int noFollowFlag() {
        return arch == Arch.AARCH64 ? 0x8000 : 0x20000;
    }

    private static byte[] named(int fd) {
        return ("fd " + fd).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] terminated(byte[] path) {
        return Arrays.copyOf(path, path.length + 1);
    }

    private static RuntimeFault fault(String call, byte[] subject, int errno) {
        return Kernel.fault(errno, call, new String(subject, StandardCharsets.UTF_8));
    }
}
