package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file system calls that an image layer needs and Java lacks: raw byte names, numeric owners, device nodes, times of
 * symlinks, extended attributes. Blocking; any thread that may block.
 *
 * <p>A path is raw bytes without the closing NUL, never interpreted in a charset: an image may hold names that the JVM's
 * locale can't spell. No call follows a symlink in the last component. Every failure is a {@link RuntimeFault} of kind
 * KERNEL that names the call, the path and the errno.
 */
public interface FileCalls {
    int S_IFCHR = 0x2000;
    int S_IFBLK = 0x6000;
    int S_IFIFO = 0x1000;

    int EEXIST = 17;
    int ENOENT = 2;
    int EISDIR = 21;
    int ENOTSUP = 95;

    /** @return false if something is there already */
    boolean mkdir(byte[] path, int mode);

    /** @param type one of S_IF*; @return false if something is there already */
    boolean mknod(byte[] path, int type, int mode, int major, int minor);

    void symlink(byte[] target, byte[] path);

    void link(byte[] existing, byte[] path);

    /** @return false if nothing was there; @throws RuntimeFault with EISDIR for a directory */
    boolean unlink(byte[] path);

    /** Makes a new file (it must not exist) for writing. @return the descriptor, which the caller closes */
    int create(byte[] path, int mode);

    /** Writes all that remains of a direct buffer. */
    void write(int fd, ByteBuffer direct);

    void close(int fd);

    void chown(byte[] path, int uid, int gid);

    /** Not for symlinks. */
    void chmod(byte[] path, int mode);

    void setTimes(byte[] path, long seconds, int nanos);

    void setXattr(byte[] path, String name, byte[] value);

    /** Flushes the whole file system that holds the path: one call instead of an fsync per file. */
    void syncFileSystem(Path path);
}
