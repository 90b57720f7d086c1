package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** {@link FileCalls} by libc. No call has six arguments (jnr-ffi issue 181). */
public final class LinuxFileCalls implements FileCalls {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int O_WRONLY = 1;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_CLOEXEC = 0x80000;
    private static final int EINTR = 4;

    /** libc as we use it; the names are libc's. */
    @SuppressWarnings("MemberName")
    public interface LibC {
        int mkdir(@In byte[] path, int mode);

        int symlink(@In byte[] target, @In byte[] path);

        int link(@In byte[] existing, @In byte[] path);

        int unlink(@In byte[] path);

        int open(@In byte[] path, int flags, int mode);

        @ssize_t
        long write(int fd, @In ByteBuffer bytes, @size_t long count);

        int close(int fd);

        int lchown(@In byte[] path, int uid, int gid);

        int chmod(@In byte[] path, int mode);

        int utimensat(int dirfd, @In byte[] path, @In byte[] times, int flags);

        int lsetxattr(@In byte[] path, @In byte[] name, @In byte[] value, @size_t long size, int flags);

        int syncfs(int fd);

        long syscall(long number, long dirfd, @In byte[] path, long mode, long device);
    }

    private final LibC libc;
    private final Runtime runtime;
    private final long mknodat;

    /** Loads libc: 0.4 s the first time in a cold JVM, so off the start-up path. */
    public LinuxFileCalls() {
        libc = LibraryLoader.create(LibC.class).load("c");
        runtime = Runtime.getRuntime(libc);
        mknodat = mknodatNumber(System.getProperty("os.arch", ""));
    }

    /** mknod is no symbol of glibc before 2.33, so it goes by number. */
    private static long mknodatNumber(String arch) {
        return switch (arch) {
            case "amd64", "x86_64" -> 259;
            case "aarch64", "riscv64" -> 33;
            case "arm" -> 324;
            default ->
                throw new RuntimeFault(
                        RuntimeFault.Kind.KERNEL, "file", "no system call numbers for architecture " + arch, 0);
        };
    }

    @Override
    public boolean mkdir(byte[] path, int mode) {
        return made("mkdir", path, libc.mkdir(terminated(path), mode));
    }

    @Override
    public boolean mknod(byte[] path, int type, int mode, int major, int minor) {
        long device =
                ((major & 0xfffL) << 8) | (minor & 0xffL) | ((minor & 0xfff00L) << 12) | ((major & 0xfffff000L) << 32);
        return made("mknod", path, (int) libc.syscall(mknodat, AT_FDCWD, terminated(path), (long) type | mode, device));
    }

    @Override
    public void symlink(byte[] target, byte[] path) {
        check("symlink", path, libc.symlink(terminated(target), terminated(path)));
    }

    @Override
    public void link(byte[] existing, byte[] path) {
        check("link", path, libc.link(terminated(existing), terminated(path)));
    }

    @Override
    public boolean unlink(byte[] path) {
        if (libc.unlink(terminated(path)) == 0) {
            return true;
        }
        int errno = runtime.getLastError();
        if (errno == ENOENT) {
            return false;
        }
        throw fault("unlink", path, errno);
    }

    @Override
    public int create(byte[] path, int mode) {
        return check("create", path, libc.open(terminated(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
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
            if (errno != EINTR) {
                throw fault("write", ("fd " + fd).getBytes(StandardCharsets.US_ASCII), errno);
            }
        }
    }

    @Override
    public void close(int fd) {
        check("close", ("fd " + fd).getBytes(StandardCharsets.US_ASCII), libc.close(fd));
    }

    @Override
    public void chown(byte[] path, int uid, int gid) {
        check("lchown", path, libc.lchown(terminated(path), uid, gid));
    }

    @Override
    public void chmod(byte[] path, int mode) {
        check("chmod", path, libc.chmod(terminated(path), mode));
    }

    @Override
    public void setTimes(byte[] path, long seconds, int nanos) {
        ByteBuffer times = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        times.putLong(seconds).putLong(nanos).putLong(seconds).putLong(nanos);
        check("utimensat", path, libc.utimensat(AT_FDCWD, terminated(path), times.array(), AT_SYMLINK_NOFOLLOW));
    }

    @Override
    public void setXattr(byte[] path, String name, byte[] value) {
        byte[] rawName = terminated(name.getBytes(StandardCharsets.ISO_8859_1));
        // An empty array has no address to hand over: the length says that it is empty.
        byte[] rawValue = value.length == 0 ? new byte[1] : value;
        check("lsetxattr " + name, path, libc.lsetxattr(terminated(path), rawName, rawValue, value.length, 0));
    }

    @Override
    public void syncFileSystem(Path path) {
        byte[] raw = path.toString().getBytes(StandardCharsets.UTF_8);
        int fd = check("open", raw, libc.open(terminated(raw), O_CLOEXEC, 0));
        try {
            check("syncfs", raw, libc.syncfs(fd));
        } finally {
            close(fd);
        }
    }

    private boolean made(String call, byte[] path, int result) {
        if (result >= 0) {
            return true;
        }
        int errno = runtime.getLastError();
        if (errno == EEXIST) {
            return false;
        }
        throw fault(call, path, errno);
    }

    private int check(String call, byte[] path, int result) {
        if (result >= 0) {
            return result;
        }
        throw fault(call, path, runtime.getLastError());
    }

    private static byte[] terminated(byte[] path) {
        return Arrays.copyOf(path, path.length + 1);
    }

    private static RuntimeFault fault(String call, byte[] path, int errno) {
        String name = Errno.valueOf(errno).name();
        String subject = new String(path, StandardCharsets.UTF_8);
        return new RuntimeFault(RuntimeFault.Kind.KERNEL, call, call + " " + subject + ": " + name, errno);
    }
}
