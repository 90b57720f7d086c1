package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.Cgroups;
import io.minik.runtime.container.Containers.ExecConfig;
import io.minik.runtime.cri.Session;
import io.minik.runtime.sandbox.OwnUsers;
import io.minik.runtime.snapshot.Snapshotter.RootFs;
import io.minik.runtime.sys.FdWriteStream;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** New processes in running containers, and joining the one that is there. Blocking. */
final class Execs {
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
    record Inside(ContainerConfig config, Surroundings around, RootFs root, int pid, long startTime) {}

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
            List<Player.Given> given = new ArrayList<>(List.of(new Player.Given(target, ExecTape.PIDFD)));
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
                config.user().isEmpty() ? own : Containers.User.named(config.user()));
        Map<String, String> env =
                LaunchPlan.env(inside.config(), inside.around().hostname(), users);
        if (config.tty()) {
            env.putIfAbsent("TERM", "xterm");
        }
        Launch.Execution execution = new Launch.Execution(
                config.command(),
                LaunchPlan.list(env),
                env.getOrDefault("PATH", LaunchPlan.DEFAULT_PATH),
                workingDir(inside),
                config.tty(),
                plan.oomScore(inside.config().place().resources()));
        Tape tape = ExecTape.of(
                execution,
                cgroups.at(LaunchPlan.cgroupPath(inside.config())).joinFiles(),
                plan.identity(security, users),
                inside.around().joined().users().map(OwnUsers::map));
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
