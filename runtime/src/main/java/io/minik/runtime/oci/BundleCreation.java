package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.oci.BundleState.Status;
import io.minik.runtime.oci.Namespace.Kind;
import io.minik.runtime.oci.StartPlan.Mode;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** {@code create}, and the first half of {@code run}: a container whose process waits for {@code start}, or runs. */
final class BundleCreation {
    private static final int S_IFIFO = 0x1000;

    private final ClientProcess caller;
    private final Kernel kernel;
    private final StateFolder folder;
    private final Arguments arguments;

    BundleCreation(ClientProcess caller, StateFolder folder, Arguments arguments) {
        this.caller = caller;
        this.kernel = caller.kernel();
        this.folder = folder;
        this.arguments = arguments;
    }

    /** @param master of the terminal, -1 if there is none or it was sent away */
    record Created(BundleState state, int master) {}

    /** @param waits for start */
    Created create(boolean waits) {
        String id = StateFolder.checkId(arguments.id());
        Bundle bundle = Bundle.read(arguments.find("bundle").map(caller::path).orElseGet(() -> caller.path(".")));
        checkTerminal(bundle, waits);
        bundle.mounts().forEach(FileSystems::check);
        Devices.nodes(bundle);
        Preparation preparation = new Preparation(caller, bundle);
        Credentials credentials = preparation.credentials(bundle.process());
        folder.create(id);
        int lock = folder.lock(kernel, id);
        try {
            return create(id, bundle, credentials, waits);
        } finally {
            kernel.close(lock);
        }
    }

    private void checkTerminal(Bundle bundle, boolean waits) {
        boolean terminal = bundle.process().path("terminal").asBoolean();
        boolean detached = waits || arguments.on("detach");
        boolean socket = arguments.find("console-socket").isPresent();
        if (terminal && detached && !socket) {
            throw Fields.invalid("cannot allocate tty if runc will detach without setting console socket");
        }
        if (socket && (!terminal || !detached)) {
            throw Fields.invalid("cannot use console socket if runc will not detach or allocate tty");
        }
    }

    private Created create(String id, Bundle bundle, Credentials credentials, boolean waits) {
        BundleState state = newState(id, bundle);
        ContainerCgroup cgroup = state.group();
        try {
            folder.save(state, bundle.config());
            cgroup.make();
            CgroupResources.apply(cgroup, bundle.linux().path("resources"));
            DeviceAccess.apply(kernel, cgroup, bundle);
            int fifo = waits ? fifo(id) : -1;
            Mode mode = new Mode(
                    waits, arguments.on("no-pivot"), !arguments.on("no-new-keyring"), arguments.number("preserve-fds"));
            StartPlan plan = new Preparation(caller, bundle).plan(state, mode, credentials, fifo);
            return new Launching(plan, state).launch();
        } catch (RuntimeException e) {
            cgroup.kill();
            undo(state, cgroup, e);
            throw e;
        }
    }

    private void undo(BundleState state, ContainerCgroup cgroup, RuntimeException cause) {
        try {
            cgroup.remove();
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
        folder.remove(state.id());
    }

    private BundleState newState(String id, Bundle bundle) {
        try {
            CgroupTree tree = CgroupTree.read();
            String wanted = bundle.linux().path("cgroupsPath").asText();
            Fields.withoutNul(wanted, "linux.cgroupsPath");
            return new BundleState(
                    id,
                    bundle.folder(),
                    bundle.root(),
                    0,
                    0,
                    InstantSource.system().instant().toString(),
                    tree.version(),
                    tree.place(wanted, id, Files.readAllLines(caller.proc("cgroup"))),
                    Fields.map(bundle.config().path("annotations")));
        } catch (IOException e) {
            throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "cgroup", "can't read the caller's cgroup", e);
        }
    }

    /** Opened for both directions, here and not inside, so that nothing of the container's is asked for it. */
    private int fifo(String id) {
        try (var arena = kernel.sys().arena()) {
            Path path = folder.fifo(id);
            Kernel.check(
                    kernel.sys()
                            .call(Syscall.MKNODAT, Kernel.AT_FDCWD, arena.string(path.toString()), S_IFIFO | 0600, 0),
                    "mkfifo",
                    path);
            return new Descriptors(caller).open(path, Kernel.O_RDWR);
        }
    }

