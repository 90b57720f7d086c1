package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;
import static io.minik.runtime.tape.MountSteps.ATTR_NODEV;
import static io.minik.runtime.tape.MountSteps.ATTR_NOEXEC;
import static io.minik.runtime.tape.MountSteps.ATTR_NOSUID;
import static io.minik.runtime.tape.MountSteps.ATTR_RDONLY;
import static io.minik.runtime.tape.MountSteps.ATTR_STRICTATIME;
import static io.minik.runtime.tape.MountSteps.BENEATH;
import static io.minik.runtime.tape.MountSteps.NO_MAGICLINKS;
import static io.minik.runtime.tape.MountSteps.NO_SYMLINKS;
import static io.minik.runtime.tape.MountSteps.NO_XDEV;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * proc, dev, sys and their like, as the OCI runtime-spec lists them for Linux; one that the user mounts himself is left to
 * him. They are in place before anything of the user is: only the image's tree is there, and in it /proc, /sys and /dev
 * must be directories, not links. What goes below them is placed by their own descriptors.
 */
final class KernelMounts {
    private static final long CHARACTER = 0x2000;
    private static final long BLOCK = 0x6000;
    private static final long REGULAR_FILE = 0x8000;
    private static final int QUIET = ATTR_NOSUID | ATTR_NOEXEC | ATTR_NODEV;
    private static final int STRICT = BENEATH | NO_XDEV | NO_SYMLINKS | NO_MAGICLINKS;
    private static final int NOT_LINKS = 0x100;

    private static final List<Launch.Node> STANDARD_NODES = List.of(
            node("/dev/null", 1, 3),
            node("/dev/zero", 1, 5),
            node("/dev/full", 1, 7),
            node("/dev/random", 1, 8),
            node("/dev/urandom", 1, 9),
            node("/dev/tty", 5, 0));

    private static final List<List<String>> LINKS = List.of(
            List.of("/proc/self/fd", "fd"),
            List.of("/proc/self/fd/0", "stdin"),
            List.of("/proc/self/fd/1", "stdout"),
            List.of("/proc/self/fd/2", "stderr"),
            List.of("pts/ptmx", "ptmx"));

    private final Tape.Builder tape;
    private final MountSteps mounts;
    private final Launch launch;

    private KernelMounts(Tape.Builder tape, MountSteps mounts, Launch launch) {
        this.tape = tape;
        this.mounts = mounts;
        this.launch = launch;
    }

    /** @return the container's procfs, if it is not the user's own */
    static Optional<Slot> add(Tape.Builder tape, MountSteps mounts, Launch launch) {
        return new KernelMounts(tape, mounts, launch).add();
    }

    private static Launch.Node node(String path, int major, int minor) {
        return new Launch.Node(path, 'c', major, minor, 0666, 0, 0);
    }

    private Optional<Slot> add() {
        Optional<Slot> proc = isUsers("/proc") ? Optional.empty() : Optional.of(top("proc", "proc", QUIET));
        if (!isUsers("/dev")) {
            dev();
        }
        if (!isUsers("/sys")) {
            sys();
        }
        launch.nodes().stream().filter(node -> !node.path().startsWith("/dev/")).forEach(this::elsewhere);
        return proc;
    }

    /** Whether its terminals are those that we mount. */
    static boolean ownTerminals(Launch launch) {
        return launch.binds().stream()
                .map(bind -> Path.of("/").resolve(bind.target()).normalize())
                .noneMatch(target -> target.equals(Path.of("/dev")) || target.startsWith("/dev/pts"));
    }

    private boolean isUsers(String target) {
        return isMounted(launch, target);
    }

    private static boolean isMounted(Launch launch, String target) {
        return launch.binds().stream()
                .anyMatch(b ->
                        Path.of("/").resolve(b.target()).normalize().toString().equals(target));
    }

    private Slot top(String type, String name, int attributes) {
        String step = "mount " + type + " on /" + name;
        Slot tree = mounts.make(step, type, Map.of(), attributes);
        place(step, tree, name);
        return tree;
    }

    private void place(String step, Slot tree, String name) {
        mounts.attach(step, tree, mounts.requireDirectory(step, name));
        mounts.verify(step, Path.of("/", name), tree, NO_SYMLINKS);
    }

    /** A directory of a mount of ours, in which there are no links but ours. */
    private Slot inside(String step, Slot mount, String name) {
        Slot found = tape.slot("target");
        mounts.open(step, mount, name, true, STRICT, found);
        return found;
    }

    private void directory(String step, Slot mount, String name, long mode) {
        tape.add(step, Syscall.MKDIRAT, stored(mount), text(name), value(mode)).ignore(Errno.EEXIST);
    }

