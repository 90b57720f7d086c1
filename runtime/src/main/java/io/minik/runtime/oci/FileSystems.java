package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.oci.Bundle.Mount;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The mounts of a bundle, in its order, made while the container's root is this process' root: no link leads out. No
 * mount goes onto procfs but a whole procfs onto /proc and the few files that runc lets be covered; /proc and /sys must
 * be directories, not links; and each mount is found again at its path before the next is made.
 */
final class FileSystems {
    private static final Path PROC = Path.of("/proc");
    private static final int STATX_MODE = 0x1c;
    private static final int MOUNT_ATTR_BYTES = 32;
    private static final int OPEN_TREE_FLAGS = MountSteps.OPEN_TREE_CLONE | Kernel.O_CLOEXEC | MountSteps.AT_RECURSIVE;
    /** fsconfig takes strings of 255 characters and a NUL. */
    private static final int MAX_OPTION = 255;

    private final Tape.Builder tape;
    private final MountSteps mounts;
    private final StartPlan plan;
    private final Slot statfs;
    private Optional<Slot> proc = Optional.empty();

    FileSystems(Tape.Builder tape, MountSteps mounts, StartPlan plan) {
        this.tape = tape;
        this.mounts = mounts;
        this.plan = plan;
        this.statfs = tape.slot("statfs", Checks.STATFS_BYTES);
    }

    /** What can be refused before anything is made, in runc's words. */
    static void check(Mount mount) {
        String to = mount.destination();
        String words = "error mounting \"" + mount.source() + "\" to rootfs at \"" + to + "\": ";
        if (to.equals("/")) {
            throw Fields.invalid(words + "mounts on the root are not supported");
        }
        if (to.startsWith("/proc/") && !MountSteps.COVERABLE_PROC_FILES.contains(to)) {
            throw Fields.invalid(words + "\"" + to + "\" cannot be mounted because it is inside /proc");
        }
        if (to.equals("/proc") && !mount.bind() && !mount.type().equals("proc")) {
            throw Fields.invalid(words + "\"/proc\" cannot be mounted on because it is not of type proc");
        }
        if (!mount.bind() && mount.type().isEmpty()) {
            throw Fields.invalid(words + "mounts.type must be set");
        }
        if (mount.options().copyUp() && !mount.type().equals("tmpfs")) {
            throw Fields.invalid(words + "tmpcopyup is for tmpfs");
        }
        mount.options().data().forEach((key, content) -> {
            if (content.length() > MAX_OPTION) {
                throw Fields.invalid(words + "option " + key + " has more than " + MAX_OPTION + " characters");
            }
        });
    }

    /** @return the container's procfs, mounted on its /proc */
    Optional<Slot> mount() {
        List<Mount> all = plan.bundle().mounts();
        for (int i = 0; i < all.size(); i++) {
            Integer tree = plan.opened().trees().get(i);
            mount(all.get(i), Optional.ofNullable(tree), !plan.opened().files().contains(i));
        }
        return proc;
    }

    private void mount(Mount mount, Optional<Integer> opened, boolean directory) {
        String step = "error mounting \"" + mount.source() + "\" to rootfs at \"" + mount.destination() + "\"";
        Path path = Path.of(mount.destination());
        if (mount.type().equals("cgroup") && !mount.bind()) {
            cgroup(mount, step, path);
            return;
        }
        Slot tree = opened.isPresent() ? InitTape.given(tape, opened.get()) : make(mount, step, path);
        put(mount, step, tree, target(step, path, directory));
        if (path.equals(PROC)) {
            proc = Optional.of(tree);
        }
    }

    private Slot make(Mount mount, String step, Path path) {
        Map<String, String> options = new LinkedHashMap<>(mount.options().data());
        options.put("source", mount.source().isEmpty() ? mount.type() : mount.source());
        if ((mount.options().set() & MountOptions.RDONLY) != 0) {
            // As mount(2) does: the file system itself, too.
            options.put("ro", "");
        }
        Slot tree =
                mounts.make(step, mount.type(), options, (int) mount.options().set());
        if (mount.type().equals("tmpfs") && !options.containsKey("mode")) {
            keepMode(step, tree, path);
        }
        return tree;
    }

