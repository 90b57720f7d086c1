package io.minik.runtime.container;

import static io.minik.runtime.container.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.Mount;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What let people out of other runtimes' containers, tried here on started ones. The table in docs/security.md names the
 * test of each advisory. Targets are harmless: nothing of this machine is ever written but its own present value.
 */
@Tag("root")
class AdvisoriesTest {
    private static final Path CORE_PATTERN = Path.of("/proc/sys/kernel/core_pattern");

    @TempDir
    Path dir;

    private TestNode node;
    private String corePattern;

    @BeforeEach
    void start() throws IOException {
        corePattern = Kernel.readControl(CORE_PATTERN);
        node = new TestNode(dir, new TestNode.NoNetwork());
        await(node.sandboxes.run(TestNode.pod("p1")));
    }

    @AfterEach
    void stop() throws IOException {
        node.close();
        assertThat(Kernel.readControl(CORE_PATTERN)).isEqualTo(corePattern);
    }

    static ContainerConfig changed(ContainerConfig c, List<Mount> mounts, String workingDir, boolean tty) {
        ContainerConfig.Program own = c.program();
        return TestNode.onTerminal(c, tty)
                .with(mounts)
                .with(new ContainerConfig.Program(own.command(), own.env(), workingDir, own.stopSignal()));
    }

    private List<String> run(List<Mount> mounts, String workingDir, boolean tty, String script) {
        String id = "c" + System.nanoTime();
        node.runToEnd(changed(node.config("p1", id, "sh", "-c", script), mounts, workingDir, tty));
        return node.log(id);
    }

    private List<String> run(List<Mount> mounts, String script) {
        return run(mounts, "", false, script);
    }

    /** Creates and starts it; nothing of it may ever run. */
    private RuntimeFault refused(List<Mount> mounts, String workingDir) {
        String id = "c" + System.nanoTime();
        ContainerConfig config = changed(node.config("p1", id, "echo", "ran"), mounts, workingDir, false);
        try {
            await(node.containers.create(config).compose(c -> node.containers.start(id)));
        } catch (RuntimeFault fault) {
            assertThat(dir.resolve("logs").resolve(id + ".log"))
                    .satisfiesAnyOf(log -> assertThat(log).doesNotExist(), log -> assertThat(log)
                            .isEmptyFile());
            return fault;
        }
        throw new AssertionError("the container was started");
    }

    private Path volume(String name) throws IOException {
        return Files.createDirectories(dir.resolve("volumes").resolve(name));
    }

    private static Mount mount(Path source, String target) {
        return new Mount(source, target, false, Propagation.PRIVATE);
    }

    /** Every masked file must be the null device, and what is a link to it elsewhere must not have been used. */
    private static final String LOOK =
            "for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts; do [ -e $f ] && echo $f $(stat -c %t:%T $f) $(wc -c <$f); done;"
                    + " for d in /proc/acpi /sys/firmware; do [ -d $d ] && echo $d $(ls $d | wc -l); done;"
                    + " grep -c core_pattern /proc/self/mountinfo; cat /proc/sys/kernel/core_pattern > /tmp/old;"
                    + " cat /tmp/old > /proc/sys/kernel/core_pattern";

