package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.Containers.ExecConfig;
import io.minik.runtime.cri.Session;
import io.minik.runtime.snapshot.Snapshotter.RootFs;
import io.minik.runtime.sys.FdWriteStream;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** New processes in running containers, and joining the one that is there. Blocking. */
final class Execs {
    private static final int PIDFD = Player.FIRST_FREE_FD;
    private static final long ALL_NAMESPACES = TapeSteps.NEWNS
            | TapeSteps.NEWPID
            | TapeSteps.NEWNET
            | TapeSteps.NEWIPC
            | TapeSteps.NEWUTS
            | TapeSteps.NEWCGROUP;
    private static final int TIOCSCTTY = 0x540e;

    private final Kernel kernel;
    private final Poller poller;
    private final Player player;
    private final Terminal terminal;
    private final Cgroups cgroups;
    private final LaunchPlan plan;

    Execs(Kernel kernel, Poller poller, Cgroups cgroups, LaunchPlan plan) {
        this.kernel = kernel;
        this.poller = poller;
        this.player = new Player(kernel);
        this.terminal = new Terminal(kernel);
        this.cgroups = cgroups;
        this.plan = plan;
    }

    /** A running container. */
    record Inside(ContainerConfig config, String hostname, RootFs root, int pid, long startTime) {}

    Session exec(Context context, Inside inside, ExecConfig config) {
        int target = kernel.findProcess(inside.pid(), inside.startTime())
                .orElseThrow(() -> new RuntimeFault(
                        RuntimeFault.Kind.INVALID_CONFIG,
                        "exec",
                        "container " + inside.config().id() + " has just ended",
                        0));
        List<Integer> childs = new ArrayList<>(List.of(target));
        List<Integer> ours = new ArrayList<>();
        try {
            List<Player.Given> given = new ArrayList<>(List.of(new Player.Given(target, PIDFD)));
            ExecProcess.Ends ends = config.tty()
                    ? terminalEnds(inside, childs, ours, given)
                    : pipeEnds(config.stdin(), childs, ours, given);
            int pidfd = play(inside, config, given);
            return new ExecProcess(context, new ExecProcess.Tools(kernel, poller, terminal), ends, pidfd);
        } catch (RuntimeException e) {
            ours.forEach(kernel::close);
            throw e;
        } finally {
            childs.forEach(kernel::close);
        }
    }

    private ExecProcess.Ends terminalEnds(
            Inside inside, List<Integer> childs, List<Integer> ours, List<Player.Given> given) {
        Terminal.Pty pty = terminal.createIn(inside.pid());
        childs.add(pty.slave());
        ours.add(pty.master());
        for (int number = 0; number <= 2; number++) {
            given.add(new Player.Given(pty.slave(), number));
        }
        int write = kernel.spawnable(pty.master());
        ours.add(write);
        int control = kernel.spawnable(pty.master());
        ours.add(control);
        return new ExecProcess.Ends(write, pty.master(), -1, control);
    }

    private ExecProcess.Ends pipeEnds(
            boolean stdin, List<Integer> childs, List<Integer> ours, List<Player.Given> given) {
        int in = -1;
        if (stdin) {
            int[] pipe = kernel.pipe(0);
            childs.add(pipe[0]);
            in = pipe[1];
            ours.add(in);
            kernel.setNonBlocking(in);
            given.add(new Player.Given(pipe[0], 0));
        } else {
            int nothing = kernel.open(Path.of("/dev/null"), Kernel.O_RDONLY, 0);
            childs.add(nothing);
            given.add(new Player.Given(nothing, 0));
        }
        int[] outputs = new int[2];
        for (int i = 0; i < outputs.length; i++) {
            int[] pipe = kernel.pipe(0);
            childs.add(pipe[1]);
            ours.add(pipe[0]);
            kernel.setNonBlocking(pipe[0]);
            given.add(new Player.Given(pipe[1], i + 1));
            outputs[i] = pipe[0];
        }
        return new ExecProcess.Ends(in, outputs[0], outputs[1], -1);
    }

