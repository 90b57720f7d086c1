package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Steps;
import io.minik.runtime.tape.Tape;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The system calls that start a container, as a pure function of its {@link Launch}.
 *
 * <pre>
 *   P (shim): own session and cgroup, pod's namespaces, clone ──► C: cgroup, mounts, pivot_root, credentials, execve
 *        │ reports C's pid, waits for it, writes how it ended,
 *        └ waits until a minik has the release FIFO open, exits
 * </pre>
 *
 * <p>All that the image or a volume can influence by symbolic links is resolved after pivot_root, when no path leads out
 * of the container any more; what comes from the host is opened before, as detached mounts (open_tree).
 */
final class StartTape {
    /** With a terminal: the container's devpts, and its pty's master, which the shim keeps open. */
    static final int DEVPTS_FD = Player.FIRST_FREE_FD;

    static final int MASTER_FD = Player.FIRST_FREE_FD + 1;
    static final int SIGINFO_BYTES = 128;
    static final int TIMESPEC_BYTES = 16;

    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int MOVE_FROM_EMPTY = 0x04;
    private static final int MOVE_TO_SYMLINKS = 0x10;
    private static final int MOUNT_ATTR_RDONLY = 1;
    private static final int MOUNT_ATTR_BYTES = 32;
    private static final int P_PID = 1;
    private static final int WEXITED = 4;
    private static final int TIOCSCTTY = 0x540e;
    /** The kernel copies mount options into one page. */
    private static final int MAX_OPTIONS = 4095;
    /** The shim is small and must outlive its container. */
    private static final String SHIM_OOM_SCORE = "-998";

    private final Launch launch;
    private final Tape.Builder tape = Tape.builder();
    private final Map<Launch.Bind, Slot> trees = new LinkedHashMap<>();

    private StartTape(Launch launch) {
        this.launch = launch;
    }

    static Tape of(Launch launch) {
        StartTape start = new StartTape(launch);
        start.shim();
        start.container();
        return start.tape.build();
    }

    private void shim() {
        Steps.open(tape, launch.terminal() ? MASTER_FD + 1 : Player.FIRST_FREE_FD);
        Steps.name(tape, "minik-shim");
        tape.add("own session", Syscall.SETSID);
        tape.add("chdir /", Syscall.CHDIR, text("/"));
        Steps.writeIgnoring(
                tape, "protect the shim from OOM", "/proc/self/oom_score_adj", SHIM_OOM_SCORE, Errno.EACCES);
        Steps.join(tape, launch.shimCgroup());
        Slot status = tape.slot("status");
        String statusFile = launch.statusFile().toString();
        tape.add(
                        "open status file",
                        Syscall.OPENAT,
                        Steps.CWD,
                        text(statusFile),
                        value(Kernel.O_WRONLY | Kernel.O_CLOEXEC))
                .into(status);
        launch.namespaces().forEach(ns -> Steps.enter(tape, ns.pin(), ns.type()));
        launch.pidNamespace().ifPresent(pin -> Steps.enter(tape, pin, Steps.NEWPID));
        boolean newPid = launch.pidNamespace().isEmpty() && !launch.hostPid();
        Slot child = tape.slot("child");
        Tape.Label container = tape.label();
        tape.add("clone", Syscall.CLONE, value(Steps.SIGCHLD | Steps.NEWNS | (newPid ? Steps.NEWPID : 0)))
                .into(child)
                .onZero(container);
        Steps.report(tape, child);
        waitFor(child, status);
        tape.place(container);
    }

