package io.minik.runtime.oci;

import static io.minik.runtime.tape.Arg.addressOf;
import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.container.MaskSteps;
import io.minik.runtime.container.ReadOnly;
import io.minik.runtime.container.TapeFailure;
import io.minik.runtime.container.WorkingDir;
import io.minik.runtime.oci.Namespace.Kind;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.Arg.Slot;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The system calls that start a bundle's process, as a pure function of its {@link StartPlan}.
 *
 * <pre>
 *   stage: cgroup, namespaces to join, a new user namespace (its maps come from outside), clone ──► init, whose pid it reports
 *   init: waits for GO, mounts ─► READY, waits for GO ─► createContainer hooks, pivot_root, masks, user
 *         ─► WAITING, reads the FIFO ─► startContainer hooks, filter, capabilities, execve (the report ends)
 * </pre>
 *
 * <p>While mounts are made, init's root is the container's: what its image and its volumes name by links ends there. It
 * goes back to the host's root for hooks that must see that, and leaves it for good by pivot_root.
 */
final class InitTape {
    /** Reported beside pids, which are above 0; READY follows the master's number where there is a terminal. */
    static final int MAPS = -2;

    static final int READY = -3;
    static final int WAITING = -4;

    private static final int KEYCTL_JOIN_SESSION_KEYRING = 1;
    private static final int F_SETFD = 2;
    private static final int OPEN_HOW_BYTES = 24;
    private static final long MS_MOVE = 8192;

    private final StartPlan plan;
    private final Tape.Builder tape = Tape.builder();
    private final Bundle bundle;
    private final Map<Kind, Namespace> namespaces;

    private InitTape(StartPlan plan) {
        this.plan = plan;
        this.bundle = plan.bundle();
        this.namespaces = bundle.namespaces();
    }

    static Tape of(StartPlan plan) {
        InitTape init = new InitTape(plan);
        init.stage();
        init.init();
        return init.tape.build();
    }

    /** Tells the client a number. */
    static void report(Tape.Builder tape, int value) {
        tape.add(
                "report " + value,
                Syscall.WRITE,
                value(Player.REPORT_FD),
                Arg.bytes(
                        Integer.toString(value),
                        TapeSteps.bytes(TapeSteps.little(8).putInt(value))),
                value(Player.RECORD_BYTES));
    }

    private void gate(String step) {
        gate(tape, step);
    }

    /** Waits for a byte; nobody sends it any more if the client is gone. */
    static void gate(Tape.Builder tape, String step) {
        Slot go = tape.slot("go");
        Tape.Label on = tape.label();
        Tape.Label gone = tape.label();
        tape.add(step, Syscall.READ, value(DrivenTape.GATE), addressOf(go), value(1))
                .onZero(gone);
        tape.jump(on);
        tape.place(gone);
        tape.add("the client is gone", Syscall.EXIT_GROUP, value(1));
        tape.place(on);
        tape.add("go on", Syscall.SCHED_YIELD);
    }