    /** @return pidfd of the new process, our child */
    private int play(Inside inside, ExecConfig config, List<Player.Given> given) {
        Containers.Security security = inside.config().security();
        Containers.User own = security.user();
        Users users = Users.of(
                new RootView(kernel, inside.root()),
                config.user().isEmpty()
                        ? own
                        : new Containers.User(config.user(), -1, own.supplementalGroups(), own.strictGroups()));
        Map<String, String> env = LaunchPlan.env(inside.config(), inside.hostname(), users);
        if (config.tty()) {
            env.putIfAbsent("TERM", "xterm");
        }
        Tape tape = tape(inside, config, plan.identity(security, users), env);
        try (Player.Playing playing = player.play(tape, given)) {
            int first = kernel.pidfdOpen(playing.pid());
            try {
                int pidfd = kernel.pidfdOpen(playing.value());
                Optional<Player.Failure> failure = playing.end();
                if (failure.isPresent()) {
                    kernel.reap(pidfd);
                    kernel.close(pidfd);
                    throw TapeFailure.of(failure.get(), config.command().get(0), workingDir(inside));
                }
                return pidfd;
            } finally {
                kernel.reap(first);
                kernel.close(first);
            }
        }
    }

    private static String workingDir(Inside inside) {
        String asked = inside.config().program().workingDir();
        return asked.isEmpty() ? "/" : asked;
    }

    private Tape tape(Inside inside, ExecConfig config, Identity identity, Map<String, String> env) {
        Tape.Builder tape = Tape.builder();
        TapeSteps.open(tape, PIDFD + 1);
        TapeSteps.join(tape, cgroups.at(LaunchPlan.cgroupPath(inside.config())).joinFiles());
        // The host's procfs is still the one in view; the child inherits it.
        TapeSteps.write(
                tape,
                "oom_score_adj",
                "/proc/self/oom_score_adj",
                Integer.toString(plan.oomScore(inside.config().place().resources())));
        TapeSteps.hide(tape);
        tape.add("enter the container", Syscall.SETNS, value(PIDFD), value(ALL_NAMESPACES));
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
        if (config.tty()) {
            tape.add("controlling terminal", Syscall.IOCTL, value(0), value(TIOCSCTTY), value(0));
            tape.add("own terminal", Syscall.FCHOWN, value(0), value(identity.uid()), value(-1));
        }
        MountSteps mounts = MountSteps.in(tape);
        Slot directory = tape.slot("cwd");
        mounts.open(
                TapeFailure.CHDIR,
                mounts.root(),
                MountSteps.relative(Path.of("/").resolve(workingDir(inside)).normalize()),
                true,
                MountSteps.NO_MAGICLINKS,
                directory);
        WorkingDir.enter(tape, directory);
        TapeSteps.closeFrom(tape, Player.FIRST_FREE_FD);
        identity.assume(tape);
        Identity.execute(
                tape, config.command(), LaunchPlan.list(env), env.getOrDefault("PATH", LaunchPlan.DEFAULT_PATH));
        return tape.build();
    }

    Session attach(Context context, ContainerConfig config, Running held, Attachment.Wanted wanted) {
        int own = held.stdin().get();
        int in = wanted.stdin() && own >= 0 ? kernel.spawnable(own) : -1;
        Runnable afterStdin = () -> {
            if (config.stdio().once() && !config.stdio().tty()) {
                int last = held.stdin().getAndSet(-1);
                if (last >= 0) {
                    kernel.close(last);
                }
            }
        };
        Attachment attachment = new Attachment(
                context,
                held,
                wanted.stdout(),
                wanted.stderr() && !config.stdio().tty());
        attachment.stdin(
                in < 0 ? new ClosedStdin() : new FdWriteStream(poller, kernel, context, in, afterStdin),
                (columns, rows) -> {
                    int master = config.stdio().tty() ? held.stdin().get() : -1;
                    if (master >= 0) {
                        terminal.resize(master, columns, rows);
                    }
                });
        return attachment;
    }
}