    private static void assertMasked(List<String> said) {
        assertThat(said)
                .contains("stdout F 0")
                .anyMatch(line -> line.equals("stdout F /proc/timer_list 1:3 0")
                        || line.equals("stdout F /proc/interrupts 1:3 0"))
                .allMatch(line ->
                        !line.startsWith("stdout F /proc/") || line.endsWith(" 1:3 0") || line.endsWith("acpi 0"))
                .allMatch(line -> !line.startsWith("stdout F /sys/") || line.endsWith(" 0"))
                .anyMatch(line -> line.startsWith("stderr F sh: can't create /proc/sys/kernel/core_pattern"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/sys/kernel/core_pattern",
                "/etc/passwd",
                "/proc/self/fd/0",
                "../../../etc",
                "/nowhere",
                "null"
            })
    void cve202531133DevNullIsTheHostsOwn(String link) throws IOException {
        Path dev = volume("dev");
        Files.createSymbolicLink(dev.resolve("null"), Path.of(link));
        assertMasked(run(List.of(mount(dev, "/dev")), LOOK.replace("/dev/null", "/tmp/none")));
    }

    @Test
    void cve202531133NeitherAnImagesNullNorAFileNorADirectoryCounts() throws IOException {
        Files.createSymbolicLink(node.image.resolve("dev/null"), CORE_PATTERN);
        assertMasked(run(List.of(), LOOK));
        Path dev = volume("file");
        Files.writeString(dev.resolve("null"), "content of mine\n");
        assertMasked(run(List.of(mount(dev, "/dev")), LOOK));
        Path other = Files.createDirectories(volume("directory").resolve("null"));
        assertMasked(run(List.of(mount(other.resolve("..").normalize(), "/dev")), LOOK));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/sys/kernel", "/proc/self", "/proc", "../proc/sys"})
    void cve202552881NoLinkLeadsAMountOntoProcfs(String link) throws IOException {
        Path dev = volume("dev");
        for (String name : List.of("shm", "pts", "mqueue")) {
            Files.createSymbolicLink(dev.resolve(name), Path.of(link));
        }
        assertThat(refused(List.of(mount(dev, "/dev")), ""))
                .hasMessageContaining("\"/dev/shm\" cannot be mounted because it is inside /proc");

        Files.createSymbolicLink(node.image.resolve("data"), Path.of("/").resolve(link));
        assertThat(refused(List.of(mount(volume("data"), "/data")), ""))
                .hasMessageContaining("\"/data\" cannot be mounted because it is inside /proc");
    }

    @Test
    void cve202552881WritesOfOursGoToTheHostsProcfs() throws IOException {
        // What a container could put where a runtime writes: a tree that looks like procfs.
        Path fake = volume("proc");
        Files.createDirectories(fake.resolve("self"));
        Files.createSymbolicLink(fake.resolve("self/oom_score_adj"), Path.of("/tmp/caught"));
        assertThat(refused(List.of(mount(fake, "/proc")), ""))
                .hasMessageContaining("\"/proc\" cannot be mounted on because it is not of type proc");
        // A part of the real one is not it either.
        assertThat(refused(List.of(mount(Path.of("/proc/sys"), "/proc")), "")).hasMessageContaining("not of type proc");
    }

    @Test
    void aLinkInAVolumeAtSysIsNoPlaceForAMask() throws IOException {
        Path sys = volume("sys");
        assertThat(run(List.of(mount(sys, "/sys")), "ls /sys | wc -l")).containsExactly("stdout F 0");
        Files.createSymbolicLink(sys.resolve("firmware"), Path.of("/proc/sys/kernel"));
        assertThat(refused(List.of(mount(sys, "/sys")), ""))
                .hasMessageContaining("mask /sys/firmware: too many levels");
    }

    @Test
    void theHostsProcfsMayStandForTheContainersOwn() {
        assertThat(run(
                        List.of(new Mount(Path.of("/proc"), "/proc", true, Propagation.PRIVATE)),
                        "[ -d /proc/" + ProcessHandle.current().pid() + " ] && stat -c %t:%T /proc/timer_list"))
                .containsExactly("stdout F 1:3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"proc", "sys", "dev"})
    void cve201919921AndCve202327561AndCve202328642TheImagesProcMustBeADirectory(String name) throws IOException {
        Files.delete(node.image.resolve(name));
        Files.createDirectories(node.image.resolve("evil/self/attr"));
        Files.createSymbolicLink(node.image.resolve(name), Path.of("/evil"));
        assertThat(refused(List.of(), ""))
                .hasMessageContaining("on /" + name)
                .hasMessageContaining("too many levels of symbolic links");
    }

    @Test
    void cve201916884AVolumeOverProcIsRefused() throws IOException {
        for (String target : List.of("/proc", "/proc/", "/proc/self/attr", "/proc/../proc/sys", "/proc/sys/kernel")) {
            assertThat(refused(List.of(mount(volume("v"), target)), "")).hasMessageContaining("cannot be mounted");
        }
        Path uptime = Files.writeString(volume("lxcfs").resolve("uptime"), "1.00 1.00\n");
        assertThat(run(List.of(mount(uptime, "/proc/uptime")), "cat /proc/uptime"))
                .containsExactly("stdout F 1.00 1.00");
    }

    @Test
    void cve20195736OurProgramCannotBeWritten() throws IOException {
        await(node.containers.create(node.config("p1", "c1", "sleep", "1000")));
        await(node.containers.start("c1"));
        int shim = new ContainerFiles(dir.resolve("data"), dir.resolve("run"))
                .findLife("c1")
                .orElseThrow()
                .processes()
                .shimPid();
        Path exe = Path.of("/proc/" + shim + "/exe");
        assertThatThrownBy(() -> node.kernel.open(exe, Kernel.O_RDWR, 0))
                .isInstanceOfSatisfying(
                        RuntimeFault.class, f -> assertThat(f.errno()).isIn(Errno.ETXTBSY, Errno.EPERM));
        // It is kept open until it runs no more; then only the seals are left.
        int held = node.kernel.open(exe, Kernel.O_RDONLY, 0);
        await(node.containers.remove("c1"));
        int again = node.kernel.open(Path.of("/proc/self/fd/" + held), Kernel.O_RDWR, 0);
        assertThatThrownBy(() -> node.kernel.writeFully(again, new byte[] {0}, "tape"))
                .isInstanceOfSatisfying(
                        RuntimeFault.class, f -> assertThat(f.errno()).isEqualTo(Errno.EPERM));
        node.kernel.close(again);
        node.kernel.close(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/self/fd/3",
                "/proc/self/fd/5",
                "/proc/self/fd/7",
                "/proc/self/fd/8",
                "/proc/1/cwd",
                "/proc/1/root",
                "/proc/self/cwd",
                "/link"
            })
    void cve202421626NoWorkingDirectoryIsReachedThroughADescriptor(String workingDir) throws IOException {
        Files.createSymbolicLink(node.image.resolve("link"), Path.of("/proc/self/fd/7"));
        assertThat(refused(List.of(), workingDir)).hasMessageContaining("chdir to cwd (\"" + workingDir + "\") failed");
    }

    @Test
    void cve202421626NothingIsOpenButStdio() {
        String look = "ls /proc/self/fd | tr '\\n' ' '; readlink /proc/self/cwd";
        // The fourth is ls' own, of the directory that it lists.
        assertThat(run(List.of(), "/tmp", false, look)).containsExactly("stdout F 0 1 2 3 /tmp");
        assertThat(run(List.of(), "", true, look)).singleElement().asString().startsWith("stdout F 0 1 2 3 /");

        await(node.containers.create(node.config("p1", "x", "sleep", "1000")));
        await(node.containers.start("x"));
        assertThat(await(node.containers.execSync("x", List.of("sh", "-c", look), 30_000))
                        .stdout()
                        .toString())
                .isEqualTo("0 1 2 3 /\n");
    }

    @Test
    void cve202421626ACommandsWorkingDirectoryIsHeldToTheSame() throws IOException {
        ContainerConfig config = changed(
                node.config("p1", "c1", "sh", "-c", "rmdir /w; ln -s /proc/self/cwd /w; sleep 1000"),
                List.of(),
                "/w",
                false);
        await(node.containers.create(config));
        await(node.containers.start("c1"));
        String said = "";
        for (int i = 0; i < 200 && !said.contains("symbolic links"); i++) {
            try {
                await(node.containers.execSync("c1", List.of("true"), 30_000));
            } catch (RuntimeFault fault) {
                said = String.valueOf(fault.getMessage());
            }
        }
        assertThat(said).contains("chdir to cwd (\"/w\") failed: too many levels of symbolic links");
    }

    @Test
    void cve202130465AndCve202445310AVolumeThatChangesMeanwhileLeadsNowhere() throws Exception {
        Path shared = volume("shared");
        Path outside = Files.createDirectories(dir.resolve("outside"));
        Path inner = volume("inner");
        Files.writeString(inner.resolve("mark"), "mine\n");
        Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("/proc/sys"));
        Path up = Files.createSymbolicLink(dir.resolve("up"), Path.of("../../../../../../.." + outside));
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Integer> attacker =
                CompletableFuture.supplyAsync(() -> exchange(shared, List.of(link, up), stop));
        int started = 0;
        List<String> why = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                String id = "r" + i;
                ContainerConfig config = changed(
                        node.config(
                                "p1",
                                id,
                                "sh",
                                "-c",
                                "cat /v/sub/deep/mark; grep -c ' /proc/sys/deep ' /proc/self/mountinfo; " + LOOK),
                        List.of(mount(shared, "/v"), mount(inner, "/v/sub/deep")),
                        "",
                        false);
                try {
                    node.runToEnd(config);
                    assertThat(node.log(id)).contains("stdout F 0");
                    assertMasked(node.log(id));
                    started++;
                } catch (RuntimeFault fault) {
                    why.add(String.valueOf(fault.getMessage()));
                }
            }
        } finally {
            stop.set(true);
        }
        assertThat(attacker.get()).as("exchanges").isGreaterThan(10);
        assertThat(started + why.size()).isEqualTo(40);
        assertThat(outside).isEmptyDirectory();
    }

    /** A directory and links take turns under one name. */
    private static int exchange(Path shared, List<Path> links, AtomicBoolean stop) {
        int rounds = 0;
        Path sub = shared.resolve("sub");
        try {
            Path real = Files.createDirectories(shared.resolve("real"));
            while (!stop.get()) {
                Path next = shared.resolve("next");
                Files.createSymbolicLink(next, Files.readSymbolicLink(links.get(rounds % links.size())));
                Files.move(next, sub, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                Files.createSymbolicLink(next, shared.relativize(real));
                Files.move(next, sub, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                rounds++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rounds;
    }

    @Test
    void cve202552565TheConsoleIsTheTerminalItself() throws IOException {
        Files.createSymbolicLink(node.image.resolve("dev/console"), CORE_PATTERN);
        Files.createDirectories(node.image.resolve("dev/pts"));
        Files.createSymbolicLink(node.image.resolve("dev/pts/0"), CORE_PATTERN);
        assertThat(run(
                        List.of(),
                        "",
                        true,
                        "stat -c '%F %t:%T' /dev/console /dev/pts/0; grep -c core_pattern /proc/self/mountinfo"))
                .containsExactly(
                        "stdout F character special file 88:0", "stdout F character special file 88:0", "stdout F 0");
    }

    @Test
    void cve202224769AndCve202229162NoCapabilityIsInheritable() {
        String look = "grep -E '^Cap(Inh|Amb)' /proc/self/status | tr '\\t' ' '";
        assertThat(run(List.of(), look))
                .containsExactly("stdout F CapInh: 0000000000000000", "stdout F CapAmb: 0000000000000000");
        await(node.containers.create(node.config("p1", "x", "sleep", "1000")));
        await(node.containers.start("x"));
        assertThat(await(node.containers.execSync("x", List.of("sh", "-c", look), 30_000))
                        .stdout()
                        .toString())
                .isEqualTo("CapInh: 0000000000000000\nCapAmb: 0000000000000000\n");
    }

    @Test
    void cve20220492AndCve202325809CgroupsCantBeMountedOrWritten() {
        assertThat(
                        run(
                                List.of(),
                                "mount -t cgroup -o memory x /tmp; mount -t cgroup2 x /tmp; cut -d: -f3 /proc/self/cgroup | tr '\\n' ' ';"
                                        + " for f in /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/tasks;"
                                        + " do [ -e $f ] && (echo 0 > $f) 2>&1 | grep -v 'Read-only file system'; done; unshare -C mount -t cgroup -o rdma x /tmp"))
                .filteredOn(line -> line.startsWith("stdout"))
                .singleElement()
                .asString()
                .matches("stdout F( /)* *|stdout F (/ )*|stdout P (/ )*");
    }
}
