package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;

/**
 * Sets attributes of a mount that is in its place. mount_setattr is Linux 5.12; before it a remount needs a path, and
 * the only one that nobody can lead astray is the descriptor's own in our procfs.
 */
public record ReadOnly(Tape.Builder tape, MountSteps mounts) {
    /** A number that no slot's descriptor reaches, so that its path can stand on the tape. */
    private static final int FIXED_FD = 200;

    public void afterwards(String step, Slot tree, int attributes) {
        Tape.Label old = tape.label();
        Tape.Label done = tape.label();
        mounts.setAttributes(step, tree, attributes, false)
                .onError(Errno.ENOSYS, old)
                .onZero(done);
        tape.place(old);
        tape.add(step, Syscall.DUP3, stored(tree), value(FIXED_FD), value(Kernel.O_CLOEXEC));
        TapeSteps.mount(
                tape, "", "/proc/self/fd/" + FIXED_FD, "", TapeSteps.MS_REMOUNT | TapeSteps.MS_BIND | attributes, "");
        tape.add(step, Syscall.CLOSE, value(FIXED_FD));
        tape.place(done);
        tape.add("go on", Syscall.SCHED_YIELD);
    }
}
