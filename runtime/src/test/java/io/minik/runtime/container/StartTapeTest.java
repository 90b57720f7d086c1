package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.snapshot.Snapshotter.RootFs;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.MountSteps;
import io.minik.runtime.tape.Player;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every container's tape, whatever it is asked to be: read off the tape itself, nothing is played. */
class StartTapeTest {
    private static final Path HOST = Path.of("/host");
    /** Calls that change or open something by directory and name: the first argument is the directory. */
    private static final Set<Syscall> AT = EnumSet.of(
            Syscall.MKDIRAT, Syscall.MKNODAT, Syscall.FCHOWNAT, Syscall.OPEN_TREE, Syscall.OPENAT2, Syscall.MOVE_MOUNT);

    private static Launch.Bind bind(String target, Propagation propagation) {
        return new Launch.Bind(HOST.resolve("volume"), target, true, true, Containers.Recursive.YES, propagation);
    }

    /** Combinations of what decides about mounts. */
    static Stream<Launch> launches() {
        List<Launch.Bind> usual = List.of(
                bind("/dev/shm", Propagation.PRIVATE),
                bind("/var/run/secrets/token", Propagation.HOST_TO_CONTAINER),
                new Launch.Bind(
                        HOST.resolve("file"), "/etc/hosts", false, true, Containers.Recursive.NO, Propagation.PRIVATE));
        return Stream.of(true, false).flatMap(terminal -> Stream.of(true, false).flatMap(v2 -> Stream.of(
                        usual,
                        List.of(bind("/dev", Propagation.PRIVATE), bind("/dev/shm", Propagation.PRIVATE)),
                        List.of(bind("/sys", Propagation.BIDIRECTIONAL)),
                        List.of(bind("/sys/fs/cgroup", Propagation.PRIVATE)),
                        List.of(bind("/proc", Propagation.PRIVATE)),
                        List.of(bind("/proc/cpuinfo", Propagation.PRIVATE)),
                        List.of(bind("/dev/pts", Propagation.PRIVATE)))
                .map(binds -> launch(terminal, v2, binds))));
    }

    private static Launch launch(boolean terminal, boolean v2, List<Launch.Bind> binds) {
        return new Launch(
                new Launch.Joined(
                        List.of(new Launch.Namespace(HOST.resolve("net"), TapeSteps.NEWNET)), Optional.empty(), false),
                new Launch.CgroupFiles(List.of(HOST.resolve("shims")), List.of(HOST.resolve("cgroup"))),
                new Launch.ShimFiles(HOST.resolve("status"), HOST.resolve("release")),
                new RootFs(
                        List.of(HOST.resolve("lower")),
                        HOST.resolve("upper"),
                        HOST.resolve("work"),
                        HOST.resolve("merged")),
                new Launch.SystemMounts(v2, v2 ? List.of() : List.of("cpu,cpuacct", "memory"), false),
                binds,
                List.of(
                        new Launch.Node("/dev/net/tun", 'c', 10, 200, 0666, 0, 5),
                        new Launch.Node("/opt/device", 'c', 10, 201, 0666, 1, 1)),
                new Launch.Covers(
                        true, Containers.KernelPaths.HIDDEN.masked(), Containers.KernelPaths.HIDDEN.readOnly()),
                new Identity(0, 0, List.of(0L), Set.of(0, 1), true, new byte[8]),
                new Launch.Execution(List.of("sh"), List.of("A=b"), "/bin:/usr/bin", "/work/dir", terminal, 0));
    }

    private static List<Tape.Entry> inside(Launch launch) {
        List<Tape.Entry> all = StartTape.of(launch).entries();
        int root = all.stream().map(Tape.Entry::call).toList().indexOf(Syscall.PIVOT_ROOT);
        return all.subList(root + 1, all.size());
    }

    private static boolean isPath(Arg arg) {
        return arg instanceof Arg.Text text && !text.text().isEmpty();
    }

