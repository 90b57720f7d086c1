package io.minik.runtime.container;

import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Steps;
import io.minik.runtime.tape.Tape;
import java.nio.file.Path;
import java.util.List;

/** proc, dev, sys and their like, as the OCI runtime-spec lists them for Linux; one that the user mounts himself is left to him. */
final class SystemMountSteps {
    private static final long CHARACTER = 0x2000;
    private static final long BLOCK = 0x6000;
    private static final long QUIET = Steps.MS_NOSUID | Steps.MS_NOEXEC | Steps.MS_NODEV;
    private static final int MOVE_FROM_EMPTY = 0x04;
    private static final int MOVE_TO_SYMLINKS = 0x10;

    private static final List<Launch.Node> STANDARD_NODES = List.of(
            node("/dev/null", 1, 3),
            node("/dev/zero", 1, 5),
            node("/dev/full", 1, 7),
            node("/dev/random", 1, 8),
            node("/dev/urandom", 1, 9),
            node("/dev/tty", 5, 0));

    private static final List<List<String>> LINKS = List.of(
            List.of("/proc/self/fd", "/dev/fd"),
            List.of("/proc/self/fd/0", "/dev/stdin"),
            List.of("/proc/self/fd/1", "/dev/stdout"),
            List.of("/proc/self/fd/2", "/dev/stderr"),
            List.of("pts/ptmx", "/dev/ptmx"));

    private final Tape.Builder tape;
    private final Launch launch;

    private SystemMountSteps(Tape.Builder tape, Launch launch) {
        this.tape = tape;
        this.launch = launch;
    }

    static void add(Tape.Builder tape, Launch launch) {
        new SystemMountSteps(tape, launch).add();
    }

    private static Launch.Node node(String path, int major, int minor) {
        return new Launch.Node(path, 'c', major, minor, 0666, 0, 0);
    }

    private void add() {
        mount("/proc", "proc", "proc", QUIET, "");
        if (mount("/dev", "tmpfs", "tmpfs", Steps.MS_NOSUID | Steps.MS_STRICTATIME, "mode=755,size=65536k")) {
            STANDARD_NODES.forEach(this::make);
            LINKS.forEach(link -> tape.add(
                            "link " + link.get(1), Syscall.SYMLINKAT, text(link.get(0)), Steps.CWD, text(link.get(1)))
                    .ignore(Errno.EEXIST));
        }
        pts();
        mount("/dev/mqueue", "mqueue", "mqueue", QUIET, "");
        long readOnly = launch.defaults().writableSys() ? 0 : Steps.MS_RDONLY;
        mount("/sys", "sysfs", "sysfs", QUIET | readOnly, "");
        cgroup(QUIET | readOnly);
        launch.nodes().forEach(this::make);
    }

    private boolean isUsers(String target) {
        return launch.binds().stream()
                .anyMatch(b ->
                        Path.of("/").resolve(b.target()).normalize().toString().equals(target));
    }

    private boolean mount(String target, String source, String type, long flags, String data) {
        if (isUsers(target)) {
            return false;
        }
        directory(target);
        Steps.mount(tape, source, target, type, flags, data);
        return true;
    }

    private void directory(String target) {
        Steps.makeDirectories(tape, Path.of(target));
    }

    private void make(Launch.Node node) {
        long type = node.type() == 'b' ? BLOCK : CHARACTER;
        if (!node.path().matches("/dev/[^/]+")) {
            directory(String.valueOf(Path.of(node.path()).getParent()));
        }
        tape.add(
                        "make device " + node.path(),
                        Syscall.MKNODAT,
                        Steps.CWD,
                        text(node.path()),
                        value(type | node.mode()),
                        value(number(node.major(), node.minor())))
                .ignore(Errno.EEXIST);
        if (node.uid() != 0 || node.gid() != 0) {
            tape.add(
                    "own device " + node.path(),
                    Syscall.FCHOWNAT,
                    Steps.CWD,
                    text(node.path()),
                    value(node.uid()),
                    value(node.gid()),
                    value(0));
        }
    }

    /** dev_t as the kernel's user interface packs it. */
    private static long number(long major, long minor) {
        return (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffL) << 12);
    }

    private void pts() {
        if (isUsers("/dev") || isUsers("/dev/pts")) {
            return;
        }
        directory("/dev/pts");
        if (!launch.terminal()) {
            Steps.mount(
                    tape,
                    "devpts",
                    "/dev/pts",
                    "devpts",
                    Steps.MS_NOSUID | Steps.MS_NOEXEC,
                    "newinstance,ptmxmode=0666,mode=0620,gid=5");
            return;
        }
        tape.add(
                "mount devpts on /dev/pts",
                Syscall.MOVE_MOUNT,
                value(StartTape.DEVPTS_FD),
                text(""),
                Steps.CWD,
                text("/dev/pts"),
                value(MOVE_FROM_EMPTY | MOVE_TO_SYMLINKS));
        Steps.makeFile(tape, Path.of("/dev/console"));
        Steps.mount(tape, "/dev/pts/0", "/dev/console", "", Steps.MS_BIND, "");
    }

    private void cgroup(long flags) {
        if (isUsers("/sys") || isUsers("/sys/fs/cgroup")) {
            return;
        }
        String top = "/sys/fs/cgroup";
        if (launch.defaults().cgroupV2()) {
            Steps.mount(tape, "cgroup", top, "cgroup2", flags, "").ignore(Errno.ENOENT);
            return;
        }
        Steps.mount(tape, "tmpfs", top, "tmpfs", QUIET, "mode=755");
        for (String options : launch.defaults().cgroupV1()) {
            directory(top + "/" + options);
            Steps.mount(tape, "cgroup", top + "/" + options, "cgroup", flags, options);
            for (String controller : options.split(",")) {
                if (!controller.equals(options)) {
                    tape.add(
                            "link " + controller,
                            Syscall.SYMLINKAT,
                            text(options),
                            Steps.CWD,
                            text(top + "/" + controller));
                }
            }
        }
        if ((flags & Steps.MS_RDONLY) != 0) {
            Steps.mount(tape, "", top, "", Steps.MS_REMOUNT | Steps.MS_BIND | Steps.MS_RDONLY | QUIET, "");
        }
    }
}
