package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.Tape;

/**
 * The directory that a program starts in. It was opened without magic links ({@code /proc/self/fd/7} is one), and the
 * kernel is asked whether it is below the root: the path of one that is not begins with "(unreachable)".
 */
public final class WorkingDir {
    private static final int PATH_MAX = 4096;
    /** "(unr" as a little-endian word. */
    private static final long UNREACHABLE = 0x726e7528L;

    private WorkingDir() {}

    public static void enter(Tape.Builder tape, Slot directory) {
        Slot name = tape.slot("cwd", PATH_MAX);
        tape.add(TapeFailure.CHDIR, Syscall.FCHDIR, stored(directory));
        tape.add(TapeFailure.CHDIR, Syscall.GETCWD, addressOf(name), value(PATH_MAX));
        Checks.forbid(tape, "the working directory is not inside the container's root", name, 0, value(UNREACHABLE));
    }
}