    @ParameterizedTest
    @MethodSource("launches")
    void onceInsideNothingIsMountedOrMadeByAPathOfTheContainer(Launch launch) {
        for (Tape.Entry entry : inside(launch)) {
            if (AT.contains(entry.call())) {
                assertThat(entry.args().get(0))
                        .as(entry.step() + " begins at a descriptor")
                        .isInstanceOf(Arg.ValueOf.class);
            }
            switch (entry.call()) {
                case MOVE_MOUNT ->
                    assertThat(entry.args().subList(0, 4))
                            .as(entry.step() + " resolves no path")
                            .noneMatch(StartTapeTest::isPath)
                            .noneMatch(TapeSteps.CWD::equals);
                case OPEN_TREE -> assertThat(entry.args().get(1)).isEqualTo(Arg.text(""));
                case SYMLINKAT -> assertThat(entry.args().get(1)).isInstanceOf(Arg.ValueOf.class);
                case MOUNT ->
                    // A remount of the root, or (before Linux 5.12) of a descriptor.
                    assertThat(entry.args().get(1)).isIn(Arg.text("/"), Arg.text("/proc/self/fd/200"));
                default -> assertThat(entry.call()).as(entry.step()).isNotIn(Syscall.CHROOT, Syscall.LINKAT);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("launches")
    void everyLookupInsideForbidsMagicLinks(Launch launch) {
        List<Tape.Entry> lookups = inside(launch).stream()
                .filter(entry -> entry.call() == Syscall.OPENAT2)
                .toList();
        assertThat(lookups).isNotEmpty();
        for (Tape.Entry entry : lookups) {
            byte[] how = ((Arg.Bytes) entry.args().get(2)).content();
            ByteBuffer fields = ByteBuffer.wrap(how).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(fields.getLong(0) & Kernel.O_CLOEXEC).as(entry.step()).isNotZero();
            assertThat(fields.getLong(16) & (MountSteps.NO_MAGICLINKS | MountSteps.NO_SYMLINKS))
                    .as(entry.step())
                    .isNotZero();
        }
    }

    @ParameterizedTest
    @MethodSource("launches")
    void maskedAndReadOnlyPathsFollowNoLinkAtAll(Launch launch) {
        assertThat(inside(launch))
                .filteredOn(entry -> entry.call() == Syscall.OPENAT2)
                .filteredOn(entry ->
                        entry.step().startsWith("mask ") || entry.step().startsWith("protect "))
                .hasSizeGreaterThan(30)
                .allSatisfy(entry -> assertThat(entry.args().get(2).show()).contains("NO_SYMLINKS"));
    }

    @ParameterizedTest
    @MethodSource("launches")
    void everyMountInsideIsLookedUpAgain(Launch launch) {
        List<String> verified = inside(launch).stream()
                .map(Tape.Entry::step)
                .filter(step -> step.endsWith("another mount is found at " + step.substring(step.lastIndexOf(' ') + 1)))
                .toList();
        for (Launch.Bind bind : launch.binds()) {
            assertThat(verified).anyMatch(step -> step.endsWith(" " + bind.target()));
        }
        for (String masked : launch.covers().masked()) {
            // Once for a file, once for a directory, each the first of its kind or not.
            assertThat(verified).filteredOn(step -> step.endsWith(" " + masked)).hasSize(4);
        }
    }

    @ParameterizedTest
    @MethodSource("launches")
    void beforeTheProgramRunsAllElseIsClosed(Launch launch) {
        List<Tape.Entry> inside = inside(launch);
        int exec = inside.stream().map(Tape.Entry::call).toList().indexOf(Syscall.EXECVE);
        int close = inside.stream().map(Tape.Entry::call).toList().lastIndexOf(Syscall.CLOSE_RANGE);
        assertThat(inside.get(close).args()).startsWith(Arg.value(Player.FIRST_FREE_FD), Arg.value(0xffffffffL));
        assertThat(inside.subList(close, exec))
                .noneMatch(entry -> entry.call().name().startsWith("OPEN"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/proc/sys", "/proc/sys/kernel/core_pattern", "/proc/self/attr/exec", "/proc/1/root", "/proc/net"
            })
    void cve201916884VolumesBelowProcAreRefusedInRuncsWords(String target) {
        assertThatThrownBy(() -> BindSteps.check(HOST, target))
                .isInstanceOfSatisfying(
                        RuntimeFault.class, f -> assertThat(f.kind()).isEqualTo(RuntimeFault.Kind.INVALID_CONFIG))
                .hasMessage("error mounting \"/host\" to rootfs at \"" + target + "\": \"" + target
                        + "\" cannot be mounted because it is inside /proc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/cpuinfo", "/proc/meminfo", "/proc/sys/kernel/ns_last_pid", "/procfs", "/sys/fs/bpf"})
    void whatRuncLetsBeCoveredMayBe(String target) {
        assertThatCode(() -> BindSteps.check(HOST, target)).doesNotThrowAnyException();
    }
}