    /** Descriptors 1 and 2 stay open, so that a FIFO keeps what a minik that is away has not read. */
    private void waitFor(Slot child, Slot status) {
        tape.add("end of report", Syscall.CLOSE, value(Player.REPORT_FD));
        tape.add("close stdin", Syscall.CLOSE, value(0));
        if (launch.terminal()) {
            tape.add("close terminal", Syscall.CLOSE, value(1));
            tape.add("close terminal", Syscall.CLOSE, value(2));
            tape.add("close devpts", Syscall.CLOSE, value(DEVPTS_FD));
        }
        Slot info = tape.slot("siginfo", SIGINFO_BYTES);
        Slot time = tape.slot("time", TIMESPEC_BYTES);
        Tape.Label again = tape.label();
        tape.place(again);
        tape.add(
                        "wait for the container",
                        Syscall.WAITID,
                        value(P_PID),
                        stored(child),
                        addressOf(info),
                        value(WEXITED),
                        value(0))
                .onError(Errno.EINTR, again);
        tape.add("clock_gettime", Syscall.CLOCK_GETTIME, value(0), addressOf(time));
        tape.add("write status", Syscall.WRITE, stored(status), addressOf(info), value(SIGINFO_BYTES));
        tape.add("write time", Syscall.WRITE, stored(status), addressOf(time), value(TIMESPEC_BYTES));
        tape.add(
                        "wait for minik",
                        Syscall.OPENAT,
                        Steps.CWD,
                        text(launch.releaseFifo().toString()),
                        value(0))
                .ignore(Tape.ANY);
        tape.add("leave", Syscall.EXIT_GROUP, value(0));
    }

    private void container() {
        Steps.join(tape, launch.cgroup());
        tape.add("new cgroup namespace", Syscall.UNSHARE, value(Steps.NEWCGROUP))
                .ignore(Errno.EINVAL);
        tape.add("own session", Syscall.SETSID);
        tape.add("umask", Syscall.UMASK, value(0));
        Steps.write(tape, "oom_score_adj", "/proc/self/oom_score_adj", Integer.toString(launch.oomScoreAdj()));
        openSources();
        root();
        SystemMountSteps.add(tape, launch);
        launch.binds().stream()
                .sorted(Comparator.comparingInt(b -> Path.of(b.target()).getNameCount()))
                .forEach(this::place);
        launch.maskedPaths().forEach(this::mask);
        launch.readOnlyPaths().forEach(this::makeReadOnly);
        Path workingDir = Path.of("/").resolve(launch.workingDir());
        Steps.makeDirectories(tape, workingDir);
        if (launch.readOnlyRoot()) {
            Steps.mount(tape, "", "/", "", Steps.MS_REMOUNT | Steps.MS_BIND | Steps.MS_RDONLY, "");
        }
        if (launch.terminal()) {
            tape.add("controlling terminal", Syscall.IOCTL, value(0), value(TIOCSCTTY), value(0));
            tape.add("close master", Syscall.CLOSE, value(MASTER_FD));
            tape.add("close devpts", Syscall.CLOSE, value(DEVPTS_FD));
        }
        tape.add(StartFailure.CHDIR, Syscall.CHDIR, text(workingDir.toString()));
        launch.identity().assume(tape);
        Identity.execute(tape, launch.argv(), launch.env(), launch.path());
    }

    /**
     * Copies of the host's mounts, while they are still what the host has: shared ones stay peers if taken first, follow
     * the host only once / is a slave, and are on their own once it is private.
     */
    private void openSources() {
        openSources(Containers.Propagation.BIDIRECTIONAL);
        Steps.mount(tape, "", "/", "", Steps.MS_REC | Steps.MS_SLAVE, "");
        openSources(Containers.Propagation.HOST_TO_CONTAINER);
        Steps.mount(tape, "", "/", "", Steps.MS_REC | Steps.MS_PRIVATE, "");
        openSources(Containers.Propagation.PRIVATE);
    }

    private void openSources(Containers.Propagation propagation) {
        for (Launch.Bind bind : launch.binds()) {
            if (bind.propagation() == propagation) {
                Slot tree = tape.slot("mount");
                trees.put(bind, tree);
                tape.add(
                                "open " + bind.source(),
                                Syscall.OPEN_TREE,
                                Steps.CWD,
                                text(bind.source().toString()),
                                value(OPEN_TREE_CLONE | Kernel.O_CLOEXEC | AT_RECURSIVE))
                        .into(tree);
            }
        }
    }

    private void root() {
        String merged = launch.root().merged().toString();
        tape.add("chdir to layers", Syscall.CHDIR, text(layersDirectory().toString()));
        Steps.mount(tape, "overlay", merged, "overlay", 0, overlayOptions());
        tape.add("chdir to root", Syscall.CHDIR, text(merged));
        tape.add("pivot_root", Syscall.PIVOT_ROOT, text("."), text("."));
        tape.add("leave the host's mounts", Syscall.UMOUNT2, text("."), value(Kernel.MNT_DETACH));
        tape.add("chdir /", Syscall.CHDIR, text("/"));
    }

