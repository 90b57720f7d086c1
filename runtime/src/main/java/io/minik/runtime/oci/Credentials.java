package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.texts;
import static io.minik.runtime.tape.Arg.value;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.container.Capabilities;
import io.minik.runtime.container.TapeFailure;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who a process is and what it may do: its user, five sets of capabilities, limits, personality, filter.
 *
 * @param seccomp what it says of system calls
 */
record Credentials(JsonNode process, Seccomp seccomp, String personality) {
    /** @param program empty = no filter; @param flags SECCOMP_FILTER_FLAG_… */
    record Seccomp(byte[] program, long flags) {}

    private static final int LAST_CAPABILITY = 63;
    private static final int CAP_SYS_ADMIN = 21;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int AMBIENT_CLEAR_ALL = 4;
    private static final int AMBIENT_RAISE = 2;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int SET_MODE_FILTER = 1;
    private static final int BPF_INSTRUCTION_BYTES = 8;
    private static final int SIGACTION_BYTES = 32;
    private static final int SIGSET_BYTES = 8;
    private static final int LAST_SIGNAL = 64;
    private static final int SIGKILL = 9;
    private static final int SIGSTOP = 19;
    private static final Map<String, Long> PERSONALITIES = Map.of("LINUX", 0L, "LINUX32", 8L);
    private static final List<String> LIMITS = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    long uid() {
        return process.path("user").path("uid").asLong();
    }

    long gid() {
        return process.path("user").path("gid").asLong();
    }

    /** The bits of a set; a name that does not exist is left out, as runc does, which warns. */
    private long bits(String set) {
        long bits = 0;
        for (String name : Fields.texts(process.path("capabilities").path(set))) {
            bits |= 1L << Capabilities.number(name);
        }
        return bits;
    }

    /** Fails here and not in the tape. */
    void check() {
        List.of("bounding", "effective", "inheritable", "permitted", "ambient").forEach(this::bits);
        limits();
        if (!personality.isEmpty() && !PERSONALITIES.containsKey(personality)) {
            throw Fields.invalid("linux.personality.domain: unsupported value \"" + personality + "\"");
        }
    }

    record Limit(int resource, long soft, long hard) {
        byte[] bytes() {
            return TapeSteps.bytes(TapeSteps.little(16).putLong(soft).putLong(hard));
        }
    }

    List<Limit> limits() {
        List<Limit> limits = new ArrayList<>();
        for (JsonNode node : process.path("rlimits")) {
            int resource = LIMITS.indexOf(node.path("type").asText());
            if (resource < 0) {
                throw Fields.invalid("invalid rlimit type: " + node.path("type").asText());
            }
            if (limits.stream().anyMatch(other -> other.resource() == resource)) {
                throw Fields.invalid("duplicated rlimit type: " + LIMITS.get(resource));
            }
            limits.add(new Limit(
                    resource, node.path("soft").longValue(), node.path("hard").longValue()));
        }
        return limits;
    }

