package io.minik.runtime.sys;

import java.util.Map;

/** Linux' error numbers (the same on x86_64 and aarch64), their names and what strerror says. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int ENOEXEC = 8;
    public static final int EBADF = 9;
    public static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int ENOTBLK = 15;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ETXTBSY = 26;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int ESPIPE = 29;
    public static final int EROFS = 30;
    public static final int EMLINK = 31;
    public static final int EPIPE = 32;
    public static final int EDOM = 33;
    public static final int ERANGE = 34;
    public static final int EDEADLK = 35;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOLCK = 37;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EOVERFLOW = 75;
    public static final int EUSERS = 87;
    public static final int ENOTSOCK = 88;
    public static final int EDESTADDRREQ = 89;
    public static final int EMSGSIZE = 90;
    public static final int EPROTOTYPE = 91;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ESTALE = 116;
    public static final int EDQUOT = 122;
    public static final int ECANCELED = 125;

    private static final Map<Integer, String[]> TEXTS = Map.ofEntries(
            entry(EPERM, "EPERM", "operation not permitted"),
            entry(ENOENT, "ENOENT", "no such file or directory"),
            entry(ESRCH, "ESRCH", "no such process"),
            entry(EINTR, "EINTR", "interrupted system call"),
            entry(EIO, "EIO", "input/output error"),
            entry(ENXIO, "ENXIO", "no such device or address"),
            entry(E2BIG, "E2BIG", "argument list too long"),
            entry(ENOEXEC, "ENOEXEC", "exec format error"),
            entry(EBADF, "EBADF", "bad file descriptor"),
            entry(ECHILD, "ECHILD", "no child processes"),
            entry(EAGAIN, "EAGAIN", "resource temporarily unavailable"),
            entry(ENOMEM, "ENOMEM", "cannot allocate memory"),
            entry(EACCES, "EACCES", "permission denied"),
            entry(EFAULT, "EFAULT", "bad address"),
            entry(ENOTBLK, "ENOTBLK", "block device required"),
            entry(EBUSY, "EBUSY", "device or resource busy"),
            entry(EEXIST, "EEXIST", "file exists"),
            entry(EXDEV, "EXDEV", "invalid cross-device link"),
            entry(ENODEV, "ENODEV", "no such device"),
            entry(ENOTDIR, "ENOTDIR", "not a directory"),
            entry(EISDIR, "EISDIR", "is a directory"),
            entry(EINVAL, "EINVAL", "invalid argument"),
            entry(ENFILE, "ENFILE", "too many open files in system"),
            entry(EMFILE, "EMFILE", "too many open files"),
            entry(ENOTTY, "ENOTTY", "inappropriate ioctl for device"),
            entry(ETXTBSY, "ETXTBSY", "text file busy"),
            entry(EFBIG, "EFBIG", "file too large"),
            entry(ENOSPC, "ENOSPC", "no space left on device"),
            entry(ESPIPE, "ESPIPE", "illegal seek"),
            entry(EROFS, "EROFS", "read-only file system"),
            entry(EMLINK, "EMLINK", "too many links"),
            entry(EPIPE, "EPIPE", "broken pipe"),
            entry(EDOM, "EDOM", "numerical argument out of domain"),
            entry(ERANGE, "ERANGE", "numerical result out of range"),
            entry(EDEADLK, "EDEADLK", "resource deadlock avoided"),
            entry(ENAMETOOLONG, "ENAMETOOLONG", "file name too long"),
            entry(ENOLCK, "ENOLCK", "no locks available"),
            entry(ENOSYS, "ENOSYS", "function not implemented"),
            entry(ENOTEMPTY, "ENOTEMPTY", "directory not empty"),
            entry(ELOOP, "ELOOP", "too many levels of symbolic links"),
            entry(ENODATA, "ENODATA", "no data available"),
            entry(EOVERFLOW, "EOVERFLOW", "value too large for defined data type"),
            entry(EUSERS, "EUSERS", "too many users"),
            entry(ENOTSOCK, "ENOTSOCK", "socket operation on non-socket"),
            entry(EDESTADDRREQ, "EDESTADDRREQ", "destination address required"),
            entry(EMSGSIZE, "EMSGSIZE", "message too long"),
            entry(EPROTOTYPE, "EPROTOTYPE", "protocol wrong type for socket"),
            entry(ENOPROTOOPT, "ENOPROTOOPT", "protocol not available"),
            entry(EPROTONOSUPPORT, "EPROTONOSUPPORT", "protocol not supported"),
            entry(EOPNOTSUPP, "EOPNOTSUPP", "operation not supported"),
            entry(EAFNOSUPPORT, "EAFNOSUPPORT", "address family not supported by protocol"),
            entry(EADDRINUSE, "EADDRINUSE", "address already in use"),
            entry(EADDRNOTAVAIL, "EADDRNOTAVAIL", "cannot assign requested address"),
            entry(ENETDOWN, "ENETDOWN", "network is down"),
            entry(ENETUNREACH, "ENETUNREACH", "network is unreachable"),
            entry(ECONNABORTED, "ECONNABORTED", "software caused connection abort"),
            entry(ECONNRESET, "ECONNRESET", "connection reset by peer"),
            entry(ENOBUFS, "ENOBUFS", "no buffer space available"),
            entry(EISCONN, "EISCONN", "transport endpoint is already connected"),
            entry(ENOTCONN, "ENOTCONN", "transport endpoint is not connected"),
            entry(ETIMEDOUT, "ETIMEDOUT", "connection timed out"),
            entry(ECONNREFUSED, "ECONNREFUSED", "connection refused"),
            entry(EHOSTDOWN, "EHOSTDOWN", "host is down"),
            entry(EHOSTUNREACH, "EHOSTUNREACH", "no route to host"),
            entry(EALREADY, "EALREADY", "operation already in progress"),
            entry(EINPROGRESS, "EINPROGRESS", "operation now in progress"),
            entry(ESTALE, "ESTALE", "stale file handle"),
            entry(EDQUOT, "EDQUOT", "disk quota exceeded"),
            entry(ECANCELED, "ECANCELED", "operation canceled"));

    private Errno() {}

    private static Map.Entry<Integer, String[]> entry(int number, String name, String text) {
        return Map.entry(number, new String[] {name, text});
    }

    /** {@code ENOENT}, or {@code errno 999} if it has no name here. */
    public static String name(int errno) {
        String[] known = TEXTS.get(errno);
        return known == null ? "errno " + errno : known[0];
    }

    /** {@code no such file or directory}: lower case, as container tools print it. */
    public static String text(int errno) {
        String[] known = TEXTS.get(errno);
        return known == null ? "errno " + errno : known[1];
    }
}