    private void stage() {
        TapeSteps.name(tape, "minik-runc");
        TapeSteps.hide(tape);
        TapeSteps.join(tape, plan.cgroup());
        for (Kind kind : Kind.values()) {
            Integer fd = plan.opened().namespaces().get(kind);
            if (fd != null) {
                tape.add("join the " + kind.spec + " namespace", Syscall.SETNS, value(fd), value(kind.flag));
                tape.add("close", Syscall.CLOSE, value(fd));
            }
        }
        if (bundle.isNew(Kind.TIME)) {
            tape.add("new time namespace", Syscall.UNSHARE, value(Namespace.NEWTIME));
            String offsets = offsets();
            if (!offsets.isEmpty()) {
                TapeSteps.write(tape, "time offsets", "/proc/self/timens_offsets", offsets);
            }
        }
        if (bundle.isNew(Kind.USER)) {
            tape.add("new user namespace", Syscall.UNSHARE, value(TapeSteps.NEWUSER));
            report(tape, MAPS);
            gate("wait for the maps");
        }
        if (plan.mapped()) {
            tape.add("root's group", Syscall.SETRESGID, value(0), value(0), value(0));
            tape.add("no groups", Syscall.SETGROUPS, value(0), value(0));
            tape.add("root", Syscall.SETRESUID, value(0), value(0), value(0));
            TapeSteps.hide(tape);
        }
        long flags = TapeSteps.SIGCHLD | TapeSteps.CLONE_PARENT;
        for (Kind kind : EnumSet.of(Kind.IPC, Kind.UTS, Kind.NETWORK, Kind.PID, Kind.CGROUP, Kind.MOUNT)) {
            flags |= bundle.isNew(kind) ? kind.flag : 0;
        }
        Slot child = tape.slot("init");
        Tape.Label init = tape.label();
        tape.add("clone", Syscall.CLONE, value(flags)).into(child).onZero(init);
        TapeSteps.report(tape, child);
        tape.add("leave", Syscall.EXIT_GROUP, value(0));
        tape.place(init);
    }

    private String offsets() {
        StringBuilder lines = new StringBuilder();
        bundle.linux().path("timeOffsets").properties().forEach(entry -> lines.append(entry.getKey())
                .append(' ')
                .append(entry.getValue().path("secs").asLong())
                .append(' ')
                .append(entry.getValue().path("nanosecs").asLong())
                .append('\n'));
        return lines.toString();
    }

    private void init() {
        TapeSteps.hide(tape);
        tape.add("end the report on exec", Syscall.FCNTL, value(Player.REPORT_FD), value(F_SETFD), value(1));
        // Else what this process reports could come before its own number, which the stage reports.
        gate("wait until this process is known");
        tape.add("own session", Syscall.SETSID);
        tape.add("umask", Syscall.UMASK, value(0));
        if (plan.mode().newKeyring()) {
            tape.add("session keyring", Syscall.KEYCTL, value(KEYCTL_JOIN_SESSION_KEYRING), text("_ses"))
                    .ignore(Tape.ANY);
        }
        if (namespaces.get(Kind.NETWORK) != null && bundle.isNew(Kind.NETWORK)) {
            Loopback.up(tape);
        }
        Slot host = openRoot();
        Slot tree = enterRoot();
        MountSteps mounts = MountSteps.in(tape);
        FileSystems files = new FileSystems(tape, mounts, plan);
        Optional<Slot> proc = files.mount();
        // Told together with READY, after which this process waits: who takes it finds it there.
        new Devices(tape, mounts, plan).make().ifPresent(master -> TapeSteps.report(tape, master));
        report(tape, READY);
        gate("wait for hooks and limits");
        tape.add("back to the host's root", Syscall.FCHDIR, stored(host));
        tape.add("back to the host's root", Syscall.CHROOT, text("."));
        hooks("createContainer", 0);
        leaveHost(host, tree);
        inside(mounts, tree, proc);
    }

    private Slot openRoot() {
        Slot host = tape.slot("host");
        tape.add(
                        "open the host's root",
                        Syscall.OPENAT,
                        TapeSteps.CWD,
                        text("/"),
                        value(Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC),
                        value(0))
                .into(host);
        return host;
    }

