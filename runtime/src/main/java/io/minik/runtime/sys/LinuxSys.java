package io.minik.runtime.sys;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;

/** This machine's kernel, through jnr-ffi. First use costs some hundred milliseconds: {@link #LinuxSys()} off the start-up path. */
public final class LinuxSys implements Sys {
    /** What would dress a thread of the JVM; only a tape may do these (docs: runtime). */
    private static final Set<Syscall> FORBIDDEN = EnumSet.of(
            Syscall.UNSHARE,
            Syscall.SETNS,
            Syscall.CHROOT,
            Syscall.PIVOT_ROOT,
            Syscall.SETRESUID,
            Syscall.SETRESGID,
            Syscall.SETGROUPS,
            Syscall.CAPSET,
            Syscall.SECCOMP,
            Syscall.CLONE,
            Syscall.CLONE3,
            Syscall.EXECVE,
            Syscall.EXIT,
            Syscall.EXIT_GROUP,
            Syscall.PRCTL,
            Syscall.UMASK);

    private static final int SPAWN_SETSIGDEF = 0x04;
    private static final int SPAWN_SETSIGMASK = 0x08;
    /** Larger than posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t of glibc (336, 80, 128) and musl. */
    private static final int OPAQUE_BYTES = 512;

    /** {@code syscall} has seven arguments here, so jnr-ffi issue 181 (a garbage sixth of exactly six) can't bite. */
    @SuppressWarnings("checkstyle:MethodName")
    public interface C {
        long syscall(long number, long a, long b, long c, long d, long e, long f);

        int posix_spawn(
                @In Pointer pid,
                @In Pointer path,
                @In Pointer actions,
                @In Pointer attr,
                @In Pointer argv,
                long envp,
                long unused);

        int posix_spawn_file_actions_init(@In Pointer actions);

        int posix_spawn_file_actions_adddup2(@In Pointer actions, int source, int target);

        int posix_spawn_file_actions_destroy(@In Pointer actions);

        int posix_spawnattr_init(@In Pointer attr);

        int posix_spawnattr_setflags(@In Pointer attr, short flags);

        int posix_spawnattr_setsigmask(@In Pointer attr, @In Pointer set);

        int posix_spawnattr_setsigdefault(@In Pointer attr, @In Pointer set);

        int posix_spawnattr_destroy(@In Pointer attr);

        int sigemptyset(@In Pointer set);

        int sigfillset(@In Pointer set);
    }

    private final C c;
    private final Runtime runtime;
    private final Arch arch = Arch.current();

    public LinuxSys() {
        c = LibraryLoader.create(C.class).option(LibraryOption.LoadNow, true).load("c");
        runtime = Runtime.getRuntime(c);
    }

    @Override
    public long call(Syscall call, long a, long b, long c1, long d, long e, long f) {
        if (FORBIDDEN.contains(call)) {
            throw new IllegalArgumentException(call + " must not be called on a thread of the JVM: put it on a tape");
        }
        long result = c.syscall(call.number(arch), a, b, c1, d, e, f);
        return result == -1 ? -runtime.getLastError() : result;
    }

    @Override
    public long spawn(Spawn spawn) {
        int highest = spawn.fds().stream().mapToInt(FdMap::target).max().orElse(2);
        if (spawn.fds().stream().anyMatch(fd -> fd.source() <= highest)) {
            throw new IllegalArgumentException("a source descriptor is among the targets: " + spawn.fds());
        }
        try (Arena arena = arena()) {
            Pointer actions = at(arena.allocate(OPAQUE_BYTES).address());
            Pointer attr = at(arena.allocate(OPAQUE_BYTES).address());
            c.posix_spawn_file_actions_init(actions);
            c.posix_spawnattr_init(attr);
            try {
                return spawn(arena, spawn, actions, attr);
            } finally {
                c.posix_spawnattr_destroy(attr);
                c.posix_spawn_file_actions_destroy(actions);
            }
        }
    }

    private long spawn(Arena arena, Spawn spawn, Pointer actions, Pointer attr) {
        for (FdMap fd : spawn.fds()) {
            int failed = c.posix_spawn_file_actions_adddup2(actions, fd.source(), fd.target());
            if (failed != 0) {
                return -failed;
            }
        }
        Pointer signals = at(arena.allocate(OPAQUE_BYTES).address());
        c.sigemptyset(signals);
        c.posix_spawnattr_setsigmask(attr, signals);
        c.sigfillset(signals);
        c.posix_spawnattr_setsigdefault(attr, signals);
        c.posix_spawnattr_setflags(attr, (short) (SPAWN_SETSIGDEF | SPAWN_SETSIGMASK));
        Arena.Block pid = arena.allocate(4);
        int failed = c.posix_spawn(
                at(pid.address()),
                at(arena.string(spawn.path())),
                actions,
                attr,
                at(arena.strings(spawn.argv())),
                arena.strings(spawn.env()),
                0);
        return failed == 0 ? pid.bytes().getInt(0) : -failed;
    }

    private Pointer at(long address) {
        return Pointer.wrap(runtime, address);
    }

    @Override
    public Arena arena() {
        return new Arena(this::addressOf);
    }

    private long addressOf(ByteBuffer chunk) {
        return Pointer.wrap(runtime, chunk).address();
    }

    @Override
    public Arch arch() {
        return arch;
    }

    /** What {@link #call} refuses. */
    static List<Syscall> forbidden() {
        return List.copyOf(FORBIDDEN);
    }
}