    /** The directory that all lower ones are below: names relative to it keep the options within their page. */
    private Path layersDirectory() {
        Path common = launch.root().lower().get(0).resolve("..").normalize();
        for (Path lower : launch.root().lower()) {
            while (!lower.startsWith(common)) {
                common = common.resolve("..").normalize();
            }
        }
        return common;
    }

    private String overlayOptions() {
        Path base = layersDirectory();
        List<Path> lower = launch.root().lower();
        String options = "lowerdir="
                + lower.stream().map(p -> escape(base.relativize(p).toString())).collect(Collectors.joining(":"))
                + ",upperdir=" + escape(launch.root().upper().toString())
                + ",workdir=" + escape(launch.root().work().toString());
        if (options.length() > MAX_OPTIONS) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.INVALID_CONFIG,
                    "mount overlay",
                    "the image's " + lower.size() + " layers need " + options.length()
                            + " bytes of mount options, the kernel takes " + MAX_OPTIONS,
                    0);
        }
        return options;
    }

    private static String escape(String path) {
        return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
    }

    private void place(Launch.Bind bind) {
        Path target = Path.of("/").resolve(bind.target()).normalize();
        if (bind.directory()) {
            Steps.makeDirectories(tape, target);
        } else {
            Steps.makeFile(tape, target);
        }
        Slot tree = java.util.Objects.requireNonNull(trees.get(bind));
        String step = "mount " + bind.source() + " on " + target;
        tape.add(
                step,
                Syscall.MOVE_MOUNT,
                stored(tree),
                text(""),
                Steps.CWD,
                text(target.toString()),
                value(MOVE_FROM_EMPTY | MOVE_TO_SYMLINKS));
        if (bind.readOnly()) {
            setReadOnly(step, tree, target);
        }
        tape.add(step, Syscall.CLOSE, stored(tree));
    }

    /** mount_setattr is Linux 5.12; before it the remount goes by path. */
    private void setReadOnly(String step, Slot tree, Path target) {
        Tape.Label old = tape.label();
        Tape.Label done = tape.label();
        byte[] attributes = Steps.bytes(Steps.little(MOUNT_ATTR_BYTES).putLong(MOUNT_ATTR_RDONLY));
        tape.add(
                        step + " read-only",
                        Syscall.MOUNT_SETATTR,
                        stored(tree),
                        text(""),
                        value(Kernel.AT_EMPTY_PATH),
                        Arg.bytes("{RDONLY}", attributes),
                        value(MOUNT_ATTR_BYTES))
                .onError(Errno.ENOSYS, old)
                .onZero(done);
        tape.place(old);
        Steps.mount(tape, "", target.toString(), "", Steps.MS_REMOUNT | Steps.MS_BIND | Steps.MS_RDONLY, "");
        tape.place(done);
    }

    /** Only what does not exist may be left unmasked. */
    private void mask(String path) {
        Tape.Label end = tape.label();
        Tape.Label directory = tape.label();
        tape.add("mask " + path, Syscall.FACCESSAT, Steps.CWD, text(path), value(0))
                .onError(Errno.ENOENT, end);
        Steps.mount(tape, "/dev/null", path, "", Steps.MS_BIND, "")
                .onError(Errno.ENOTDIR, directory)
                .onZero(end);
        tape.place(directory);
        Steps.mount(tape, "tmpfs", path, "tmpfs", Steps.MS_RDONLY, "size=0k");
        tape.place(end);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private void makeReadOnly(String path) {
        Tape.Label end = tape.label();
        tape.add("protect " + path, Syscall.FACCESSAT, Steps.CWD, text(path), value(0))
                .onError(Errno.ENOENT, end);
        Steps.mount(tape, path, path, "", Steps.MS_BIND | Steps.MS_REC, "");
        long pseudo = path.startsWith("/proc") || path.startsWith("/sys")
                ? Steps.MS_NOSUID | Steps.MS_NODEV | Steps.MS_NOEXEC
                : 0;
        Steps.mount(tape, "", path, "", Steps.MS_REMOUNT | Steps.MS_BIND | Steps.MS_RDONLY | pseudo, "");
        tape.place(end);
        tape.add("go on", Syscall.SCHED_YIELD);
    }
}