    /** The root file system as a mount at its own place, and everybody's root while mounts are made. */
    private Slot enterRoot() {
        String wanted = bundle.linux().path("rootfsPropagation").asText();
        long propagation = wanted.isEmpty() ? TapeSteps.MS_SLAVE | TapeSteps.MS_REC : MountOptions.propagation(wanted);
        TapeSteps.mount(tape, "", "/", "", propagation, "");
        // What is mounted on a shared mount would be seen on the host.
        plan.parentMount()
                .ifPresent(parent -> TapeSteps.mount(tape, "", parent.toString(), "", TapeSteps.MS_PRIVATE, "")
                        .ignore(Errno.EINVAL));
        String path = bundle.root().toString();
        Slot tree = given(tape, plan.opened().rootfs());
        Slot target = tape.slot("target");
        tape.add(
                        "open " + path,
                        Syscall.OPENAT,
                        TapeSteps.CWD,
                        text(path),
                        value(Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC),
                        value(0))
                .into(target);
        tape.add(
                "mount the root file system",
                Syscall.MOVE_MOUNT,
                stored(tree),
                text(""),
                stored(target),
                text(""),
                value(0x44));
        tape.add("close", Syscall.CLOSE, stored(target));
        tape.add("enter the root file system", Syscall.FCHDIR, stored(tree));
        tape.add("enter the root file system", Syscall.CHROOT, text("."));
        return tree;
    }

    /** A slot of a descriptor that the tape's process started with. */
    static Slot given(Tape.Builder tape, int fd) {
        Slot slot = tape.slot("given");
        tape.add("take descriptor " + fd, Syscall.FCNTL, value(fd), value(TapeSteps.DUPFD_CLOEXEC), value(0))
                .into(slot);
        tape.add("close " + fd, Syscall.CLOSE, value(fd));
        return slot;
    }

    private void leaveHost(Slot host, Slot tree) {
        tape.add("enter the root file system", Syscall.FCHDIR, stored(tree));
        if (plan.mode().noPivot()) {
            TapeSteps.mount(tape, ".", "/", "", MS_MOVE, "");
            tape.add("change root", Syscall.CHROOT, text("."));
        } else {
            tape.add("pivot_root", Syscall.PIVOT_ROOT, text("."), text("."));
            tape.add("to the old root", Syscall.FCHDIR, stored(host));
            // The host must not see that its mounts are left.
            TapeSteps.mount(tape, "", ".", "", TapeSteps.MS_SLAVE | TapeSteps.MS_REC, "");
            tape.add("leave the host's mounts", Syscall.UMOUNT2, text("."), value(Kernel.MNT_DETACH));
        }
        tape.add("chdir /", Syscall.CHDIR, text("/"));
        tape.add("close the host's root", Syscall.CLOSE, stored(host));
    }

    private void inside(MountSteps mounts, Slot tree, Optional<Slot> proc) {
        JsonNode config = bundle.config();
        name("hostname", config.path("hostname").asText(), Syscall.SETHOSTNAME);
        name("domainname", config.path("domainname").asText(), Syscall.SETDOMAINNAME);
        sysctls(proc);
        Slot workingDir = mounts.reach(
                TapeFailure.CHDIR, Path.of(plan.process().path("cwd").asText()).normalize(), true);
        if (config.path("root").path("readonly").asBoolean()) {
            new ReadOnly(tape, mounts).afterwards("make the root read-only", tree, MountSteps.ATTR_RDONLY);
        }
        MaskSteps masks = new MaskSteps(tape, mounts, proc);
        masks.protect(Fields.texts(bundle.linux().path("readonlyPaths")));
        masks.mask(
                Fields.texts(bundle.linux().path("maskedPaths")), plan.opened().nullDevice());
        String propagation = bundle.linux().path("rootfsPropagation").asText();
        if (!propagation.isEmpty()) {
            TapeSteps.mount(tape, "", "/", "", MountOptions.propagation(propagation), "");
        }
        AppArmor.next(tape, plan.process().path("apparmorProfile").asText(), proc);
        Credentials credentials = plan.credentials();
        credentials.surround(tape, !plan.mapped());
        credentials.umask(tape);
        WorkingDir.enter(tape, workingDir);
        credentials.become(tape);
        credentials.lookUp(tape);
        waitForStart();
        startHooks(credentials);
        finish(tape, plan.mode().preserveFds());
        credentials.confine(tape, true);
        credentials.execute(tape, plan.home());
    }

    private void name(String step, String name, Syscall call) {
        if (!name.isEmpty()) {
            tape.add(step, call, text(name), value(name.getBytes(StandardCharsets.UTF_8).length));
        }
    }

