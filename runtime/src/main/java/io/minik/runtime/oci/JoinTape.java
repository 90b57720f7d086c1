package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.container.TapeFailure;
import io.minik.runtime.container.WorkingDir;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.List;

/**
 * The system calls of a further process in a container, as a pure function.
 *
 * <pre>
 *   stage: cgroup, all namespaces at once, clone ──► process: session, terminal, READY, waits for GO, user, execve
 * </pre>
 */
final class JoinTape {
    private static final int F_SETFD = 2;

    private JoinTape() {}

    /**
     * @param pidfd of the container's process, inherited
     * @param namespaces CLONE_NEW… of those that are not the caller's
     * @param profile of AppArmor, empty = none
     */
    record Join(int pidfd, long namespaces, List<Path> cgroup, String profile, int preserveFds) {}

    static Tape of(Join join, Credentials credentials, String home) {
        Tape.Builder tape = Tape.builder();
        TapeSteps.name(tape, "minik-runc");
        TapeSteps.hide(tape);
        TapeSteps.join(tape, join.cgroup());
        if (!join.profile().isEmpty()) {
            TapeSteps.write(tape, "apply AppArmor profile", "/proc/thread-self/attr/exec", "exec " + join.profile());
        }
        if (join.namespaces() != 0) {
            tape.add("enter the container", Syscall.SETNS, value(join.pidfd()), value(join.namespaces()));
        }
        tape.add("close pidfd", Syscall.CLOSE, value(join.pidfd()));
        if ((join.namespaces() & TapeSteps.NEWUSER) != 0) {
            tape.add("root's group", Syscall.SETRESGID, value(0), value(0), value(0));
            tape.add("root", Syscall.SETRESUID, value(0), value(0), value(0));
            TapeSteps.hide(tape);
        }
        Slot child = tape.slot("process");
        Tape.Label process = tape.label();
        tape.add("clone", Syscall.CLONE, value(TapeSteps.SIGCHLD | TapeSteps.CLONE_PARENT))
                .into(child)
                .onZero(process);
        TapeSteps.report(tape, child);
        tape.add("leave", Syscall.EXIT_GROUP, value(0));
        tape.place(process);
        process(tape, credentials);
        InitTape.finish(tape, join.preserveFds());
        credentials.confine(tape, true);
        credentials.execute(tape, home);
        return tape.build();
    }

    private static void process(Tape.Builder tape, Credentials credentials) {
        TapeSteps.hide(tape);
        tape.add("end the report on exec", Syscall.FCNTL, value(Player.REPORT_FD), value(F_SETFD), value(1));
        InitTape.gate(tape, "wait until this process is known");
        tape.add("own session", Syscall.SETSID);
        MountSteps mounts = MountSteps.in(tape);
        if (credentials.process().path("terminal").asBoolean()) {
            Slot master = Devices.pty(tape, mounts.root());
            Devices.ownTerminal(tape, credentials.uid());
            TapeSteps.report(tape, master);
        }
        InitTape.report(tape, InitTape.READY);
        InitTape.gate(tape, "wait for limits");
        Slot directory = tape.slot("cwd");
        mounts.open(
                TapeFailure.CHDIR,
                mounts.root(),
                MountSteps.relative(
                        Path.of(credentials.process().path("cwd").asText()).normalize()),
                true,
                MountSteps.NO_MAGICLINKS,
                directory);
        credentials.surround(tape, false);
        credentials.umask(tape);
        WorkingDir.enter(tape, directory);
        credentials.become(tape);
        credentials.lookUp(tape);
    }
}
