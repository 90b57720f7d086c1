package io.minik.runtime.sys;

/** System calls that the runtime uses, by their man-page name, with one column of numbers per architecture. */
public enum Syscall {
    //            x86_64, aarch64
    READ(0, 63),
    WRITE(1, 64),
    CLOSE(3, 57),
    OPENAT(257, 56),
    OPENAT2(437, 437),
    CLOSE_RANGE(436, 436),
    DUP3(292, 24),
    FCNTL(72, 25),
    IOCTL(16, 29),
    LSEEK(8, 62),
    FSYNC(74, 82),
    FSTAT(5, 80),
    NEWFSTATAT(262, 79),
    STATX(332, 291),
    FACCESSAT(269, 48),
    MKNODAT(259, 33),
    MKDIRAT(258, 34),
    SYMLINKAT(266, 36),
    LINKAT(265, 37),
    UNLINKAT(263, 35),
    FCHOWNAT(260, 54),
    FCHMODAT(268, 53),
    FCHOWN(93, 55),
    FSTATFS(138, 44),
    STATFS(137, 43),
    MOUNT(165, 40),
    UMOUNT2(166, 39),
    PIVOT_ROOT(155, 41),
    CHDIR(80, 49),
    CHROOT(161, 51),
    OPEN_TREE(428, 428),
    MOVE_MOUNT(429, 429),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    MOUNT_SETATTR(442, 442),
    UNSHARE(272, 97),
    SETNS(308, 268),
    CLONE(56, 220),
    CLONE3(435, 435),
    EXECVE(59, 221),
    EXIT(60, 93),
    EXIT_GROUP(231, 94),
    WAIT4(61, 260),
    WAITID(247, 95),
    KILL(62, 129),
    PIDFD_OPEN(434, 434),
    PIDFD_GETFD(438, 438),
    PIDFD_SEND_SIGNAL(424, 424),
    SETSID(112, 157),
    SETGROUPS(116, 159),
    SETRESUID(117, 147),
    SETRESGID(119, 149),
    CAPGET(125, 90),
    CAPSET(126, 91),
    PRCTL(157, 167),
    PRLIMIT64(302, 261),
    SECCOMP(317, 277),
    UMASK(95, 166),
    SETHOSTNAME(170, 161),
    SETDOMAINNAME(171, 162),
    RT_SIGACTION(13, 134),
    RT_SIGPROCMASK(14, 135),
    RT_SIGTIMEDWAIT(128, 137),
    GETPID(39, 172),
    GETPPID(110, 173),
    GETTID(186, 178),
    SCHED_YIELD(24, 124),
    NANOSLEEP(35, 101),
    CLOCK_GETTIME(228, 113),
    SOCKET(41, 198),
    BIND(49, 200),
    CONNECT(42, 203),
    SENDTO(44, 206),
    RECVFROM(45, 207),
    GETSOCKOPT(55, 209),
    SETSOCKOPT(54, 208),
    SHUTDOWN(48, 210),
    PIPE2(293, 59),
    MEMFD_CREATE(319, 279),
    EPOLL_CREATE1(291, 20),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    EVENTFD2(290, 19),
    PPOLL(271, 73),
    BPF(321, 280),
    PWRITE64(18, 68),
    FTRUNCATE(77, 46),
    SYSINFO(99, 179),
    LGETXATTR(192, 9),
    SYNCFS(306, 267),
    TEE(276, 77);

    private final int x86;
    private final int aarch64;

    Syscall(int x86, int aarch64) {
        this.x86 = x86;
        this.aarch64 = aarch64;
    }

    public int number(Arch arch) {
        return switch (arch) {
            case X86_64 -> x86;
            case AARCH64 -> aarch64;
        };
    }
}