    /** What is mounted over a directory has its mode, as with runc. */
    private void keepMode(String step, Slot tree, Path path) {
        Slot before = tape.slot("before");
        Slot stat = tape.slot("stat", Checks.STATX_BYTES);
        Tape.Label absent = tape.label();
        mounts.open(step, mounts.root(), MountSteps.relative(path), true, MountSteps.NO_MAGICLINKS, before)
                .onError(Errno.ENOENT, absent);
        Checks.statx(tape, step, before, stat);
        tape.add(step, Syscall.FCHMODAT, stored(tree), text("."), stored(stat, STATX_MODE));
        tape.add(step, Syscall.CLOSE, stored(before));
        tape.place(absent);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private Slot target(String step, Path path, boolean directory) {
        if (path.startsWith(PROC) && !path.equals(PROC)) {
            Slot target = tape.slot("target");
            int beneath = MountSteps.BENEATH | MountSteps.NO_XDEV | MountSteps.NO_MAGICLINKS;
            Slot from = proc.orElseThrow(() -> Fields.invalid(step + ": there is no procfs on /proc"));
            mounts.open(step, from, PROC.relativize(path).toString(), false, beneath, target);
            return target;
        }
        if (path.getNameCount() == 1 && Set.of("/proc", "/sys").contains(path.toString())) {
            return mounts.requireDirectory(step, path.getFileName().toString());
        }
        Slot target = mounts.reach(step, path, directory);
        Checks.statfs(tape, step, target, statfs);
        Checks.forbid(
                tape,
                step + ": \"" + path + "\" cannot be mounted because it is inside /proc",
                statfs,
                0,
                value(Checks.PROC_MAGIC));
        return target;
    }

    private void put(Mount mount, String step, Slot tree, Slot target) {
        mounts.attach(step, tree, target);
        mounts.verify(step, Path.of(mount.destination()), tree, MountSteps.NO_MAGICLINKS);
        for (long propagation : mount.options().propagation()) {
            propagate(step, tree, propagation);
        }
    }

    private void propagate(String step, Slot tree, long propagation) {
        byte[] attributes = TapeSteps.bytes(
                TapeSteps.little(MOUNT_ATTR_BYTES).putLong(0).putLong(0).putLong(propagation & ~MountOptions.REC));
        tape.add(
                step + " propagation",
                Syscall.MOUNT_SETATTR,
                stored(tree),
                text(""),
                value(Kernel.AT_EMPTY_PATH | ((propagation & MountOptions.REC) != 0 ? MountSteps.AT_RECURSIVE : 0)),
                Arg.bytes("{propagation}", attributes),
                value(MOUNT_ATTR_BYTES));
    }

    private void cgroup(Mount mount, String step, Path path) {
        int attributes = (int) mount.options().set();
        if (plan.cgroupView().version() == 2) {
            Slot tree = tape.slot("cgroup2");
            mounts.make(step, "cgroup2", Map.of("source", "cgroup"), attributes, tree, Optional.empty());
            put(mount, step, tree, target(step, path, true));
            return;
        }
        Map<String, String> options = new LinkedHashMap<>(Map.of("mode", "755"));
        options.put("source", "tmpfs");
        Slot top = mounts.make(step, "tmpfs", options, attributes & ~MountSteps.ATTR_RDONLY);
        put(mount, step, top, target(step, path, true));
        for (CgroupTree.Directory directory : plan.cgroupView().own()) {
            hierarchy(step, top, directory, attributes);
        }
        if ((attributes & MountSteps.ATTR_RDONLY) != 0) {
            mounts.setAttributes(step + " read-only", top, MountSteps.ATTR_RDONLY, false);
        }
    }

    /** One of v1: in a cgroup namespace mounted anew, else the container's own directory. */
    private void hierarchy(String step, Slot top, CgroupTree.Directory directory, int attributes) {
        String name = String.join(",", directory.names()).replace("name=", "");
        tape.add(step, Syscall.MKDIRAT, stored(top), text(name), value(0755));
        Slot target = tape.slot("target");
        mounts.open(step, top, name, true, MountSteps.BENEATH | MountSteps.NO_SYMLINKS, target);
        Slot tree;
        if (plan.cgroupView().ownNamespace()) {
            Map<String, String> flags = new LinkedHashMap<>();
            for (String each : directory.names()) {
                boolean named = each.startsWith("name=");
                flags.put(named ? "name" : each, named ? each.substring("name=".length()) : "");
                if (named) {
                    flags.put("none", "");
                }
            }
            flags.put("source", "cgroup");
            tree = mounts.make(step, "cgroup", flags, attributes);
        } else {
            tree = InitTape.given(tape, bound(directory));
            mounts.setAttributes(step, tree, attributes, false);
        }
        mounts.attach(step, tree, target);
        List<String> links = new ArrayList<>(directory.names());
        links.removeIf(link -> link.equals(name) || link.startsWith("name="));
        links.forEach(link -> tape.add(step, Syscall.SYMLINKAT, text(name), stored(top), text(link)));
    }

    /** The client opened the container's own directories after the bundle's mounts, by negative indexes. */
    private int bound(CgroupTree.Directory directory) {
        int index = -1 - plan.cgroupView().own().indexOf(directory);
        return Objects.requireNonNull(plan.opened().trees().get(index));
    }

    /** For what the client opens. */
    static int openTreeFlags(boolean recursive) {
        return recursive ? OPEN_TREE_FLAGS : OPEN_TREE_FLAGS & ~MountSteps.AT_RECURSIVE;
    }
}
