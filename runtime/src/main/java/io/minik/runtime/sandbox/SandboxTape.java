package io.minik.runtime.sandbox;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The system calls that make a pod's namespaces and pin them, as a pure function.
 *
 * <pre>
 *   unshare, host name, shm, sysctls, pins ─► [holder: PID 1, reaps for ever] ─► netlink socket, reported;
 *   the process stays until we close its gate, so that the socket can be copied out of it (pidfd_getfd)
 * </pre>
 */
final class SandboxTape {
    /** Reading it ends when we close our side. */
    static final int GATE_FD = Player.FIRST_FREE_FD;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SIG_BLOCK = 0;
    private static final int SIGSET_BYTES = 8;

    private SandboxTape() {}

    /**
     * @param pins where each new namespace goes: net, ipc, uts, pid; one that is not named is the host's
     * @param shm a directory for the pod's /dev/shm; empty with the host's IPC
     * @param holderCgroup for PID 1 of a new PID namespace
     * @param users whose all of them are; with users of its own neither pins nor cgroups are within the tape's reach, so that
     *     its player sees to both
     */
    record Namespaces(
            Map<String, Path> pins,
            Optional<Path> shm,
            String hostname,
            Map<String, String> sysctls,
            List<Path> holderCgroup,
            Optional<OwnUsers> users) {}

    static final List<String> ORDER = List.of("net", "ipc", "uts", "pid");
    private static final Map<String, Long> FLAGS =
            Map.of("net", TapeSteps.NEWNET, "ipc", TapeSteps.NEWIPC, "uts", TapeSteps.NEWUTS, "pid", TapeSteps.NEWPID);

    static Tape of(Namespaces namespaces) {
        Tape.Builder tape = Tape.builder();
        TapeSteps.open(tape, GATE_FD + 1);
        tape.add("own session", Syscall.SETSID);
        namespaces.shm().ifPresent(shm -> shm(tape, shm, namespaces.users()));
        namespaces.users().ifPresent(users -> users.become(tape));
        long flags = namespaces.pins().keySet().stream().mapToLong(FLAGS::get).reduce(0, (a, b) -> a | b);
        tape.add("unshare", Syscall.UNSHARE, value(flags));
        if (namespaces.pins().containsKey("uts")) {
            byte[] name = namespaces.hostname().getBytes(StandardCharsets.UTF_8);
            tape.add("set host name", Syscall.SETHOSTNAME, text(namespaces.hostname()), value(name.length));
        }
        namespaces.sysctls().forEach((name, content) -> sysctl(tape, name, content));
        if (namespaces.pins().containsKey("pid")) {
            holder(tape, namespaces.users().isPresent() ? List.of() : namespaces.holderCgroup());
        }
        for (String name : ORDER) {
            if (namespaces.pins().containsKey(name) && namespaces.users().isEmpty()) {
                String source = "/proc/self/ns/" + file(name);
                TapeSteps.mount(tape, source, namespaces.pins().get(name).toString(), "", TapeSteps.MS_BIND, "");
            }
        }
        if (namespaces.pins().containsKey("net")) {
            Slot netlink = tape.slot("netlink");
            tape.add("netlink socket", Syscall.SOCKET, value(AF_NETLINK), value(SOCK_RAW | SOCK_CLOEXEC), value(0))
                    .into(netlink);
            TapeSteps.report(tape, netlink);
        }
        awaitGate(tape);
        return tape.build();
    }

    /** Under /proc/PID/ns. */
    static String file(String namespace) {
        return namespace.equals("pid") ? "pid_for_children" : namespace;
    }

    private static void shm(Tape.Builder tape, Path place, Optional<OwnUsers> users) {
        TapeSteps.mount(
                tape,
                "shm",
                place.toString(),
                "tmpfs",
                TapeSteps.MS_NOSUID | TapeSteps.MS_NODEV | TapeSteps.MS_NOEXEC,
                "mode=1777,size=65536k" + users.map(OwnUsers::ownerOptions).orElse(""));
    }

    private static void sysctl(Tape.Builder tape, String name, String content) {
        TapeSteps.write(tape, "sysctl " + name, "/proc/sys/" + name.replace('.', '/'), content);
    }

    static void awaitGate(Tape.Builder tape) {
        Slot nothing = tape.slot("nothing");
        tape.add("wait at the gate", Syscall.READ, value(GATE_FD), addressOf(nothing), value(1))
                .ignore(Tape.ANY);
        tape.add("leave", Syscall.EXIT_GROUP, value(0));
    }

    /** PID 1 of the pod: takes in orphans until it is killed. SIGCHLD is blocked and waited for, so none is missed. */
    private static void holder(Tape.Builder tape, List<Path> cgroup) {
        Slot pid = tape.slot("holder");
        Tape.Label child = tape.label();
        Tape.Label parent = tape.label();
        tape.add("clone", Syscall.CLONE, value(TapeSteps.SIGCHLD | TapeSteps.CLONE_PARENT))
                .into(pid)
                .onZero(child);
        TapeSteps.report(tape, pid);
        tape.jump(parent);
        tape.place(child);
        TapeSteps.join(tape, cgroup);
        TapeSteps.name(tape, "minik-init");
        tape.add("own session", Syscall.SETSID);
        tape.add("chdir /", Syscall.CHDIR, text("/"));
        Arg childSignal = Arg.bytes(
                "[SIGCHLD]", TapeSteps.bytes(TapeSteps.little(SIGSET_BYTES).putLong(1L << 16)));
        tape.add("block SIGCHLD", Syscall.RT_SIGPROCMASK, value(SIG_BLOCK), childSignal, value(0), value(SIGSET_BYTES));
        tape.add("close report", Syscall.CLOSE, value(Player.REPORT_FD));
        tape.add("close gate", Syscall.CLOSE, value(GATE_FD));
        Tape.Label reap = tape.label();
        Tape.Label idle = tape.label();
        tape.place(reap);
        tape.add("reap", Syscall.WAIT4, value(-1), value(0), value(0), value(0)).onError(Tape.ANY, idle);
        tape.jump(reap);
        tape.place(idle);
        tape.add("wait for a child", Syscall.RT_SIGTIMEDWAIT, childSignal, value(0), value(0), value(SIGSET_BYTES))
                .onError(Tape.ANY, reap);
        tape.jump(reap);
        tape.place(parent);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    /** A TCP socket of the pod, held until it has been copied out. @param family as in the system call */
    static Tape socket(Path netPin, int family) {
        Tape.Builder tape = Tape.builder();
        TapeSteps.open(tape, GATE_FD + 1);
        TapeSteps.enter(tape, netPin, TapeSteps.NEWNET);
        Slot socket = tape.slot("socket");
        tape.add("socket", Syscall.SOCKET, value(family), value(SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK), value(0))
                .into(socket);
        TapeSteps.report(tape, socket);
        awaitGate(tape);
        return tape.build();
    }
}
