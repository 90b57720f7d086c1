package io.minik.runtime.oci;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.oci.BundleState.Status;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code kill} and {@code delete}. */
record Ending(ClientProcess caller, StateFolder folder) {
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final Map<String, Integer> SIGNALS = signals();

    private static Map<String, Integer> signals() {
        String[] names = {
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS"
        };
        Map<String, Integer> signals = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            signals.put(names[i], i + 1);
        }
        signals.put("IOT", 6);
        signals.put("CLD", 17);
        signals.put("POLL", 29);
        return Map.copyOf(signals);
    }

    static int signal(String text) {
        if (text.matches("[0-9]{1,3}")) {
            return Integer.parseInt(text);
        }
        String name = text.toUpperCase(Locale.ROOT);
        Integer number = SIGNALS.get(name.startsWith("SIG") ? name.substring(3) : name);
        if (number == null) {
            throw Fields.invalid("unknown signal \"" + text + "\"");
        }
        return number;
    }

    void kill(Arguments arguments) {
        BundleState state = folder.require(arguments.id());
        int signal = arguments.positional().size() > 1
                ? signal(arguments.positional().get(1))
                : 15;
        if (arguments.on("all")) {
            for (int pid : state.group().processes()) {
                Kernel kernel = caller.kernel();
                kernel.findPidfd(pid).ifPresent(pidfd -> {
                    kernel.signal(pidfd, signal);
                    kernel.close(pidfd);
                });
            }
            return;
        }
        if (!signal(state, signal)) {
            throw Fields.invalid("container not running");
        }
        if (signal == Kernel.SIGKILL && state.group().freezing()) {
            // v1 delivers nothing to what is frozen.
            state.group().freeze(false);
        }
    }

    /** By a descriptor: the number may be another's by now. */
    private boolean signal(BundleState state, int signal) {
        Kernel kernel = caller.kernel();
        Optional<Integer> pidfd = kernel.findProcess(state.pid(), state.startTime());
        pidfd.ifPresent(fd -> {
            kernel.signal(fd, signal);
            kernel.close(fd);
        });
        return pidfd.isPresent();
    }

    void delete(String id, boolean force) {
        int lock;
        try {
            lock = folder.lock(caller.kernel(), id);
        } catch (RuntimeFault e) {
            if (force && e.kind() == RuntimeFault.Kind.NOT_FOUND) {
                return;
            }
            throw e;
        }
        Optional<BundleState> found = folder.find(id);
        if (found.isEmpty()) {
            folder.remove(id);
            caller.kernel().close(lock);
            return;
        }
        BundleState state = found.get();
        Status status = folder.status(state);
        if (status != Status.STOPPED && status != Status.CREATED && !force) {
            throw Fields.invalid("cannot delete container " + id + " that is not stopped: " + status.word());
        }
        if (status != Status.STOPPED) {
            end(state);
        }
        destroy(state);
        caller.kernel().close(lock);
    }

    private void end(BundleState state) {
        Kernel kernel = caller.kernel();
        Optional<Integer> pidfd = kernel.findProcess(state.pid(), state.startTime());
        if (pidfd.isEmpty()) {
            return;
        }
        kernel.signal(pidfd.get(), Kernel.SIGKILL);
        if (state.group().freezing()) {
            state.group().freeze(false);
        }
        boolean ended = HostProcess.readable(kernel, pidfd.get(), PATIENCE_NANOS);
        kernel.close(pidfd.get());
        if (!ended) {
            throw Fields.invalid("container init still running");
        }
        // Ours if it was run by this very client; else another's to reap.
        long result = kernel.sys().call(Syscall.WAIT4, state.pid(), 0, 1, 0);
        if (result < 0 && result != -Errno.ECHILD) {
            Kernel.check(result, "wait4", state.pid());
        }
    }

    private void destroy(BundleState state) {
        Bundle bundle = folder.bundle(state);
        state.group().kill();
        state.group().remove();
        BundleState ended = state.withProcess(0, 0);
        folder.remove(state.id());
        new HostProcess(caller).hooks(bundle.config(), "poststop", ended, Status.STOPPED);
    }
}
