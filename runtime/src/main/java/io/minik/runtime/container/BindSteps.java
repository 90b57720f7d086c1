package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;
import static io.minik.runtime.tape.MountSteps.ATTR_RDONLY;
import static io.minik.runtime.tape.MountSteps.BENEATH;
import static io.minik.runtime.tape.MountSteps.NO_MAGICLINKS;
import static io.minik.runtime.tape.MountSteps.NO_XDEV;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The user's mounts: sources are opened as trees while the host's mounts are in view, and put onto places inside once
 * they are not. No place may be on procfs, whatever its path looks like; the few files that runc lets be covered are
 * looked up beneath our own procfs.
 */
final class BindSteps {
    private static final Path PROC = Path.of("/proc");
    /** The inode of a procfs' root. */
    private static final int PROC_ROOT = 1;

    private final Tape.Builder tape;
    private final Launch launch;
    private final Map<Launch.Bind, Slot> trees = new LinkedHashMap<>();

    BindSteps(Tape.Builder tape, Launch launch) {
        this.tape = tape;
        this.launch = launch;
    }

    /** Refuses what runc refuses, before anything is made. */
    static void check(Path source, String target) {
        if (target.startsWith("/proc/") && !MountSteps.COVERABLE_PROC_FILES.contains(target)) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "mount", inside(source, target), 0);
        }
    }

    private static String words(Path source, String target) {
        return "error mounting \"" + source + "\" to rootfs at \"" + target + "\": ";
    }

    private static String inside(Path source, String target) {
        return words(source, target) + "\"" + target + "\" cannot be mounted because it is inside /proc";
    }

    /**
     * Copies of the host's mounts, while they are still what the host has: shared ones stay peers if taken first, follow
     * the host only once / is a slave, and are on their own once it is private.
     */
    void openSources() {
        openSources(Containers.Propagation.BIDIRECTIONAL);
        TapeSteps.mount(tape, "", "/", "", TapeSteps.MS_REC | TapeSteps.MS_SLAVE, "");
        openSources(Containers.Propagation.HOST_TO_CONTAINER);
        TapeSteps.mount(tape, "", "/", "", TapeSteps.MS_REC | TapeSteps.MS_PRIVATE, "");
        openSources(Containers.Propagation.PRIVATE);
    }

    private void openSources(Containers.Propagation propagation) {
        for (Launch.Bind bind : launch.binds()) {
            if (bind.propagation() == propagation && bind.layers().isEmpty()) {
                Slot tree = tape.slot("mount");
                trees.put(bind, tree);
                tape.add(
                                "open " + bind.source(),
                                Syscall.OPEN_TREE,
                                TapeSteps.CWD,
                                text(bind.source().toString()),
                                value(MountSteps.OPEN_TREE_CLONE | Kernel.O_CLOEXEC | MountSteps.AT_RECURSIVE))
                        .into(tree);
                if (bind.mapped() && launch.users().isPresent()) {
                    MountSteps.map(
                            tape,
                            "map the owners of " + bind.source()
                                    + " (maybe its file system does not support idmapped mounts)",
                            tree,
                            StartTape.USERS_FD);
                }
            }
        }
    }

    /**
     * Images beside the container's own, each for a moment where its root will be: in no other place can a path of it be found that
     * leads nowhere else.
     */
    void openImages() {
        for (Launch.Bind bind : launch.binds()) {
            if (!bind.layers().isEmpty()) {
                Slot tree = tape.slot("image");
                trees.put(bind, tree);
                openImage(bind, tree);
            }
        }
    }

    private void openImage(Launch.Bind bind, Slot tree) {
        OverlayLayers layers = new OverlayLayers(bind.layers());
        Path place = launch.root().merged();
        tape.add("chdir to layers", Syscall.CHDIR, text(layers.directory().toString()));
        TapeSteps.mount(
                tape,
                "overlay",
                place.toString(),
                "overlay",
                TapeSteps.MS_RDONLY | TapeSteps.MS_NOSUID | TapeSteps.MS_NODEV | TapeSteps.MS_NOEXEC,
                layers.readOnly(place));
        String step = "open " + bind.source() + " of the image that is mounted on " + bind.target();
        Slot root = tape.slot("root");
        tape.add(
                        step,
                        Syscall.OPENAT,
                        TapeSteps.CWD,
                        text(place.toString()),
                        value(Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC),
                        value(0))
                .into(root);
        Slot source = tape.slot("source");
        Tape.Label again = tape.label();
        tape.place(again);
        MountSteps.open(
                        tape,
                        step,
                        root,
                        MountSteps.relative(bind.source()),
                        MountSteps.IN_ROOT | NO_MAGICLINKS,
                        source)
                // Of a name with .. in it, while anybody renames anything.
                .onError(Errno.EAGAIN, again);
        tape.add(
                        step,
                        Syscall.OPEN_TREE,
                        stored(source),
                        text(""),
                        value(MountSteps.OPEN_TREE_CLONE | Kernel.O_CLOEXEC | Kernel.AT_EMPTY_PATH))
                .into(tree);
        tape.add(step, Syscall.CLOSE, stored(source));
        tape.add(step, Syscall.CLOSE, stored(root));
        tape.add("leave the image", Syscall.UMOUNT2, text(place.toString()), value(Kernel.MNT_DETACH));
    }

    /** @param proc the container's procfs, unless one of these mounts is it */
    void place(MountSteps mounts, Optional<Slot> proc) {
        Slot statfs = tape.slot("statfs", Checks.STATFS_BYTES);
        Slot statx = tape.slot("statx", Checks.STATX_BYTES);
        List<Launch.Bind> sorted = launch.binds().stream()
                .sorted(Comparator.comparingInt(b -> Path.of(b.target()).getNameCount()))
                .toList();
        for (Launch.Bind bind : sorted) {
            Path path = Path.of("/").resolve(bind.target()).normalize();
            Slot tree = Objects.requireNonNull(trees.get(bind));
            String step = "mount " + bind.source() + " on " + path;
            if (path.equals(PROC)) {
                requireProc(bind, tree, statfs, statx);
            }
            boolean covers = path.startsWith(PROC) && !path.equals(PROC);
            Slot target = covers
                    ? onProc(mounts, step, path, proc.orElseGet(mounts::root))
                    : mounts.reach(step, path, bind.directory());
            if (!covers) {
                Checks.statfs(tape, step, target, statfs);
                Checks.forbid(tape, inside(bind.source(), path.toString()), statfs, 0, value(Checks.PROC_MAGIC));
            }
            mounts.attach(step, tree, target);
            mounts.verify(step, path, tree, NO_MAGICLINKS);
            protect(mounts, bind, step, tree);
            tape.add(step, Syscall.CLOSE, stored(tree));
        }
    }

    /** Only a whole procfs may stand for the container's own. */
    private void requireProc(Launch.Bind bind, Slot tree, Slot statfs, Slot statx) {
        String why = words(bind.source(), "/proc") + "\"/proc\" cannot be mounted on because it is not of type proc";
        Checks.statfs(tape, why, tree, statfs);
        Checks.require(tape, why, statfs, 0, value(Checks.PROC_MAGIC));
        Checks.statx(tape, why, tree, statx);
        Checks.require(tape, why, statx, Checks.STATX_INODE, value(PROC_ROOT));
    }

    /** With links, since /proc/net is one. */
    private Slot onProc(MountSteps mounts, String step, Path path, Slot proc) {
        Slot target = tape.slot("target");
        mounts.open(step, proc, PROC.relativize(path).toString(), false, BENEATH | NO_XDEV | NO_MAGICLINKS, target);
        return target;
    }

    private void protect(MountSteps mounts, Launch.Bind bind, String step, Slot tree) {
        if (!bind.readOnly()) {
            return;
        }
        Tape.Label old = tape.label();
        Tape.Label done = tape.label();
        if (bind.recursive() != Containers.Recursive.NO) {
            mounts.setAttributes(step + " read-only", tree, ATTR_RDONLY, true)
                    .onError(Errno.ENOSYS, old)
                    .onZero(done);
        }
        tape.place(old);
        if (bind.recursive() == Containers.Recursive.YES) {
            Checks.refuse(tape, step + ": this kernel can't make a mount read-only with all below it (Linux 5.12)");
        } else {
            new ReadOnly(tape, mounts).afterwards(step + " read-only", tree, ATTR_RDONLY);
        }
        tape.place(done);
        tape.add("go on", Syscall.SCHED_YIELD);
    }
}
