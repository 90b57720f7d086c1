package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Capabilities;
import io.minik.runtime.oci.BundleState.Status;
import io.minik.runtime.oci.Namespace.Kind;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code exec}: one more process in a container. */
final class Execution {
    private final ClientProcess caller;
    private final Kernel kernel;
    private final StateFolder folder;
    private final Arguments arguments;

    Execution(ClientProcess caller, StateFolder folder, Arguments arguments) {
        this.caller = caller;
        this.kernel = caller.kernel();
        this.folder = folder;
        this.arguments = arguments;
    }

    /** @param master of its terminal, -1 = none here */
    record Executed(int pid, int master) {}

    Executed execute() {
        BundleState state = folder.require(arguments.id());
        Status status = folder.status(state);
        if (status == Status.STOPPED) {
            throw Fields.invalid("cannot exec in a stopped container");
        }
        if (status == Status.PAUSED && !arguments.on("ignore-paused")) {
            throw Fields.invalid("cannot exec in a paused container (use --ignore-paused to override)");
        }
        Bundle bundle = folder.bundle(state);
        JsonNode process = process(bundle);
        Bundle.checkProcess(process);
        checkTerminal(process);
        Credentials credentials = new Preparation(caller, bundle).credentials(process);
        int pidfd = kernel.pidfdOpen(state.pid());
        if (!state.alive()) {
            throw Fields.invalid("cannot exec in a stopped container");
        }
        String home = home(state, credentials);
        JoinTape.Join join = new JoinTape.Join(
                new Descriptors(caller).pass(pidfd),
                namespaces(state.pid()),
                state.group().joinFiles(),
                process.path("apparmorProfile").asText(),
                arguments.number("preserve-fds"));
        if (!process.path("terminal").asBoolean()) {
            long uid = Bundle.onHost(bundle.uidMaps(), credentials.uid());
            if (uid > 0) {
                Preparation.ownStreams(kernel, uid);
            }
        }
        return launch(new Reports(kernel, -1, JoinTape.of(join, credentials, home), process), credentials);
    }

    private String home(BundleState state, Credentials credentials) {
        int root = kernel.open(Path.of("/proc", Integer.toString(state.pid()), "root"), Kernel.O_PATH, 0);
        try {
            return new Accounts(kernel, root).home(credentials.uid());
        } finally {
            kernel.close(root);
        }
    }

    private void checkTerminal(JsonNode process) {
        boolean terminal = process.path("terminal").asBoolean();
        boolean socket = arguments.find("console-socket").isPresent();
        if (terminal && arguments.on("detach") && !socket) {
            throw Fields.invalid("cannot allocate tty if runc will detach without setting console socket");
        }
        if (socket && (!terminal || !arguments.on("detach"))) {
            throw Fields.invalid("cannot use console socket if runc will not detach or allocate tty");
        }
    }

    /** The process of a file, or the container's own with what the options change. */
    private JsonNode process(Bundle bundle) {
        if (arguments.find("process").isPresent()) {
            Path file = caller.path(arguments.find("process").get());
            try {
                return Bundle.JSON.readTree(Files.readAllBytes(file));
            } catch (IOException e) {
                throw Fields.invalid("can't read " + file + ": " + e.getMessage());
            }
        }
        List<String> command =
                arguments.positional().subList(1, arguments.positional().size());
        if (command.isEmpty()) {
            throw Fields.invalid("process args cannot be empty");
        }
        ObjectNode process = bundle.process().deepCopy();
        ArrayNode args = process.putArray("args");
        command.forEach(args::add);
        process.remove("rlimits");
        process.remove("consoleSize");
        process.put("terminal", arguments.on("tty"));
        arguments.find("cwd").ifPresent(cwd -> process.put("cwd", cwd));
        arguments.find("apparmor").ifPresent(profile -> process.put("apparmorProfile", profile));
        arguments.find("process-label").ifPresent(label -> process.put("selinuxLabel", label));
        if (arguments.on("no-new-privs")) {
            process.put("noNewPrivileges", true);
        }
        if (!arguments.all("env").isEmpty()) {
            ArrayNode env = process.withArray("/env");
            arguments.all("env").forEach(env::add);
        }
        addCapabilities(process);
        user(process);
        return process;
    }

