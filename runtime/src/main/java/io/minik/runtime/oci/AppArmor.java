package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The AppArmor profile of the program that is executed next. */
final class AppArmor {
    private static final int OPEN_HOW_BYTES = 24;

    private AppArmor() {}

    /** Beneath the procfs that was mounted here, so that nothing else takes what is written (CVE-2025-52881). */
    static void next(Tape.Builder tape, String profile, Optional<Slot> proc) {
        if (profile.isEmpty()) {
            return;
        }
        Slot from =
                proc.orElseThrow(() -> Fields.invalid("process.apparmorProfile needs a mount of type proc on /proc"));
        String content = "exec " + profile;
        String step = "apply AppArmor profile " + profile;
        // thread-self is a link that the kernel makes, and leads nowhere but beneath the same procfs.
        byte[] how = TapeSteps.bytes(TapeSteps.little(OPEN_HOW_BYTES)
                .putLong(Kernel.O_WRONLY | Kernel.O_CLOEXEC)
                .putLong(0)
                .putLong(MountSteps.BENEATH | MountSteps.NO_XDEV | MountSteps.NO_MAGICLINKS));
        Slot file = tape.slot("attr");
        Tape.Label old = tape.label();
        Tape.Label open = tape.label();
        open(tape, step, from, "thread-self/attr/apparmor/exec", how).into(file).onError(Errno.ENOENT, old);
        tape.jump(open);
        tape.place(old);
        open(tape, step, from, "thread-self/attr/exec", how).into(file);
        tape.place(open);
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        tape.add(step, Syscall.WRITE, stored(file), text(content), value(bytes.length));
        tape.add(step, Syscall.CLOSE, stored(file));
    }

    private static Tape.Step open(Tape.Builder tape, String step, Slot from, String path, byte[] how) {
        return tape.add(
                step, Syscall.OPENAT2, stored(from), text(path), Arg.bytes("{O_WRONLY}", how), value(OPEN_HOW_BYTES));
    }
}
