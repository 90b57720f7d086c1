package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The system calls of a new process in a running container, as a pure function.
 *
 * <pre>
 *   join the cgroups, enter all namespaces at once (by the pidfd of its PID 1) ─► [child: reported, our child; its own session,
 *   working directory, identity, execve]
 * </pre>
 */
final class ExecTape {
    /** Of the container's PID 1; given. */
    static final int PIDFD = Player.FIRST_FREE_FD;

    private static final long ALL_NAMESPACES = TapeSteps.NEWNS
            | TapeSteps.NEWPID
            | TapeSteps.NEWNET
            | TapeSteps.NEWIPC
            | TapeSteps.NEWUTS
            | TapeSteps.NEWCGROUP;
    private static final int TIOCSCTTY = 0x540e;

    private ExecTape() {}

    /**
     * @param cgroup files of the container's group, to write "0" to
     * @param users the pod's own
     */
    static Tape of(
            Launch.Execution execution, List<Path> cgroup, Identity identity, Optional<Sandboxes.UserMap> users) {
        Tape.Builder tape = Tape.builder();
        TapeSteps.open(tape, PIDFD + 1);
        TapeSteps.join(tape, cgroup);
        // The host's procfs is still the one in view; the child inherits it.
        TapeSteps.write(tape, "oom_score_adj", "/proc/self/oom_score_adj", Integer.toString(execution.oomScoreAdj()));
        TapeSteps.hide(tape);
        // Who is in the pod's users can't give away what the node's root owns.
        users.ifPresent(map -> {
            for (int output = 1; output <= 2; output++) {
                tape.add("own stdio", Syscall.FCHOWN, value(output), value(map.firstUid() + identity.uid()), value(-1));
            }
        });
        long namespaces = ALL_NAMESPACES | (users.isPresent() ? TapeSteps.NEWUSER : 0);
        tape.add("enter the container", Syscall.SETNS, value(PIDFD), value(namespaces));
        tape.add("close pidfd", Syscall.CLOSE, value(PIDFD));
        Slot child = tape.slot("child");
        Tape.Label process = tape.label();
        tape.add("clone", Syscall.CLONE, value(TapeSteps.SIGCHLD | TapeSteps.CLONE_PARENT))
                .into(child)
                .onZero(process);
        TapeSteps.report(tape, child);
        tape.add("leave", Syscall.EXIT_GROUP, value(0));
        tape.place(process);
        tape.add("own session", Syscall.SETSID);
        if (execution.terminal()) {
            tape.add("controlling terminal", Syscall.IOCTL, value(0), value(TIOCSCTTY), value(0));
            if (users.isEmpty()) {
                tape.add("own terminal", Syscall.FCHOWN, value(0), value(identity.uid()), value(-1));
            }
        }
        MountSteps mounts = MountSteps.in(tape);
        Slot directory = tape.slot("cwd");
        mounts.open(
                TapeFailure.CHDIR,
                mounts.root(),
                MountSteps.relative(Path.of("/").resolve(execution.workingDir()).normalize()),
                true,
                MountSteps.NO_MAGICLINKS,
                directory);
        WorkingDir.enter(tape, directory);
        TapeSteps.closeFrom(tape, Player.FIRST_FREE_FD);
        identity.assume(tape);
        Identity.execute(tape, execution.argv(), execution.env(), execution.path());
        return tape.build();
    }
}
