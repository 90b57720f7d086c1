package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.texts;
import static io.minik.runtime.tape.Arg.value;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** A hook as a child of a tape's process: its standard input is a descriptor, its end is waited for. */
final class HookSteps {
    private static final int P_PID = 1;
    private static final int WEXITED = 4;
    private static final int SIGINFO_BYTES = 128;
    private static final int SI_CODE = 8;
    private static final int SI_STATUS = 24;
    private static final int CLD_EXITED = 1;
    private static final int SIGKILL = 9;
    private static final int POLLIN = 1;

    private HookSteps() {}

    /** @param before what the child does first */
    static void run(Tape.Builder tape, String name, JsonNode hook, int stdin, Consumer<Tape.Builder> before) {
        Slot pid = tape.slot("hook");
        Tape.Label child = tape.label();
        Tape.Label done = tape.label();
        tape.add(name, Syscall.CLONE, value(TapeSteps.SIGCHLD)).into(pid).onZero(child);
        tape.add(name, Syscall.CLOSE, value(stdin));
        limit(tape, name, hook, pid);
        Slot info = tape.slot("siginfo", SIGINFO_BYTES);
        Tape.Label again = tape.label();
        tape.place(again);
        tape.add(name, Syscall.WAITID, value(P_PID), stored(pid), addressOf(info), value(WEXITED), value(0))
                .onError(Errno.EINTR, again);
        Checks.require(tape, name + ": ended by a signal", info, SI_CODE, value(CLD_EXITED));
        Checks.require(tape, name + ": exit status is not 0", info, SI_STATUS, value(0));
        tape.jump(done);
        tape.place(child);
        tape.add(name, Syscall.DUP3, value(stdin), value(0), value(0));
        before.accept(tape);
        TapeSteps.closeFrom(tape, 4);
        execute(tape, name, hook);
        tape.place(done);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private static void limit(Tape.Builder tape, String name, JsonNode hook, Slot pid) {
        long seconds = hook.path("timeout").asLong();
        if (seconds <= 0) {
            return;
        }
        Slot pidfd = tape.slot("pidfd");
        Slot poll = tape.slot("poll", 8);
        Tape.Label late = tape.label();
        Tape.Label inTime = tape.label();
        tape.add(name, Syscall.PIDFD_OPEN, stored(pid), value(0)).into(pidfd);
        // {fd, events} is 8 bytes: the descriptor is copied by duplicating it onto a number that is known.
        int number = 590;
        tape.add(name, Syscall.DUP3, stored(pidfd), value(number), value(0));
        ByteBuffer entry = TapeSteps.little(8).putInt(number).putShort((short) POLLIN);
        Arg timeout =
                Arg.bytes(seconds + " s", TapeSteps.bytes(TapeSteps.little(16).putLong(seconds)));
        tape.add(name, Syscall.PPOLL, Arg.bytes("pidfd", TapeSteps.bytes(entry)), value(1), timeout, value(0))
                .into(poll)
                .onZero(late);
        tape.jump(inTime);
        tape.place(late);
        tape.add(name, Syscall.KILL, stored(pid), value(SIGKILL));
        Checks.refuse(tape, name + ": timed out after " + seconds + " s");
        tape.place(inTime);
        tape.add(name, Syscall.CLOSE, value(number));
        tape.add(name, Syscall.CLOSE, stored(pidfd));
    }

    static void execute(Tape.Builder tape, String name, JsonNode hook) {
        String path = hook.path("path").asText();
        List<String> args = Fields.texts(hook.path("args"));
        tape.add(
                name,
                Syscall.EXECVE,
                text(path),
                texts(args.isEmpty() ? List.of(path) : args),
                texts(Fields.texts(hook.path("env"))));
    }
}
