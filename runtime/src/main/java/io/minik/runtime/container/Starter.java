package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.PipePeek;
import io.minik.runtime.sys.Poller;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens a container's files, plays its tape, and takes up again what an earlier minik started. Blocking. */
final class Starter {
    private static final int FIFO_MODE = 0600;

    private final Kernel kernel;
    private final Poller poller;
    private final Player player;
    private final Terminal terminal;
    private final ContainerFiles files;
    private final InstantSource clock;
    private final PipePeek peek;

    Starter(Kernel kernel, Poller poller, ContainerFiles files, InstantSource clock) {
        this.kernel = kernel;
        this.poller = poller;
        this.player = new Player(kernel);
        this.terminal = new Terminal(kernel);
        this.files = files;
        this.clock = clock;
        this.peek = new PipePeek(kernel);
    }

    /** @param pid, shimPid as the node sees them */
    record Started(int pid, int shimPid, Running running) {}

    /** Called on the poll thread when the shim of the container has left. */
    interface OnExit {
        void exited();
    }

    void makeFiles(ContainerConfig config) {
        String id = config.id();
        files.make(id);
        kernel.mkfifo(files.release(id), FIFO_MODE);
        if (!config.stdio().tty()) {
            kernel.mkfifo(files.stdout(id), FIFO_MODE);
            kernel.mkfifo(files.stderr(id), FIFO_MODE);
            if (config.stdio().stdin()) {
                kernel.mkfifo(files.stdin(id), FIFO_MODE);
            }
        }
        try {
            Files.write(files.status(id), new byte[0]);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "make status file", "can't make " + files.status(id), e);
        }
    }

    /** Descriptors to close: the child's always, ours if the start fails. */
    private record Opened(List<Integer> childs, List<Integer> ours) {}

    /** What the container gets of its stdio, and what we keep. @param stdin -1 = none */
    private record Ends(List<Player.Given> given, Output output, int stdin) {}

    Started start(ContainerConfig config, Launch launch, OnExit onExit) {
        Opened opened = new Opened(new ArrayList<>(), new ArrayList<>());
        try {
            return config.stdio().tty()
                    ? startWithTerminal(config, launch, onExit, opened)
                    : startWithPipes(config, launch, onExit, opened);
        } catch (RuntimeException e) {
            opened.ours().forEach(kernel::close);
            throw e;
        } finally {
            opened.childs().forEach(kernel::close);
        }
    }

    private Started startWithPipes(ContainerConfig config, Launch launch, OnExit onExit, Opened opened) {
        String id = config.id();
        List<Integer> ours = opened.ours();
        List<Integer> childs = opened.childs();
        int out = keep(ours, kernel.open(files.stdout(id), Kernel.O_RDONLY | Kernel.O_NONBLOCK, 0));
        int err = keep(ours, kernel.open(files.stderr(id), Kernel.O_RDONLY | Kernel.O_NONBLOCK, 0));
        int stdin = -1;
        int childIn;
        if (config.stdio().stdin()) {
            stdin = keep(ours, kernel.open(files.stdin(id), Kernel.O_RDWR | Kernel.O_NONBLOCK, 0));
            // Read-write, it never ends; read-only, it ends with the last writer: the first attachment, for once.
            int mode = config.stdio().once() ? Kernel.O_RDONLY : Kernel.O_RDWR;
            childIn = keep(childs, kernel.open(files.stdin(id), mode, 0));
        } else {
            childIn = keep(childs, kernel.open(Path.of("/dev/null"), Kernel.O_RDONLY, 0));
        }
        int childOut = keep(childs, kernel.open(files.stdout(id), Kernel.O_RDWR, 0));
        int childErr = keep(childs, kernel.open(files.stderr(id), Kernel.O_RDWR, 0));
        for (int fd : new int[] {childIn, childOut, childErr}) {
            own(fd, launch);
        }
        List<Player.Given> given =
                List.of(new Player.Given(childIn, 0), new Player.Given(childOut, 1), new Player.Given(childErr, 2));
        Output output = new Output(kernel, poller, Optional.of(peek), log(config));
        Started started = play(id, launch, onExit, new Ends(given, output, stdin), opened);
        output.add(out, ContainerLogFile.Stream.STDOUT);
        output.add(err, ContainerLogFile.Stream.STDERR);
        return started;
    }

    private Started startWithTerminal(ContainerConfig config, Launch launch, OnExit onExit, Opened opened) {
        Terminal.Pty pty = terminal.create(launch.groupOnNode(Terminal.TTY_GROUP));
        keep(opened.childs(), pty.devpts());
        keep(opened.childs(), pty.slave());
        keep(opened.ours(), pty.master());
        own(pty.slave(), launch);
        int read = keep(opened.ours(), kernel.spawnable(pty.master()));
        List<Player.Given> given = List.of(
                new Player.Given(pty.slave(), 0),
                new Player.Given(pty.slave(), 1),
                new Player.Given(pty.slave(), 2),
                new Player.Given(pty.devpts(), StartTape.DEVPTS_FD),
                new Player.Given(pty.master(), StartTape.MASTER_FD));
        Output output = new Output(kernel, poller, Optional.empty(), log(config));
        Started started = play(config.id(), launch, onExit, new Ends(given, output, pty.master()), opened);
        output.add(read, ContainerLogFile.Stream.STDOUT);
        return started;
    }

    private static int keep(List<Integer> list, int fd) {
        list.add(fd);
        return fd;
    }

    /** A program that is not root may open /dev/stdout again. /dev/null and what is not ours to give stay as they are. */
    private void own(int fd, Launch launch) {
        long uid = launch.onNode(launch.identity().uid());
        if (uid != 0 && !NullDevice.is(kernel, fd)) {
            Kernel.check(kernel.sys().call(Syscall.FCHOWN, fd, uid, -1), "fchown", "stdio");
        }
    }

    private Optional<ContainerLogFile> log(ContainerConfig config) {
        ContainerConfig.LogFile log = config.stdio().log();
        return log.path().toString().isEmpty()
                ? Optional.empty()
                : Optional.of(new ContainerLogFile(log.path(), log.maxBytes(), log.maxFiles(), clock));
    }

    private Started play(String id, Launch launch, OnExit onExit, Ends ends, Opened opened) {
        List<Integer> ours = opened.ours();
        int release = keep(ours, kernel.open(files.release(id), Kernel.O_RDWR | Kernel.O_NONBLOCK, 0));
        Tape tape = StartTape.of(launch);
        try (Player.Playing playing = player.play(tape, withMore(launch, ends.given(), opened.childs()))) {
            int shim = keep(ours, kernel.pidfdOpen(playing.pid()));
            try {
                int pid = playing.value();
                Optional<Player.Failure> failure = playing.end();
                if (failure.isPresent()) {
                    throw TapeFailure.of(
                            failure.get(),
                            launch.execution().argv().get(0),
                            launch.execution().workingDir());
                }
                Poller.Watch watch = poller.watch(shim, events -> onExit.exited());
                watch.arm(Poller.READABLE);
                return new Started(
                        pid,
                        playing.pid(),
                        new Running(
                                shim,
                                watch,
                                release,
                                new AtomicInteger(ends.stdin()),
                                ends.output(),
                                Promise.promise()));
            } catch (RuntimeException e) {
                // The shim waits for its dead child and leaves, since the release FIFO is open.
                kernel.signal(shim, Kernel.SIGKILL);
                kernel.reap(shim);
                throw e;
            }
        }
    }

    private List<Player.Given> withMore(Launch launch, List<Player.Given> given, List<Integer> childs) {
        List<Player.Given> all = new ArrayList<>(given);
        if (!launch.covers().masked().isEmpty()) {
            all.add(new Player.Given(keep(childs, NullDevice.open(kernel)), StartTape.NULL_FD));
        }
        launch.users()
                .ifPresent(users -> all.add(new Player.Given(
                        keep(childs, kernel.open(users.pin(), Kernel.O_RDONLY, 0)), StartTape.USERS_FD)));
        return all;
    }

    /** Takes up a running container again; its shim is alive. */
    Running adopt(ContainerConfig config, int shim, OnExit onExit) {
        String id = config.id();
        Output output =
                new Output(kernel, poller, config.stdio().tty() ? Optional.empty() : Optional.of(peek), log(config));
        int stdin = -1;
        if (config.stdio().tty()) {
            stdin = kernel.pidfdGetfd(shim, StartTape.MASTER_FD);
            output.add(kernel.spawnable(stdin), ContainerLogFile.Stream.STDOUT);
        } else {
            output.add(
                    kernel.open(files.stdout(id), Kernel.O_RDONLY | Kernel.O_NONBLOCK, 0),
                    ContainerLogFile.Stream.STDOUT);
            output.add(
                    kernel.open(files.stderr(id), Kernel.O_RDONLY | Kernel.O_NONBLOCK, 0),
                    ContainerLogFile.Stream.STDERR);
            if (config.stdio().stdin()) {
                stdin = kernel.open(files.stdin(id), Kernel.O_RDWR | Kernel.O_NONBLOCK, 0);
            }
        }
        int release = kernel.open(files.release(id), Kernel.O_RDWR | Kernel.O_NONBLOCK, 0);
        Poller.Watch watch = poller.watch(shim, events -> onExit.exited());
        watch.arm(Poller.READABLE);
        return new Running(shim, watch, release, new AtomicInteger(stdin), output, Promise.promise());
    }

    /** The container has ended (its shim has left): reads the rest, lets go of all. @return what the shim wrote */
    byte[] finish(String id, Running running) {
        running.output().finish();
        letGo(running);
        kernel.reap(running.shim());
        kernel.close(running.shim());
        return status(id);
    }

    /** Lets go of a container that goes on. */
    void release(Running running) {
        running.output().release();
        letGo(running);
        kernel.close(running.shim());
    }

    private void letGo(Running running) {
        poller.await(running.watch()::cancel);
        kernel.close(running.release());
        int stdin = running.stdin().getAndSet(-1);
        if (stdin >= 0) {
            kernel.close(stdin);
        }
    }

    /** After all containers were released. */
    void close() {
        poller.await(peek::close);
    }

    byte[] status(String id) {
        try {
            return Files.readAllBytes(files.status(id));
        } catch (IOException e) {
            return new byte[0];
        }
    }
}
