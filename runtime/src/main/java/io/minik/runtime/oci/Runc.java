package io.minik.runtime.oci;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.oci.BundleState.Status;
import io.minik.runtime.sys.Arch;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.tape.DrivenSys;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** One call of the OCI runtime: reads what the client was asked, does it through the client, ends the client. Blocking. */
public final class Runc {
    /** Where containers are if {@code --root} does not say otherwise. */
    public static final Path ROOT = Path.of("/run/minik/runc");

    private static final int FAILED = 1;
    private static final int EXEC_FAILED = 255;

    private final ClientProcess caller;
    private final Kernel kernel;

    private Runc(ClientProcess caller) {
        this.caller = caller;
        this.kernel = caller.kernel();
    }

    /** Speaks with a client from its hello until it ends. @throws IOException if it is none, or goes before it is done */
    public static void serve(ReadableByteChannel in, WritableByteChannel out) throws IOException {
        DrivenSys sys = DrivenSys.of(in, out, Arch.current());
        ClientProcess caller = new ClientProcess(sys);
        if (!sys.alone() && !caller.sharesOurFiles()) {
            sys.decline();
            return;
        }
        Foreground.ignorePipes(caller.kernel());
        sys.exit(new Runc(caller).call());
    }

    private int call() throws IOException {
        Arguments arguments;
        RuncLog log;
        try {
            arguments = Arguments.parse(caller.words());
            log = RuncLog.of(caller, arguments);
        } catch (RuntimeFault e) {
            caller.complain("Incorrect Usage: " + e.getMessage() + "\n");
            return FAILED;
        }
        try {
            return run(arguments);
        } catch (RuntimeFault e) {
            log.error(prefix(arguments.command()) + e.getMessage());
            return arguments.command().equals("exec") ? EXEC_FAILED : FAILED;
        } catch (RuntimeException e) {
            // A fault of ours: the client's user gets a line and an exit code all the same.
            log.error(prefix(arguments.command()) + "minik: " + e);
            return FAILED;
        }
    }

    private static String prefix(String command) {
        return switch (command) {
            case "create", "run" -> "runc " + command + " failed: ";
            case "exec" -> "exec failed: ";
            default -> "";
        };
    }

    /** What is taken without effect would be believed. */
    private static void unsupported(Arguments arguments) {
        if (arguments.on("systemd-cgroup")) {
            throw Fields.invalid("--systemd-cgroup is not supported: use the cgroupfs manager"
                    + " (podman --cgroup-manager cgroupfs, dockerd --exec-opt native.cgroupdriver=cgroupfs)");
        }
        if (arguments.find("pidfd-socket").isPresent()) {
            throw Fields.invalid("--pidfd-socket is not supported: --pid-file tells the process id");
        }
        if (arguments.command().equals("exec") && arguments.find("cgroup").isPresent()) {
            throw Fields.invalid("--cgroup is not supported: a process joins the cgroup of its container");
        }
    }

    private int run(Arguments arguments) {
        if (arguments.on("help") || (arguments.command().isEmpty() && !arguments.on("version"))) {
            caller.print(Help.text(arguments.command()));
            return 0;
        }
        if (arguments.on("version")) {
            caller.print("runc version minik\nspec: " + BundleState.OCI_VERSION + "\n");
            return 0;
        }
        unsupported(arguments);
        StateFolder folder =
                new StateFolder(arguments.find("root").map(caller::path).orElse(ROOT));
        ReadingCommands reading = new ReadingCommands(caller, folder, arguments);
        switch (arguments.command()) {
            case "create" ->
                pidFile(
                        arguments,
                        new BundleCreation(caller, folder, arguments)
                                .create(true)
                                .state()
                                .pid());
            case "run" -> {
                return runToTheEnd(folder, arguments);
            }
            case "start" -> start(folder, arguments.id());
            case "exec" -> {
                return exec(folder, arguments);
            }
            case "kill" -> new Ending(caller, folder).kill(arguments);
            case "delete" -> new Ending(caller, folder).delete(arguments.id(), arguments.on("force"));
            case "pause", "resume" -> pause(folder, arguments);
            case "update" -> Update.apply(caller, folder, arguments);
            case "spec" -> DefaultSpec.write(caller, arguments);
            default -> reading.run();
        }
        return 0;
    }

    private void pidFile(Arguments arguments, int pid) {
        arguments.find("pid-file").ifPresent(name -> {
            Path file = caller.path(name);
            Path made = file.resolveSibling("." + file.getFileName());
            try {
                Files.write(made, Integer.toString(pid).getBytes(StandardCharsets.UTF_8));
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw Fields.invalid("can't write the pid file " + file + ": " + e.getMessage());
            }
        });
    }

    private int runToTheEnd(StateFolder folder, Arguments arguments) {
        boolean detach = arguments.on("detach");
        Foreground foreground = new Foreground(caller);
        int signals = detach ? -1 : foreground.takeSignals();
        BundleCreation.Created created = new BundleCreation(caller, folder, arguments).create(false);
        BundleState state = created.state();
        pidFile(arguments, state.pid());
        new HostProcess(caller).hooks(folder.bundle(state).config(), "poststart", state, Status.RUNNING);
        if (detach) {
            return 0;
        }
        int code = foreground.wait(state.pid(), signals, created.master());
        if (!arguments.on("keep")) {
            new Ending(caller, folder).delete(state.id(), true);
        }
        return code;
    }

    private int exec(StateFolder folder, Arguments arguments) {
        boolean detach = arguments.on("detach");
        Foreground foreground = new Foreground(caller);
        int signals = detach ? -1 : foreground.takeSignals();
        Execution.Executed executed = new Execution(caller, folder, arguments).execute();
        pidFile(arguments, executed.pid());
        return detach ? 0 : foreground.wait(executed.pid(), signals, executed.master());
    }

    private void start(StateFolder folder, String id) {
        int lock = folder.lock(kernel, id);
        BundleState state = folder.require(id);
        Status status = folder.status(state);
        if (status != Status.CREATED) {
            throw Fields.invalid(
                    status == Status.STOPPED
                            ? "cannot start a container that has stopped"
                            : "cannot start an already running container");
        }
        Path fifo = folder.fifo(id);
        // Opened for both directions it never waits for one that has just ended.
        try (RandomAccessFile file = new RandomAccessFile(fifo.toFile(), "rw")) {
            file.write(1);
            Files.delete(fifo);
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "start", "can't write to " + fifo + ": " + e, e);
        }
        kernel.close(lock);
        new HostProcess(caller).hooks(folder.bundle(state).config(), "poststart", state, Status.RUNNING);
    }

    private void pause(StateFolder folder, Arguments arguments) {
        BundleState state = folder.require(arguments.id());
        boolean pause = arguments.command().equals("pause");
        Status status = folder.status(state);
        if (pause && status != Status.RUNNING && status != Status.CREATED) {
            throw Fields.invalid("container not running");
        }
        if (!pause && status != Status.PAUSED) {
            throw Fields.invalid("container not paused");
        }
        state.group().freeze(pause);
    }

    /** Names of the commands. */
    static List<String> commands() {
        return List.of(
                "create",
                "delete",
                "events",
                "exec",
                "features",
                "kill",
                "list",
                "pause",
                "ps",
                "resume",
                "run",
                "spec",
                "start",
                "state",
                "update");
    }
}