    /** Filled before it is in its place. */
    private void dev() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("mode", "755");
        options.put("size", "65536k");
        Slot dev = mounts.make("mount tmpfs on /dev", "tmpfs", options, ATTR_NOSUID | ATTR_STRICTATIME);
        STANDARD_NODES.forEach(node -> make(dev, node.path().substring("/dev/".length()), node));
        LINKS.forEach(link -> tape.add(
                "link /dev/" + link.get(1), Syscall.SYMLINKAT, text(link.get(0)), stored(dev), text(link.get(1))));
        launch.nodes().stream().filter(node -> node.path().startsWith("/dev/")).forEach(node -> below(dev, node));
        List.of("pts", "mqueue").forEach(name -> directory("make directory /dev/" + name, dev, name, 0755));
        place("mount tmpfs on /dev", dev, "dev");
        if (!isUsers("/dev/pts")) {
            pts(dev);
        }
        if (!isUsers("/dev/mqueue")) {
            String step = "mount mqueue on /dev/mqueue";
            Slot mqueue = mounts.make(step, "mqueue", Map.of(), QUIET);
            mounts.attach(step, mqueue, inside(step, dev, "mqueue"));
        }
    }

    private void below(Slot dev, Launch.Node node) {
        Path path = Path.of("/dev").relativize(Path.of(node.path()).normalize());
        for (int i = 1; i < path.getNameCount(); i++) {
            String name = path.subpath(0, i).toString();
            directory("make directory /dev/" + name, dev, name, 0755);
        }
        make(dev, path.toString(), node);
    }

    private void elsewhere(Launch.Node node) {
        Path path = Path.of("/").resolve(node.path()).normalize();
        String step = "make device " + path;
        Slot parent = path.getNameCount() == 1 ? mounts.root() : mounts.reach(step, path.resolveSibling("."), true);
        make(parent, path.getFileName().toString(), node);
    }

    /** What is there under that name is kept: the image's own, which the cgroup's device rules hold as well. */
    private void make(Slot directory, String name, Launch.Node node) {
        long type = node.type() == 'b' ? BLOCK : CHARACTER;
        tape.add(
                        "make device " + node.path(),
                        Syscall.MKNODAT,
                        stored(directory),
                        text(name),
                        value(type | node.mode()),
                        value(number(node.major(), node.minor())))
                .ignore(Errno.EEXIST);
        if (node.uid() != 0 || node.gid() != 0) {
            tape.add(
                    "own device " + node.path(),
                    Syscall.FCHOWNAT,
                    stored(directory),
                    text(name),
                    value(node.uid()),
                    value(node.gid()),
                    value(NOT_LINKS));
        }
    }

    /** dev_t as the kernel's user interface packs it. */
    private static long number(long major, long minor) {
        return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffL) << 12);
    }

    private void pts(Slot dev) {
        String step = "mount devpts on /dev/pts";
        if (!launch.execution().terminal()) {
            Map<String, String> options = new LinkedHashMap<>();
            options.put("ptmxmode", "0666");
            options.put("mode", "0620");
            options.put("gid", Long.toString(launch.groupOnNode(Terminal.TTY_GROUP)));
            Slot devpts = mounts.make(step, "devpts", options, ATTR_NOSUID | ATTR_NOEXEC);
            mounts.attach(step, devpts, inside(step, dev, "pts"));
            return;
        }
        mounts.attach(step, given(StartTape.DEVPTS_FD), inside(step, dev, "pts"));
        // The console is the terminal itself, which is open already: no name of a device is looked up.
        String console = "mount the terminal on /dev/console";
        tape.add(console, Syscall.MKNODAT, stored(dev), text("console"), value(REGULAR_FILE | 0600), value(0));
        Slot target = tape.slot("target");
        mounts.open(console, dev, "console", false, STRICT, target);
        mounts.attach(console, mounts.copy(console, given(0), false), target);
    }

    /** A descriptor that the tape's process started with; dup makes a slot of it. */
    private Slot given(int fd) {
        Slot slot = tape.slot("given");
        tape.add("take descriptor " + fd, Syscall.FCNTL, value(fd), value(TapeSteps.DUPFD_CLOEXEC), value(0))
                .into(slot);
        return slot;
    }

    private void sys() {
        int readOnly = launch.defaults().writableSys() ? 0 : ATTR_RDONLY;
        Slot sys = top("sysfs", "sys", QUIET | readOnly);
        if (isUsers("/sys/fs/cgroup")) {
            return;
        }
        if (launch.defaults().cgroupV2()) {
            String step = "mount cgroup2 on /sys/fs/cgroup";
            Tape.Label absent = tape.label();
            Slot cgroup = tape.slot("cgroup2");
            mounts.make(step, "cgroup2", Map.of(), QUIET | readOnly, cgroup, Optional.of(absent));
            mounts.attach(step, cgroup, inside(step, sys, "fs/cgroup"));
            tape.place(absent);
            tape.add("go on", Syscall.SCHED_YIELD);
        } else {
            cgroupV1(sys, readOnly);
        }
    }

    private void cgroupV1(Slot sys, int readOnly) {
        String step = "mount tmpfs on /sys/fs/cgroup";
        Slot top = mounts.make(step, "tmpfs", Map.of("mode", "755"), QUIET);
        for (String options : launch.defaults().cgroupV1()) {
            directory(step, top, options, 0755);
            Arrays.stream(options.split(","))
                    .filter(controller -> !controller.equals(options))
                    .forEach(controller -> tape.add(
                            "link " + controller, Syscall.SYMLINKAT, text(options), stored(top), text(controller)));
        }
        mounts.attach(step, top, inside(step, sys, "fs/cgroup"));
        for (String options : launch.defaults().cgroupV1()) {
            String each = "mount cgroup on /sys/fs/cgroup/" + options;
            Map<String, String> flags = new LinkedHashMap<>();
            Arrays.stream(options.split(",")).forEach(controller -> flags.put(controller, ""));
            Slot cgroup = mounts.make(each, "cgroup", flags, QUIET | readOnly);
            mounts.attach(each, cgroup, inside(each, top, options));
        }
        if (readOnly != 0) {
            new ReadOnly(tape, mounts).afterwards(step, top, readOnly | QUIET);
        }
    }
}
