package io.minik.runtime.sandbox;

import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sandbox.Sandboxes.UserMap;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pod's user namespace: in it the pod's ids from 0 on are a range of the node's that nobody else has. It is made before the
 * pod's other namespaces, which belong to it, and is what the mounts of its containers are mapped by.
 *
 * @param pin where it is bind-mounted
 */
public record OwnUsers(Path pin, UserMap map) {
    /** Makes it and pins it; the process that it was born in ends. Blocking. */
    void make(Kernel kernel, Player player) {
        try (Held process = hold(kernel, player)) {
            process.pin("user", pin);
            process.release();
        }
    }

    /** A process in a new user namespace with the maps, waiting at its gate. */
    private Held hold(Kernel kernel, Player player) {
        Tape.Builder tape = Tape.builder();
        TapeSteps.open(tape, SandboxTape.GATE_FD + 1);
        Slot made = tape.slot("made");
        tape.add("unshare users", Syscall.UNSHARE, value(TapeSteps.NEWUSER)).into(made);
        TapeSteps.report(tape, made);
        SandboxTape.awaitGate(tape);
        Held process = Held.play(kernel, player, tape.build());
        try {
            process.value();
            write(process.proc("uid_map"), map.firstUid());
            write(process.proc("gid_map"), map.firstGid());
            return process;
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private void write(Path file, long first) {
        try {
            // As user_namespaces(7) has it: one line of a map.
            Files.write(file, "0 %d %d\n".formatted(first, map.size()).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL,
                    "map users",
                    "can't map the pod's users to " + map.size() + " ids of the node from " + first + " on",
                    e);
        }
    }

    /** From here on the tape's process is root of the namespace, and has no power outside it. */
    void become(Tape.Builder tape) {
        TapeSteps.enter(tape, pin, TapeSteps.NEWUSER);
        tape.add("setresgid", Syscall.SETRESGID, value(0), value(0), value(0));
        tape.add("setresuid", Syscall.SETRESUID, value(0), value(0), value(0));
    }

    /** Of a tmpfs that the pod's root owns. */
    String ownerOptions() {
        return ",uid=" + map.firstUid() + ",gid=" + map.firstGid();
    }

    /** Whether mounts of what is on the file system of a directory can be mapped here. Blocking. */
    public static boolean supported(Kernel kernel, Path directory) {
        OwnUsers probe = new OwnUsers(directory, new UserMap(1, 1, 1));
        try (Held process = probe.hold(kernel, new Player(kernel));
                Arena arena = kernel.sys().arena()) {
            int users = kernel.open(process.proc("ns/user"), Kernel.O_RDONLY, 0);
            try {
                long tree = kernel.sys()
                        .call(
                                Syscall.OPEN_TREE,
                                Kernel.AT_FDCWD,
                                arena.string(directory.toString()),
                                MountSteps.OPEN_TREE_CLONE | Kernel.O_CLOEXEC);
                if (tree < 0) {
                    return false;
                }
                long mapped = MountSteps.map(kernel, arena, (int) tree, users);
                kernel.close((int) tree);
                return mapped == 0;
            } finally {
                kernel.close(users);
            }
        } catch (RuntimeFault refused) {
            return false;
        }
    }
}
