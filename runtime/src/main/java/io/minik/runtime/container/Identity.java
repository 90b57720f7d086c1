package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.texts;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/**
 * Who a process in a container is and what it may do, all resolved to numbers.
 *
 * @param capabilities numbers; they are bounding, permitted and effective set, the inheritable and ambient sets stay
 *     empty (so that a non-root program has none after exec, as with containerd)
 * @param seccomp a BPF program, empty = unconfined
 */
record Identity(
        long uid, long gid, List<Long> groups, Set<Integer> capabilities, boolean noNewPrivileges, byte[] seccomp) {
    /** The highest that the kernel may know; dropping an unknown one is EINVAL and ignored. */
    private static final int LAST_CAPABILITY = 63;

    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int BPF_INSTRUCTION_BYTES = 8;
    private static final long DEFAULT_UMASK = 022;
    private static final int SIGACTION_BYTES = 32;
    private static final int SIGSET_BYTES = 8;

    /** The steps that come last before exec. */
    void assume(Tape.Builder tape) {
        if (!noNewPrivileges) {
            // Without no_new_privs a filter needs CAP_SYS_ADMIN, so it must come before the capabilities go.
            loadSeccomp(tape);
        }
        tape.add("umask", Syscall.UMASK, value(DEFAULT_UMASK));
        for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
            if (!capabilities.contains(capability)) {
                tape.add("drop capability " + capability, Syscall.PRCTL, value(PR_CAPBSET_DROP), value(capability))
                        .ignore(Errno.EINVAL);
            }
        }
        tape.add("keep capabilities", Syscall.PRCTL, value(PR_SET_KEEPCAPS), value(1), value(0), value(0), value(0));
        ByteBuffer list = TapeSteps.little(Math.max(1, groups.size()) * Integer.BYTES);
        groups.forEach(group -> list.putInt(group.intValue()));
        tape.add(
                "setgroups",
                Syscall.SETGROUPS,
                value(groups.size()),
                Arg.bytes(groups.toString(), TapeSteps.bytes(list)));
        tape.add("setresgid", Syscall.SETRESGID, value(gid), value(gid), value(gid));
        tape.add("setresuid", Syscall.SETRESUID, value(uid), value(uid), value(uid));
        setCapabilities(tape);
        tape.add(
                        "clear ambient capabilities",
                        Syscall.PRCTL,
                        value(PR_CAP_AMBIENT),
                        value(PR_CAP_AMBIENT_CLEAR_ALL),
                        value(0),
                        value(0),
                        value(0))
                .ignore(Errno.EINVAL);
        if (noNewPrivileges) {
            tape.add("no_new_privs", Syscall.PRCTL, value(PR_SET_NO_NEW_PRIVS), value(1), value(0), value(0), value(0));
            loadSeccomp(tape);
        }
        resetSignals(tape);
    }

    private void setCapabilities(Tape.Builder tape) {
        long bits = capabilities.stream().mapToLong(c -> 1L << c).reduce(0, (a, b) -> a | b);
        ByteBuffer header = TapeSteps.little(8).putInt(CAPABILITY_VERSION_3).putInt(0);
        ByteBuffer data = TapeSteps.little(24);
        data.putInt((int) bits).putInt((int) bits).putInt(0);
        data.putInt((int) (bits >>> 32)).putInt((int) (bits >>> 32)).putInt(0);
        tape.add(
                "capset",
                Syscall.CAPSET,
                Arg.bytes("v3", TapeSteps.bytes(header)),
                Arg.bytes("0x" + Long.toHexString(bits), TapeSteps.bytes(data)));
    }

    private void loadSeccomp(Tape.Builder tape) {
        if (seccomp.length == 0) {
            return;
        }
        ByteBuffer program = TapeSteps.little(16).putShort((short) (seccomp.length / BPF_INSTRUCTION_BYTES));
        Arg filter = Arg.bytes("filter", seccomp);
        tape.add(
                "load seccomp filter",
                Syscall.SECCOMP,
                value(SECCOMP_SET_MODE_FILTER),
                value(0),
                Arg.struct(
                        "{" + seccomp.length / BPF_INSTRUCTION_BYTES + " instructions}",
                        TapeSteps.bytes(program),
                        List.of(new Arg.Pointer(8, filter))));
    }

    /** posix_spawn leaves the two signals that glibc keeps for itself; ignored ones would survive exec. */
    private static void resetSignals(Tape.Builder tape) {
        Arg standard = Arg.bytes("SIG_DFL", new byte[SIGACTION_BYTES]);
        for (int signal : new int[] {32, 33}) {
            tape.add(
                    "reset signal " + signal,
                    Syscall.RT_SIGACTION,
                    value(signal),
                    standard,
                    value(0),
                    value(SIGSET_BYTES));
        }
    }

    /**
     * Executes argv[0]: as it is if it has a slash, else the first executable of that name in PATH, looked up inside the
     * container.
     *
     * @param path the value of PATH
     */
    static void execute(Tape.Builder tape, List<String> argv, List<String> env, String path) {
        String program = argv.get(0);
        if (program.contains("/")) {
            exec(tape, program, argv, env);
            return;
        }
        for (String directory : path.split(":")) {
            if (!directory.isEmpty() && !program.isEmpty()) {
                String candidate = directory + "/" + program;
                Tape.Label next = tape.label();
                tape.add("look for " + candidate, Syscall.FACCESSAT, TapeSteps.CWD, text(candidate), value(1))
                        .onError(Tape.ANY, next);
                exec(tape, candidate, argv, env);
                tape.place(next);
            }
        }
        // An empty path is ENOENT: this entry only says so.
        tape.add(TapeFailure.LOOKUP, Syscall.FACCESSAT, TapeSteps.CWD, text(""), value(0));
    }

    private static void exec(Tape.Builder tape, String file, List<String> argv, List<String> env) {
        tape.add(TapeFailure.EXEC, Syscall.EXECVE, text(file), texts(argv), texts(env));
    }
}
