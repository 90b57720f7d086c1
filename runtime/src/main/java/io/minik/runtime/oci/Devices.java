package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.List;
import java.util.Optional;

/** Device nodes, the links of /dev, and the terminal. */
final class Devices {
    private static final long CHARACTER = 0x2000;
    private static final long BLOCK = 0x6000;
    private static final long FIFO = 0x1000;
    private static final long REGULAR_FILE = 0x8000;
    private static final int NOT_LINKS = 0x100;
    private static final int TIOCSCTTY = 0x540e;
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTPEER = 0x5441;
    private static final long DEVPTS_MAGIC = 0x1cd1;
    private static final int OPEN_HOW_BYTES = 24;
    private static final List<List<String>> LINKS = List.of(
            List.of("/proc/self/fd", "fd"),
            List.of("/proc/self/fd/0", "stdin"),
            List.of("/proc/self/fd/1", "stdout"),
            List.of("/proc/self/fd/2", "stderr"));

    /** @param mode with the type's bits */
    record Node(String path, long mode, long major, long minor, long uid, long gid) {}

    private final Tape.Builder tape;
    private final MountSteps mounts;
    private final StartPlan plan;

    Devices(Tape.Builder tape, MountSteps mounts, StartPlan plan) {
        this.tape = tape;
        this.mounts = mounts;
        this.plan = plan;
    }

