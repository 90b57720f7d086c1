package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.sandbox.OwnUsers;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.snapshot.Snapshotter.RootFs;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What the kernel is asked for a container and for a command in one, call by call. {@code -Dgolden=update} writes the files; the
 * change of them is what a reviewer reads.
 */
class GoldenTapesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/minik/runtime/tapes");
    private static final Path HOST = Path.of("/host");

    private static void compare(String name, Tape tape) throws IOException {
        Path file = GOLDEN.resolve(name + ".tape");
        if ("update".equals(System.getProperty("golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, tape.print());
        }
        assertThat(tape.print()).isEqualTo(Files.readString(file));
    }

    private static Identity identity(long uid) {
        return new Identity(
                uid, uid, List.of(uid, 4242L), uid == 0 ? Set.of(0, 1, 5) : Set.of(), uid != 0, new byte[16]);
    }

    private static Launch launch(
            Launch.Joined joined, Launch.SystemMounts system, Launch.Covers covers, boolean terminal) {
        return new Launch(
                joined,
                new Launch.CgroupFiles(List.of(HOST.resolve("shims")), List.of(HOST.resolve("cgroup.procs"))),
                new Launch.ShimFiles(HOST.resolve("status"), HOST.resolve("release")),
                new RootFs(
                        List.of(HOST.resolve("layers/b"), HOST.resolve("layers/a")),
                        HOST.resolve("upper"),
                        HOST.resolve("work"),
                        HOST.resolve("merged")),
                system,
                List.of(
                        new Launch.Bind(
                                HOST.resolve("shm"),
                                "/dev/shm",
                                true,
                                false,
                                Containers.Recursive.NO,
                                Containers.Propagation.PRIVATE),
                        new Launch.Bind(
                                HOST.resolve("hosts"),
                                "/etc/hosts",
                                false,
                                true,
                                Containers.Recursive.NO,
                                Containers.Propagation.PRIVATE)),
                List.of(),
                covers,
                identity(terminal ? 0 : 1000),
                new Launch.Execution(
                        List.of("sh", "-c", "echo hello"), List.of("PATH=/bin"), "/bin", "/work", terminal, 998));
    }

    @Test
    void aPodsContainerOnPipes() throws IOException {
        compare(
                "container-pipes-v2",
                StartTape.of(launch(
                        new Launch.Joined(
                                List.of(
                                        new Launch.Namespace(HOST.resolve("net"), TapeSteps.NEWNET),
                                        new Launch.Namespace(HOST.resolve("uts"), TapeSteps.NEWUTS),
                                        new Launch.Namespace(HOST.resolve("ipc"), TapeSteps.NEWIPC)),
                                Optional.empty(),
                                false),
                        new Launch.SystemMounts(true, List.of(), false),
                        new Launch.Covers(true, List.of("/proc/kcore", "/sys/firmware"), List.of("/proc/sys")),
                        false)));
    }

    @Test
    void aPrivilegedContainerOnATerminalAmongTheHostsProcesses() throws IOException {
        compare(
                "container-terminal-v1-host",
                StartTape.of(launch(
                        new Launch.Joined(List.of(), Optional.empty(), true),
                        new Launch.SystemMounts(false, List.of("cpu,cpuacct", "memory"), true),
                        new Launch.Covers(false, List.of(), List.of()),
                        true)));
    }

    @Test
    void aCommandInARunningContainer() throws IOException {
        List<Path> cgroup = List.of(HOST.resolve("cgroup.procs"));
        compare(
                "exec-pipes",
                ExecTape.of(
                        new Launch.Execution(List.of("ls"), List.of("PATH=/bin"), "/bin", "/", false, 998),
                        cgroup,
                        identity(1000),
                        Optional.empty()));
        compare(
                "exec-terminal",
                ExecTape.of(
                        new Launch.Execution(List.of("sh"), List.of("TERM=xterm"), "/bin", "/work", true, 0),
                        cgroup,
                        identity(0),
                        Optional.empty()));
    }

    @Test
    void aTerminalAndACommandInAPodWithUsersOfItsOwn() throws IOException {
        OwnUsers users = new OwnUsers(HOST.resolve("user"), new Sandboxes.UserMap(131072, 196608, 65536));
        compare(
                "container-users",
                StartTape.of(launch(
                        new Launch.Joined(
                                List.of(new Launch.Namespace(HOST.resolve("net"), TapeSteps.NEWNET)),
                                Optional.empty(),
                                false,
                                Optional.of(users)),
                        new Launch.SystemMounts(true, List.of(), false),
                        new Launch.Covers(false, List.of("/proc/kcore"), List.of("/proc/sys")),
                        true)));
        compare(
                "exec-users",
                ExecTape.of(
                        new Launch.Execution(List.of("sh"), List.of("TERM=xterm"), "/bin", "/work", true, 0),
                        List.of(HOST.resolve("cgroup.procs")),
                        identity(1000),
                        Optional.of(users.map())));
    }
}