    /** Written beneath the very procfs that was mounted here: what is at /proc by its path may be another thing. */
    private void sysctls(Optional<Slot> proc) {
        Map<String, String> sysctls = Fields.map(bundle.linux().path("sysctl"));
        if (sysctls.isEmpty()) {
            return;
        }
        Slot from = proc.orElseThrow(() -> Fields.invalid("linux.sysctl needs a mount of type proc on /proc"));
        int strict = MountSteps.BENEATH | MountSteps.NO_XDEV | MountSteps.NO_SYMLINKS;
        byte[] how = TapeSteps.bytes(TapeSteps.little(OPEN_HOW_BYTES)
                .putLong(Kernel.O_WRONLY | Kernel.O_CLOEXEC)
                .putLong(0)
                .putLong(strict));
        sysctls.forEach((name, content) -> {
            Slot file = tape.slot("sysctl");
            String step = "sysctl " + name;
            // Where a slash separates, a dot is part of a name, and the other way round.
            boolean slashes =
                    name.indexOf('/') >= 0 && (name.indexOf('.') < 0 || name.indexOf('/') < name.indexOf('.'));
            String path = "sys/"
                    + (slashes
                            ? name
                            : name.replace('.', '\1').replace('/', '.').replace('\1', '/'));
            tape.add(
                            step,
                            Syscall.OPENAT2,
                            stored(from),
                            text(path),
                            Arg.bytes("{O_WRONLY}", how),
                            value(OPEN_HOW_BYTES))
                    .into(file);
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            tape.add(step, Syscall.WRITE, stored(file), text(content), value(bytes.length));
            tape.add(step, Syscall.CLOSE, stored(file));
        });
    }

    /** The FIFO was opened for both directions, so that a start never waits for us and we never miss it. */
    private void waitForStart() {
        if (!plan.mode().waits()) {
            return;
        }
        Slot go = tape.slot("start");
        Tape.Label again = tape.label();
        report(tape, WAITING);
        tape.place(again);
        tape.add("wait for start", Syscall.READ, value(plan.opened().fifo()), addressOf(go), value(1))
                .onError(Errno.EINTR, again);
    }

    private void hooks(String kind, int from) {
        int at = from;
        for (JsonNode hook : bundle.config().path("hooks").path(kind)) {
            String name = "error running " + kind + " hook #" + (at - from);
            HookSteps.run(tape, name, hook, plan.opened().hooks().get(at++), t -> {});
        }
    }

    private void startHooks(Credentials credentials) {
        JsonNode hooks = bundle.config().path("hooks");
        int at = hooks.path("createContainer").size();
        for (JsonNode hook : hooks.path("startContainer")) {
            String name = "error running startContainer hook #"
                    + (at - hooks.path("createContainer").size());
            // What it runs is the image's own program: it gets no more than the container.
            HookSteps.run(tape, name, hook, plan.opened().hooks().get(at++), t -> credentials.confine(t, false));
        }
    }

    /** Nothing of ours stays open; what the caller passes on gets its own numbers again. */
    static void finish(Tape.Builder tape, int preserveFds) {
        if (preserveFds == 0) {
            TapeSteps.closeFrom(tape, Player.REPORT_FD + 1);
            return;
        }
        int report = Player.REPORT_FD + preserveFds;
        tape.add("move the report", Syscall.DUP3, value(Player.REPORT_FD), value(report), value(Kernel.O_CLOEXEC));
        tape.add("give descriptor 3 back", Syscall.DUP3, value(DrivenTape.KEPT), value(Player.REPORT_FD), value(0))
                .ignore(Errno.EBADF);
        TapeSteps.closeFrom(tape, report + 1);
    }

    static List<String> kindNames() {
        return EnumSet.allOf(Kind.class).stream().map(k -> k.spec).sorted().toList();
    }
}
