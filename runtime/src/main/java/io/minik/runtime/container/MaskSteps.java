package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;
import static io.minik.runtime.tape.MountSteps.ATTR_NODEV;
import static io.minik.runtime.tape.MountSteps.ATTR_NOEXEC;
import static io.minik.runtime.tape.MountSteps.ATTR_NOSUID;
import static io.minik.runtime.tape.MountSteps.ATTR_RDONLY;
import static io.minik.runtime.tape.MountSteps.BENEATH;
import static io.minik.runtime.tape.MountSteps.NO_SYMLINKS;
import static io.minik.runtime.tape.MountSteps.NO_XDEV;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Masked and read-only paths. What covers a file is the host's null device, opened and verified before anything of the
 * container existed; what covers a directory is an empty file system of our own. Places are found without following any
 * link, those of /proc beneath the very procfs that was mounted there. Only what does not exist may stay uncovered.
 */
public final class MaskSteps {
    private static final int PSEUDO = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
    private static final Path PROC = Path.of("/proc");

    private final Tape.Builder tape;
    private final MountSteps mounts;
    private final Optional<Slot> proc;

    /** @param proc the container's procfs, unless the user brought one */
    public MaskSteps(Tape.Builder tape, MountSteps mounts, Optional<Slot> proc) {
        this.tape = tape;
        this.mounts = mounts;
        this.proc = proc;
    }

    /** A tree that may be moved once, to its first place; others get a copy of it, which the kernel makes of attached ones only. */
    private record Cover(Slot tree, Slot used) {}

    /** @param nullDevice descriptor of the null device as a mount of its own */
    public void mask(List<String> paths, int nullDevice) {
        if (paths.isEmpty()) {
            return;
        }
        Slot device = tape.slot("null");
        tape.add(
                        "take descriptor " + nullDevice,
                        Syscall.FCNTL,
                        value(nullDevice),
                        value(TapeSteps.DUPFD_CLOEXEC),
                        value(0))
                .into(device);
        Slot empty = mounts.make("make an empty directory", "tmpfs", Map.of("size", "0k"), ATTR_RDONLY | PSEUDO);
        Cover file = new Cover(device, tape.slot("null used"));
        Cover directory = new Cover(empty, tape.slot("empty used"));
        paths.forEach(path -> mask(Path.of(path).normalize(), file, directory));
    }

    private void mask(Path path, Cover file, Cover directory) {
        String step = "mask " + path;
        Tape.Label absent = tape.label();
        Tape.Label isFile = tape.label();
        Tape.Label end = tape.label();
        Slot target = find(step, path, absent);
        Slot inside = tape.slot("dir");
        tape.add(
                        step,
                        Syscall.OPENAT,
                        stored(target),
                        text("."),
                        value(Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC),
                        value(0))
                .into(inside)
                .onError(Errno.ENOTDIR, isFile);
        tape.add(step, Syscall.CLOSE, stored(inside));
        cover(step, path, directory, target);
        tape.jump(end);
        tape.place(isFile);
        cover(step, path, file, target);
        tape.place(end);
        tape.add(step, Syscall.CLOSE, stored(target));
        tape.place(absent);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private void cover(String step, Path path, Cover cover, Slot target) {
        Tape.Label first = tape.label();
        Tape.Label again = tape.label();
        Tape.Label end = tape.label();
        Checks.branch(tape, step, cover.used(), 0, value(0), first, again);
        tape.place(again);
        Slot copy = mounts.copy(step, cover.tree(), false);
        mounts.attach(step, copy, target);
        mounts.verify(step, path, copy, NO_SYMLINKS);
        tape.add(step, Syscall.CLOSE, stored(copy));
        tape.jump(end);
        tape.place(first);
        mounts.attach(step, cover.tree(), target);
        mounts.verify(step, path, cover.tree(), NO_SYMLINKS);
        // Its own process id is the number that a process surely has that is not 0.
        tape.add(step, Syscall.GETPID).into(cover.used());
        tape.place(end);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    /** Goes to the label if there is no such path. */
    private Slot find(String step, Path path, Tape.Label absent) {
        Slot target = tape.slot("target");
        boolean ours = proc.isPresent() && path.startsWith(PROC);
        String name = (ours ? PROC : Path.of("/")).relativize(path).toString();
        mounts.open(
                        step,
                        ours ? proc.get() : mounts.root(),
                        name,
                        false,
                        ours ? BENEATH | NO_XDEV | NO_SYMLINKS : NO_SYMLINKS,
                        target)
                .onError(Errno.ENOENT, absent);
        return target;
    }

    public void protect(List<String> paths) {
        ReadOnly readOnly = new ReadOnly(tape, mounts);
        for (String each : paths) {
            Path path = Path.of(each).normalize();
            String step = "protect " + path;
            Tape.Label absent = tape.label();
            Slot target = find(step, path, absent);
            Slot copy = mounts.copy(step, target, true);
            mounts.attach(step, copy, target);
            mounts.verify(step, path, copy, NO_SYMLINKS);
            boolean pseudo = path.startsWith(PROC) || path.startsWith("/sys");
            readOnly.afterwards(step, copy, ATTR_RDONLY | (pseudo ? PSEUDO : 0));
            tape.add(step, Syscall.CLOSE, stored(copy));
            tape.add(step, Syscall.CLOSE, stored(target));
            tape.place(absent);
            tape.add("go on", Syscall.SCHED_YIELD);
        }
    }
}
