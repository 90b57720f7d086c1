package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.file.Path;
import java.util.Optional;

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
 * of the container any more, and then by {@link MountSteps} only; what comes from the host is opened before, as
 * detached mounts (open_tree).
 */
final class StartTape {
    /** With a terminal: the container's devpts, and its pty's master, which the shim keeps open. */
    static final int DEVPTS_FD = Player.FIRST_FREE_FD;

    static final int MASTER_FD = Player.FIRST_FREE_FD + 1;
    /** The host's null device as a mount of its own, for what is masked. */
    static final int NULL_FD = Player.FIRST_FREE_FD + 2;

    /** With users of the pod's own: their namespace. */
    static final int USERS_FD = Player.FIRST_FREE_FD + 3;

    static final int SIGINFO_BYTES = 128;
    static final int TIMESPEC_BYTES = 16;

    private static final int P_PID = 1;
    private static final int WEXITED = 4;
    private static final int TIOCSCTTY = 0x540e;
    /** The shim is small and must outlive its container. */
    private static final String SHIM_OOM_SCORE = "-998";

    private final Launch launch;
    private final Tape.Builder tape = Tape.builder();

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
        TapeSteps.open(tape, launch.users().isPresent() ? USERS_FD + 1 : NULL_FD + 1);
        if (!launch.execution().terminal()) {
            tape.add("no devpts", Syscall.CLOSE, value(DEVPTS_FD)).ignore(Errno.EBADF);
            tape.add("no master", Syscall.CLOSE, value(MASTER_FD)).ignore(Errno.EBADF);
        }
        if (launch.covers().masked().isEmpty()) {
            tape.add("no null device", Syscall.CLOSE, value(NULL_FD)).ignore(Errno.EBADF);
        }
        TapeSteps.name(tape, "minik-shim");
        tape.add("own session", Syscall.SETSID);
        tape.add("chdir /", Syscall.CHDIR, text("/"));
        TapeSteps.writeIgnoring(
                tape, "protect the shim from OOM", "/proc/self/oom_score_adj", SHIM_OOM_SCORE, Errno.EACCES);
        TapeSteps.join(tape, launch.cgroups().shim());
        Slot status = tape.slot("status");
        String statusFile = launch.shim().status().toString();
        tape.add(
                        "open status file",
                        Syscall.OPENAT,
                        TapeSteps.CWD,
                        text(statusFile),
                        value(Kernel.O_WRONLY | Kernel.O_CLOEXEC))
                .into(status);
        launch.joined().namespaces().forEach(ns -> TapeSteps.enter(tape, ns.pin(), ns.type()));
        launch.joined().pidNamespace().ifPresent(pin -> TapeSteps.enter(tape, pin, TapeSteps.NEWPID));
        boolean newPid =
                launch.joined().pidNamespace().isEmpty() && !launch.joined().hostPid();
        Slot child = tape.slot("child");
        Tape.Label container = tape.label();
        tape.add("clone", Syscall.CLONE, value(TapeSteps.SIGCHLD | TapeSteps.NEWNS | (newPid ? TapeSteps.NEWPID : 0)))
                .into(child)
                .onZero(container);
        TapeSteps.report(tape, child);
        waitFor(child, status);
        tape.place(container);
    }

    /** Descriptors 1 and 2 stay open, so that a FIFO keeps what a minik that is away has not read. */
    private void waitFor(Slot child, Slot status) {
        tape.add("end of report", Syscall.CLOSE, value(Player.REPORT_FD));
        tape.add("close stdin", Syscall.CLOSE, value(0));
        tape.add("close null device", Syscall.CLOSE, value(NULL_FD)).ignore(Errno.EBADF);
        if (launch.users().isPresent()) {
            tape.add("close users", Syscall.CLOSE, value(USERS_FD));
        }
        if (launch.execution().terminal()) {
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
                        TapeSteps.CWD,
                        text(launch.shim().release().toString()),
                        value(0))
                .ignore(Tape.ANY);
        tape.add("leave", Syscall.EXIT_GROUP, value(0));
    }

    private void container() {
        TapeSteps.hide(tape);
        TapeSteps.join(tape, launch.cgroups().container());
        tape.add("new cgroup namespace", Syscall.UNSHARE, value(TapeSteps.NEWCGROUP))
                .ignore(Errno.EINVAL);
        tape.add("own session", Syscall.SETSID);
        tape.add("umask", Syscall.UMASK, value(0));
        TapeSteps.write(
                tape,
                "oom_score_adj",
                "/proc/self/oom_score_adj",
                Integer.toString(launch.execution().oomScoreAdj()));
        BindSteps binds = new BindSteps(tape, launch);
        binds.openSources();
        Optional<UserSteps> users = launch.users().map(own -> new UserSteps(tape, own));
        users.ifPresent(own -> own.mapLayers(
                new OverlayLayers(launch.layers()).directory(), launch.root().upper()));
        binds.openImages();
        root();
        users.ifPresent(UserSteps::makeAsRoot);
        MountSteps mounts = MountSteps.in(tape);
        Optional<Slot> proc = KernelMounts.add(tape, mounts, launch);
        binds.place(mounts, proc);
        MaskSteps masks = new MaskSteps(tape, mounts, proc);
        masks.mask(launch.covers().masked(), NULL_FD);
        masks.protect(launch.covers().readOnly());
        Slot workingDir = mounts.reach(
                TapeFailure.CHDIR,
                Path.of("/").resolve(launch.execution().workingDir()).normalize(),
                true);
        if (launch.covers().readOnlyRoot()) {
            TapeSteps.mount(tape, "", "/", "", TapeSteps.MS_REMOUNT | TapeSteps.MS_BIND | TapeSteps.MS_RDONLY, "");
        }
        if (launch.execution().terminal()) {
            tape.add("controlling terminal", Syscall.IOCTL, value(0), value(TIOCSCTTY), value(0));
        }
        WorkingDir.enter(tape, workingDir);
        users.ifPresent(own -> own.enter(launch.execution().terminal() && KernelMounts.ownTerminals(launch)));
        TapeSteps.closeFrom(tape, Player.FIRST_FREE_FD);
        launch.identity().assume(tape);
        Identity.execute(
                tape,
                launch.execution().argv(),
                launch.execution().env(),
                launch.execution().path());
    }

    private void root() {
        String merged = launch.root().merged().toString();
        OverlayLayers layers = new OverlayLayers(launch.root().lower());
        tape.add("chdir to layers", Syscall.CHDIR, text(layers.directory().toString()));
        String options = layers.writable(launch.root().upper(), launch.root().work());
        TapeSteps.mount(tape, "overlay", merged, "overlay", 0, options);
        tape.add("chdir to root", Syscall.CHDIR, text(merged));
        tape.add("pivot_root", Syscall.PIVOT_ROOT, text("."), text("."));
        tape.add("leave the host's mounts", Syscall.UMOUNT2, text("."), value(Kernel.MNT_DETACH));
        tape.add("chdir /", Syscall.CHDIR, text("/"));
    }
}
