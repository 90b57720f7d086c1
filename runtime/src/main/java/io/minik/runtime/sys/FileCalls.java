package io.minik.runtime.sys;

import io.minik.runtime.RuntimeFault;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file system calls for trees whose names are a stranger's (image layers, volumes): raw byte names, numeric owners,
 * device nodes, times of symlinks, extended attributes. Blocking; any thread that may block.
 *
 * <p>Nothing here takes a path that the kernel would resolve on its own: a place is an open directory and one name in it,
 * and only {@link #openBeneath} walks, which stops at every link and never leaves its root. Names are raw bytes without the
 * closing NUL, never interpreted in a charset: an image may hold names that the JVM's locale can't spell. Every failure is a
 * {@link RuntimeFault} of kind KERNEL that names the call, the subject and the errno.
 */
public interface FileCalls {
    int S_IFMT = 0xf000;
    int S_IFCHR = 0x2000;
    int S_IFDIR = 0x4000;
    int S_IFBLK = 0x6000;
    int S_IFREG = 0x8000;
    int S_IFLNK = 0xa000;
    int S_IFIFO = 0x1000;

    int ENOENT = 2;
    int EEXIST = 17;
    int ENOTDIR = 20;
    int ENOTSUP = 95;

    /**
     * @param format one of S_IF*
     * @param mode permission bits with setuid, setgid and sticky
     * @param links names of the inode
     * @param blocks allocated, of 512 bytes
     * @param major, minor of a device node
     */
    record Stat(
            int format,
            int mode,
            int uid,
            int gid,
            int links,
            long inode,
            long blocks,
            long mtimeSeconds,
            int mtimeNanos,
            int major,
            int minor) {
        public boolean directory() {
            return format == S_IFDIR;
        }
    }

    /** A directory of ours, whose path is trusted. The caller closes it. */
    int openDirectory(Path path);

    /**
     * The directory at a path below an open one: for reading and as a place for names. The caller closes it.
     *
     * @param path relative, without "..", "." for the root itself
     * @return a descriptor, or -errno: ELOOP for a link on the way or at the end, ENOTDIR, ENOENT
     */
    int openBeneath(int root, byte[] path);

    /** Whatever a name stands for, links and devices too, only to look at it or set its attributes. @return as {@link #openBeneath} */
    int openNode(int root, byte[] path);

    Stat stat(int fd);

    /** The target of a link opened by {@link #openNode}. */
    byte[] readLink(int fd);

    /** @return false if something is there already */
    boolean mkdir(int directory, byte[] name, int mode);

    /** @param type one of S_IF*; @return false if something is there already */
    boolean mknod(int directory, byte[] name, int type, int mode, int major, int minor);

    /** @return false if something is there already */
    boolean symlink(byte[] target, int directory, byte[] name);

    /** A link among them stays one: it is not followed. @return false if something is there already */
    boolean link(int fromDirectory, byte[] from, int directory, byte[] name);

    /** Not for directories. @return false if nothing was there */
    boolean unlink(int directory, byte[] name);

    void rename(int fromDirectory, byte[] from, int directory, byte[] name);

    /** Makes a new file for writing. @return the descriptor, which the caller closes, or -1 if something is there already */
    int create(int directory, byte[] name, int mode);

    /** Writes all that remains of a direct buffer. */
    void write(int fd, ByteBuffer direct);

    void close(int fd);

    void chown(int fd, int uid, int gid);

    /** Not for symlinks. */
    void chmod(int fd, int mode);

    void setTimes(int fd, long seconds, int nanos);

    void setXattr(int fd, String name, byte[] value);

    /** Flushes the whole file system that holds the path: one call instead of an fsync per file. */
    void syncFileSystem(Path path);
}