    /** The conversation with the stage and the init. */
    private final class Launching {
        private final StartPlan plan;
        private final BundleState before;
        private final Bundle bundle;
        private final int[] report = kernel.pipe(0);
        private final int[] gate = kernel.pipe(0);
        private int master = -1;

        Launching(StartPlan plan, BundleState before) {
            this.plan = plan;
            this.before = before;
            this.bundle = plan.bundle();
        }

        Created launch() {
            Reports reports = new Reports(kernel, report[0], InitTape.of(plan), bundle.process());
            Memfd.pass(kernel, report[1], DrivenTape.REPORT);
            Memfd.pass(kernel, gate[0], DrivenTape.GATE);
            kernel.close(report[1]);
            kernel.close(gate[0]);
            int stage = caller.play(reports.tape(), TapeSteps.SIGCHLD);
            kernel.close(DrivenTape.REPORT);
            kernel.close(DrivenTape.GATE);
            int init = 0;
            try {
                int first = reports.next();
                if (first == InitTape.MAPS) {
                    Descriptors.map(stage, bundle.uidMaps(), bundle.gidMaps());
                    go();
                    first = reports.next();
                }
                init = first;
                go();
                HostProcess.reap(caller, stage);
                return follow(reports, init);
            } catch (RuntimeException e) {
                end(stage, init);
                throw e;
            }
        }

        private Created follow(Reports reports, int init) {
            BundleState state = before.withProcess(init, startTime(init));
            folder.save(state);
            int told = reports.next();
            if (told != InitTape.READY) {
                master = takeMaster(init, told);
                told = reports.next();
            }
            if (told != InitTape.READY) {
                throw Fields.invalid("the container's init said " + told);
            }
            new LaterLimits(caller, bundle.process()).set(init, plan.mapped(), plan.credentials());
            HostProcess host = new HostProcess(caller);
            for (String kind : new String[] {"prestart", "createRuntime"}) {
                host.hooks(bundle.config(), kind, state, Status.CREATING);
            }
            tellHooks(state);
            go();
            if (plan.mode().waits()) {
                reports.expect(InitTape.WAITING);
            } else {
                reports.end();
            }
            kernel.close(report[0]);
            kernel.close(gate[1]);
            finishTerminal();
            return new Created(state, master);
        }

        /** One of ours may have ended at once, as a zombie: it has no time any more, and is seen as stopped. */
        private long startTime(int pid) {
            return Kernel.startTime(pid).orElse(0L);
        }

        private void go() {
            kernel.writeFully(gate[1], new byte[] {1}, "gate");
        }

        private int takeMaster(int init, int number) {
            int pidfd = kernel.pidfdOpen(init);
            try {
                return kernel.pidfdGetfd(pidfd, number);
            } finally {
                kernel.close(pidfd);
            }
        }

        private void finishTerminal() {
            Optional<String> socket = arguments.find("console-socket");
            if (master >= 0) {
                ConsoleSocket.size(kernel, master, bundle.process().path("consoleSize"));
            }
            if (master >= 0 && socket.isPresent()) {
                ConsoleSocket.send(kernel, caller.path(socket.get()), master);
                kernel.close(master);
                master = -1;
            }
        }

        /** Hooks that run inside read their state from pipes that were made before there was a pid to tell. */
        private void tellHooks(BundleState state) {
            JsonNode hooks = bundle.config().path("hooks");
            int outside = hooks.path("createContainer").size();
            int inside = bundle.isNew(Kind.PID) ? 1 : state.pid();
            for (int i = 0; i < plan.opened().hooks().size(); i++) {
                boolean start = i >= outside;
                String text = state.forHooks(start ? Status.CREATED : Status.CREATING, start ? inside : state.pid());
                int fd = Preparation.hookWriter(i);
                kernel.writeFully(fd, text.getBytes(StandardCharsets.UTF_8), "hook");
                kernel.close(fd);
            }
        }

        private void end(int stage, int init) {
            int kill = 9;
            kernel.sys().call(Syscall.KILL, stage, kill);
            if (init > 0) {
                kernel.sys().call(Syscall.KILL, init, kill);
            }
            kernel.close(gate[1]);
        }
    }
}