    /** The user; what may be raised later is kept. Signals are as a program expects them. */
    void become(Tape.Builder tape) {
        long bounding = bits("bounding");
        for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
            if ((bounding & 1L << capability) == 0) {
                tape.add("drop capability " + capability, Syscall.PRCTL, value(PR_CAPBSET_DROP), value(capability))
                        .ignore(Errno.EINVAL);
            }
        }
        prctl(tape, "keep capabilities", PR_SET_KEEPCAPS, 1, 0);
        List<Long> groups = new ArrayList<>();
        process.path("user").path("additionalGids").forEach(g -> groups.add(g.asLong()));
        ByteBuffer list = TapeSteps.little(Math.max(1, groups.size()) * Integer.BYTES);
        groups.forEach(group -> list.putInt(group.intValue()));
        Arg all = Arg.bytes(groups.toString(), TapeSteps.bytes(list));
        tape.add("setgroups", Syscall.SETGROUPS, value(groups.size()), all);
        tape.add("setresgid", Syscall.SETRESGID, value(gid()), value(gid()), value(gid()));
        tape.add("setresuid", Syscall.SETRESUID, value(uid()), value(uid()), value(uid()));
        long interim = bits("permitted") | 1L << CAP_SYS_ADMIN;
        capset(tape, interim, interim, bits("inheritable"));
        resetSignals(tape);
    }

    private static void resetSignals(Tape.Builder tape) {
        Arg standard = Arg.bytes("SIG_DFL", new byte[SIGACTION_BYTES]);
        for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
            if (signal != SIGKILL && signal != SIGSTOP) {
                tape.add(
                        "reset signal " + signal,
                        Syscall.RT_SIGACTION,
                        value(signal),
                        standard,
                        value(0),
                        value(SIGSET_BYTES));
            }
        }
        Arg none = Arg.bytes("none", new byte[SIGSET_BYTES]);
        tape.add("unblock signals", Syscall.RT_SIGPROCMASK, value(2), none, value(0), value(SIGSET_BYTES));
    }

    /** The last steps before a program of the container runs. What comes after them may be refused by the filter. */
    void confine(Tape.Builder tape, boolean filtered) {
        process.path("user").path("umask");
        if (process.path("noNewPrivileges").asBoolean()) {
            prctl(tape, "no_new_privs", PR_SET_NO_NEW_PRIVS, 1, 0);
        }
        if (filtered) {
            loadSeccomp(tape);
        }
        capset(tape, bits("effective"), bits("permitted"), bits("inheritable"));
        prctl(tape, "clear ambient capabilities", PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0);
        long ambient = bits("ambient");
        for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
            if ((ambient & 1L << capability) != 0) {
                String step = "raise ambient capability " + capability;
                tape.add(
                                step,
                                Syscall.PRCTL,
                                value(PR_CAP_AMBIENT),
                                value(AMBIENT_RAISE),
                                value(capability),
                                value(0),
                                value(0))
                        // One that is not permitted and inheritable can't be: runc leaves it out.
                        .ignore(Errno.EPERM);
            }
        }
    }

    void umask(Tape.Builder tape) {
        JsonNode umask = process.path("user").path("umask");
        tape.add("umask", Syscall.UMASK, value(umask.isNumber() ? umask.asLong() : 022));
    }

    /** @param limited whether this process may set the limits; else the client did */
    void surround(Tape.Builder tape, boolean limited) {
        if (limited) {
            for (Limit limit : limits()) {
                tape.add(
                        "setrlimit " + LIMITS.get(limit.resource()),
                        Syscall.PRLIMIT64,
                        value(0),
                        value(limit.resource()),
                        Arg.bytes("{" + limit.soft() + ", " + limit.hard() + "}", limit.bytes()),
                        value(0));
            }
        }
        Long domain = PERSONALITIES.get(personality);
        if (domain != null) {
            tape.add("personality " + personality, Syscall.PERSONALITY, value(domain));
        }
    }

    private static void prctl(Tape.Builder tape, String step, long option, long first, long second) {
        tape.add(step, Syscall.PRCTL, value(option), value(first), value(second), value(0), value(0));
    }

    private static void capset(Tape.Builder tape, long effective, long permitted, long inheritable) {
        ByteBuffer header = TapeSteps.little(8).putInt(CAPABILITY_VERSION_3).putInt(0);
        ByteBuffer data = TapeSteps.little(24);
        data.putInt((int) effective).putInt((int) permitted).putInt((int) inheritable);
        data.putInt((int) (effective >>> 32)).putInt((int) (permitted >>> 32)).putInt((int) (inheritable >>> 32));
        tape.add(
                "capset",
                Syscall.CAPSET,
                Arg.bytes("v3", TapeSteps.bytes(header)),
                Arg.bytes("0x" + Long.toHexString(permitted), TapeSteps.bytes(data)));
    }

    private void loadSeccomp(Tape.Builder tape) {
        int instructions = seccomp.program().length / BPF_INSTRUCTION_BYTES;
        if (instructions > 0) {
            Arg filter = Arg.bytes("filter", seccomp.program());
            tape.add(
                    "load seccomp filter",
                    Syscall.SECCOMP,
                    value(SET_MODE_FILTER),
                    value(seccomp.flags()),
                    Arg.struct(
                            "{" + instructions + " instructions}",
                            TapeSteps.bytes(TapeSteps.little(16).putShort((short) instructions)),
                            List.of(new Arg.Pointer(8, filter))));
        }
    }

    /** Says now what would fail later: nobody listens once {@code create} is over. */
    void lookUp(Tape.Builder tape) {
        String program = process.path("args").path(0).asText();
        if (program.contains("/")) {
            tape.add(TapeFailure.EXEC, Syscall.FACCESSAT, TapeSteps.CWD, text(program), value(0));
            tape.add(TapeFailure.EXEC, Syscall.FACCESSAT, TapeSteps.CWD, text(program), value(1));
            refuseDirectory(tape, program);
            return;
        }
        Tape.Label found = tape.label();
        for (String candidate : candidates(program)) {
            tape.add("look for " + candidate, Syscall.FACCESSAT, TapeSteps.CWD, text(candidate), value(1))
                    .onZero(found)
                    .ignore(Tape.ANY);
        }
        tape.add(TapeFailure.LOOKUP, Syscall.FACCESSAT, TapeSteps.CWD, text(""), value(0));
        tape.place(found);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private static void refuseDirectory(Tape.Builder tape, String program) {
        Tape.Label file = tape.label();
        int flags = Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC;
        tape.add(TapeFailure.EXEC, Syscall.OPENAT, TapeSteps.CWD, text(program), value(flags), value(0))
                .onError(Errno.ENOTDIR, file);
        Checks.refuse(tape, "exec: \"" + program + "\": is a directory: permission denied");
        tape.place(file);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private List<String> candidates(String program) {
        List<String> candidates = new ArrayList<>();
        String path = "";
        for (String each : Fields.texts(process.path("env"))) {
            path = each.startsWith("PATH=") ? each.substring("PATH=".length()) : path;
        }
        for (String directory : path.split(":")) {
            if (!directory.isEmpty() && !program.isEmpty()) {
                candidates.add(directory + "/" + program);
            }
        }
        return candidates;
    }

    /** @param home added to the environment if that has none, empty = not */
    void execute(Tape.Builder tape, String home) {
        List<String> argv = Fields.texts(process.path("args"));
        List<String> env = new ArrayList<>(Fields.texts(process.path("env")));
        if (!home.isEmpty() && env.stream().noneMatch(e -> e.startsWith("HOME="))) {
            env.add("HOME=" + home);
        }
        String program = argv.get(0);
        if (!program.contains("/")) {
            for (String candidate : candidates(program)) {
                tape.add("look for " + candidate, Syscall.EXECVE, text(candidate), texts(argv), texts(env))
                        .ignore(Tape.ANY);
            }
        }
        tape.add(TapeFailure.EXEC, Syscall.EXECVE, text(program), texts(argv), texts(env));
    }
}
