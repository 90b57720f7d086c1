package io.minik.runtime.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.oci.BundleState.Status;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the host that the client runs: hooks of the runtime's namespace, and ps. */
record HostProcess(ClientProcess caller) {
    /** What a hook says is for an error's message; ps says more. */
    private static final int MAX_OUTPUT = 1 << 20;

    private static final int PIECE = 16 << 10;
    private static final int P_PID = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_BYTES = 128;
    private static final int SIGKILL = 9;
    private static final int CLD_EXITED = 1;
    private static final int NANOS = 1_000_000_000;

    /** @param code the exit status, above 128 for a signal */
    record Ended(int code, String output) {}

    /** Runs hooks one after the other; the first that fails ends it. */
    void hooks(JsonNode config, String kind, BundleState state, Status status) {
        int index = 0;
        for (JsonNode hook : config.path("hooks").path(kind)) {
            String name = "error running " + kind + " hook #" + index++;
            Tape.Builder tape = start();
            HookSteps.execute(tape, name, hook);
            Ended ended = run(
                    tape.build(),
                    state.forHooks(status, state.pid()),
                    hook.path("timeout").asLong(),
                    name);
            if (ended.code() != 0) {
                throw Fields.invalid(name + ": exit status " + ended.code() + ", output: "
                        + ended.output().trim());
            }
        }
    }

    private static Tape.Builder start() {
        Tape.Builder tape = Tape.builder();
        tape.add("take input", Syscall.DUP3, Arg.value(DrivenTape.GATE), Arg.value(0), Arg.value(0));
        tape.add("take output", Syscall.DUP3, Arg.value(3), Arg.value(1), Arg.value(0));
        tape.add("take output", Syscall.DUP3, Arg.value(3), Arg.value(2), Arg.value(0));
        Arg none = Arg.bytes("none", new byte[8]);
        tape.add("unblock signals", Syscall.RT_SIGPROCMASK, Arg.value(2), none, Arg.value(0), Arg.value(8));
        TapeSteps.closeFrom(tape, 3);
        return tape;
    }

    Ended capture(List<String> command) {
        Tape.Builder tape = start();
        for (String folder : List.of("/usr/bin/", "/bin/")) {
            tape.add(
                            "execute " + command.get(0),
                            Syscall.EXECVE,
                            Arg.text(folder + command.get(0)),
                            Arg.texts(command),
                            Arg.texts(List.of("PATH=/usr/bin:/bin", "LC_ALL=C")))
                    .ignore(Tape.ANY);
        }
        tape.add("not found", Syscall.EXIT_GROUP, Arg.value(127));
        return run(tape.build(), "", 0, command.get(0));
    }

    private Ended run(Tape tape, String input, long seconds, String name) {
        Kernel kernel = caller.kernel();
        int[] in = kernel.pipe(0);
        int[] out = kernel.pipe(0);
        Memfd.pass(kernel, in[0], DrivenTape.GATE);
        Memfd.pass(kernel, out[1], DrivenTape.REPORT);
        kernel.close(in[0]);
        kernel.close(out[1]);
        int pid = caller.play(tape, TapeSteps.SIGCHLD);
        kernel.close(DrivenTape.GATE);
        kernel.close(DrivenTape.REPORT);
        // A state is smaller than a pipe; a program that does not read it must not end this.
        try (Arena arena = kernel.sys().arena()) {
            byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
            kernel.write(in[1], arena.bytes(bytes).address(), bytes.length);
        }
        kernel.close(in[1]);
        if (seconds > 0 && !ends(pid, seconds)) {
            kernel.sys().call(Syscall.KILL, pid, SIGKILL);
            kernel.close(out[0]);
            reap(caller, pid);
            throw Fields.invalid(name + ": timed out after " + seconds + " s");
        }
        String output = readAll(kernel, out[0]);
        kernel.close(out[0]);
        return new Ended(reap(caller, pid), output);
    }

    private boolean ends(int pid, long seconds) {
        Kernel kernel = caller.kernel();
        int pidfd = kernel.pidfdOpen(pid);
        try {
            return readable(kernel, pidfd, seconds * NANOS);
        } finally {
            kernel.close(pidfd);
        }
    }

    /** Waits until a descriptor has something to read. @return false if it has not in time */
    static boolean readable(Kernel kernel, int fd, long nanos) {
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block poll = arena.allocate(8);
            poll.bytes().putInt(0, fd).putShort(4, (short) 1);
            Arena.Block timeout = arena.allocate(16);
            timeout.bytes().putLong(0, nanos / NANOS).putLong(8, nanos % NANOS);
            long ready;
            do {
                ready = kernel.sys().call(Syscall.PPOLL, poll.address(), 1, timeout.address(), 0);
            } while (ready == -Errno.EINTR);
            return ready > 0;
        }
    }

    private static String readAll(Kernel kernel, int fd) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block block = arena.allocate(PIECE);
            long got;
            while ((got = kernel.read(fd, block.address(), PIECE)) > 0) {
                if (all.size() < MAX_OUTPUT) {
                    all.write(block.copy((int) got), 0, (int) got);
                }
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Waits for a child of the client. @return its exit status, above 128 for a signal */
    static int reap(ClientProcess caller, int pid) {
        Kernel kernel = caller.kernel();
        try (Arena arena = kernel.sys().arena()) {
            Arena.Block info = arena.allocate(SIGINFO_BYTES);
            long result;
            do {
                result = kernel.sys().call(Syscall.WAITID, P_PID, pid, info.address(), WEXITED, 0);
            } while (result == -Errno.EINTR);
            Kernel.check(result, "waitid", pid);
            int status = info.bytes().getInt(24);
            return info.bytes().getInt(8) == CLD_EXITED ? status : 128 + status;
        }
    }
}