    private void addCapabilities(ObjectNode process) {
        for (String name : arguments.all("cap")) {
            Capabilities.number(name);
            for (String set : List.of("bounding", "effective", "inheritable", "permitted", "ambient")) {
                process.withObject("/capabilities").withArray("/" + set).add(name);
            }
        }
    }

    private void user(ObjectNode process) {
        ObjectNode user = process.withObject("/user");
        if (arguments.find("user").isPresent()) {
            String[] parts = arguments.find("user").get().split(":", 2);
            user.put("uid", id(parts[0]));
            if (parts.length > 1) {
                user.put("gid", id(parts[1]));
            }
        }
        for (String group : arguments.all("additional-gids")) {
            user.withArray("/additionalGids").add(id(group));
        }
    }

    private static long id(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Fields.invalid("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
    }

    /** Those of the container that are not the client's own; entering one's own user namespace is an error. */
    private long namespaces(int pid) {
        long flags = 0;
        for (Kind kind : Kind.values()) {
            Path theirs = Path.of("/proc", Integer.toString(pid), "ns", kind.file);
            Path ours = caller.proc("ns").resolve(kind.file);
            try {
                if (Files.exists(theirs) && !Files.readSymbolicLink(theirs).equals(Files.readSymbolicLink(ours))) {
                    flags |= kind.flag;
                }
            } catch (IOException e) {
                throw new RuntimeFault(RuntimeFault.Kind.KERNEL, "exec", "can't read the namespaces of " + pid, e);
            }
        }
        return flags;
    }

    private Executed launch(Reports unread, Credentials credentials) {
        int[] report = kernel.pipe(0);
        int[] gate = kernel.pipe(0);
        Memfd.pass(kernel, report[1], DrivenTape.REPORT);
        Memfd.pass(kernel, gate[0], DrivenTape.GATE);
        kernel.close(report[1]);
        kernel.close(gate[0]);
        Reports reports = new Reports(kernel, report[0], unread.tape(), unread.process());
        int stage = caller.play(reports.tape(), TapeSteps.SIGCHLD);
        kernel.close(DrivenTape.REPORT);
        kernel.close(DrivenTape.GATE);
        int pid = 0;
        try {
            pid = reports.next();
            kernel.writeFully(gate[1], new byte[] {1}, "gate");
            HostProcess.reap(caller, stage);
            int master = -1;
            int told = reports.next();
            if (told != InitTape.READY) {
                int pidfd = kernel.pidfdOpen(pid);
                master = kernel.pidfdGetfd(pidfd, told);
                kernel.close(pidfd);
                reports.expect(InitTape.READY);
            }
            new LaterLimits(caller, unread.process()).set(pid, true, credentials);
            kernel.writeFully(gate[1], new byte[] {1}, "gate");
            reports.end();
            return new Executed(pid, terminal(master, unread.process()));
        } catch (RuntimeException e) {
            kernel.sys().call(Syscall.KILL, stage, Kernel.SIGKILL);
            if (pid > 0) {
                kernel.sys().call(Syscall.KILL, pid, Kernel.SIGKILL);
            }
            throw e;
        } finally {
            kernel.close(gate[1]);
            kernel.close(report[0]);
        }
    }

    private int terminal(int master, JsonNode process) {
        if (master < 0) {
            return -1;
        }
        ConsoleSocket.size(kernel, master, process.path("consoleSize"));
        if (arguments.find("console-socket").isEmpty()) {
            return master;
        }
        ConsoleSocket.send(kernel, caller.path(arguments.find("console-socket").get()), master);
        kernel.close(master);
        return -1;
    }
}