    /** Those that every container has, and the bundle's. */
    static List<Node> nodes(Bundle bundle) {
        List<Node> nodes = new ArrayList<>();
        int[][] standard = {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}};
        String[] names = {"null", "zero", "full", "random", "urandom", "tty"};
        for (int i = 0; i < names.length; i++) {
            nodes.add(new Node("/dev/" + names[i], CHARACTER | 0666, standard[i][0], standard[i][1], 0, 0));
        }
        for (JsonNode node : bundle.linux().path("devices")) {
            Node each = node(node);
            nodes.removeIf(other -> other.path().equals(each.path()));
            nodes.add(each);
        }
        return nodes;
    }

    private static Node node(JsonNode node) {
        String type = node.path("type").asText();
        long kind =
                switch (type) {
                    case "c", "u" -> CHARACTER;
                    case "b" -> BLOCK;
                    case "p" -> FIFO;
                    default -> throw Fields.invalid("invalid device type \"" + type + "\"");
                };
        String path = Fields.withoutNul(node.path("path").asText(), "linux.devices.path");
        return new Node(
                Path.of("/").resolve(path).normalize().toString(),
                kind | (node.path("fileMode").asLong(0666) & 07777),
                node.path("major").asLong(),
                node.path("minor").asLong(),
                node.path("uid").asLong(),
                node.path("gid").asLong());
    }

    /** A /dev that is the host's is left as it is. */
    static boolean ownDev(Bundle bundle) {
        for (Mount mount : bundle.mounts()) {
            if (mount.destination().equals("/dev") && mount.bind()) {
                return false;
            }
        }
        return true;
    }

    /** @return the terminal's master, if the bundle wants one */
    Optional<Slot> make() {
        if (ownDev(plan.bundle())) {
            nodes(plan.bundle()).forEach(this::make);
            links();
        }
        return plan.process().path("terminal").asBoolean() ? Optional.of(terminal()) : Optional.empty();
    }

    private void make(Node node) {
        Path path = Path.of(node.path());
        String step = "make device " + path;
        Integer bound = plan.opened().devices().get(node.path());
        if (bound != null) {
            Slot target = mounts.reach(step, path, false);
            mounts.attach(step, InitTape.given(tape, bound), target);
            return;
        }
        Slot parent = path.getNameCount() == 1 ? mounts.root() : mounts.reach(step, path.resolveSibling("."), true);
        String name = path.getFileName().toString();
        Tape.Label there = tape.label();
        tape.add(
                        step,
                        Syscall.MKNODAT,
                        stored(parent),
                        text(name),
                        value(node.mode()),
                        value(number(node.major(), node.minor())))
                .onError(Errno.EEXIST, there);
        if (node.uid() != 0 || node.gid() != 0) {
            tape.add(
                    step,
                    Syscall.FCHOWNAT,
                    stored(parent),
                    text(name),
                    value(node.uid()),
                    value(node.gid()),
                    value(NOT_LINKS));
        }
        tape.place(there);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private static long number(long major, long minor) {
        return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffL) << 12);
    }

    private void links() {
        Slot dev = mounts.reach("open /dev", Path.of("/dev"), true);
        List<List<String>> links = new ArrayList<>(LINKS);
        if (plan.opened().kernelCore()) {
            links.add(List.of("/proc/kcore", "core"));
        }
        for (List<String> link : links) {
            tape.add("link /dev/" + link.get(1), Syscall.SYMLINKAT, text(link.get(0)), stored(dev), text(link.get(1)))
                    .ignore(Errno.EEXIST);
        }
        tape.add("replace /dev/ptmx", Syscall.UNLINKAT, stored(dev), text("ptmx"), value(0))
                .ignore(Errno.ENOENT);
        tape.add("link /dev/ptmx", Syscall.SYMLINKAT, text("pts/ptmx"), stored(dev), text("ptmx"));
    }

    /** A pair on the container's devpts. */
    private Slot terminal() {
        Slot master = pty(tape, mounts.root());
        ownTerminal(tape, plan.credentials().uid());
        Slot dev = mounts.reach("open /dev", Path.of("/dev"), true);
        String step = "mount the terminal on /dev/console";
        tape.add(step, Syscall.MKNODAT, stored(dev), text("console"), value(REGULAR_FILE | 0600), value(0))
                .ignore(Errno.EEXIST);
        Slot target = tape.slot("target");
        mounts.open(step, dev, "console", false, MountSteps.BENEATH | MountSteps.NO_SYMLINKS, target);
        Slot tree = tape.slot("console");
        tape.add(step, Syscall.OPEN_TREE, value(0), text(""), value(0x1001 | Kernel.O_CLOEXEC))
                .into(tree);
        mounts.attach(step, tree, target);
        tape.add(step, Syscall.CLOSE, stored(tree));
        return master;
    }

    /** What stands at /dev/pts may be anything by now; only a devpts gives terminals. */
    static Slot pty(Tape.Builder tape, Slot root) {
        byte[] how = TapeSteps.bytes(TapeSteps.little(OPEN_HOW_BYTES)
                .putLong(Kernel.O_RDWR | Kernel.O_NOCTTY | Kernel.O_CLOEXEC)
                .putLong(0)
                .putLong(MountSteps.NO_MAGICLINKS));
        Slot master = tape.slot("master");
        Slot slave = tape.slot("slave");
        Slot statfs = tape.slot("statfs", Checks.STATFS_BYTES);
        String step = "open a terminal";
        Arg readWrite = Arg.bytes("{O_RDWR}", how);
        tape.add(step, Syscall.OPENAT2, stored(root), text("dev/pts/ptmx"), readWrite, value(OPEN_HOW_BYTES))
                .into(master);
        Checks.statfs(tape, step, master, statfs);
        Checks.require(tape, "the container's /dev/pts is not a devpts", statfs, 0, value(DEVPTS_MAGIC));
        Slot unlocked = tape.slot("unlocked");
        tape.add(step, Syscall.IOCTL, stored(master), value(TIOCSPTLCK), addressOf(unlocked));
        tape.add(step, Syscall.IOCTL, stored(master), value(TIOCGPTPEER), value(Kernel.O_RDWR | Kernel.O_NOCTTY))
                .into(slave);
        for (int fd = 0; fd < 3; fd++) {
            tape.add(step, Syscall.DUP3, stored(slave), value(fd), value(0));
        }
        tape.add(step, Syscall.CLOSE, stored(slave));
        return master;
    }

    static void ownTerminal(Tape.Builder tape, long uid) {
        tape.add("controlling terminal", Syscall.IOCTL, value(0), value(TIOCSCTTY), value(0));
        tape.add("own terminal", Syscall.FCHOWN, value(0), value(uid), value(-1));
    }
}
