package io.minik.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.snapshot.Snapshots.RootFs;
import io.minik.runtime.tape.Steps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the kernel gets, call by call. {@code -Dgolden=update} rewrites the files; review the difference. */
class StartTapeTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/minik/runtime/container");

    private static Launch launch(List<Path> lower, boolean terminal) {
        Path run = Path.of("/run/minik/containers/c1");
        Path snapshot = Path.of("/data/snapshots/c1");
        return new Launch(
                List.of(
                        new Launch.Namespace(Path.of("/run/minik/sandboxes/p1/net"), Steps.NEWNET),
                        new Launch.Namespace(Path.of("/run/minik/sandboxes/p1/uts"), Steps.NEWUTS),
                        new Launch.Namespace(Path.of("/run/minik/sandboxes/p1/ipc"), Steps.NEWIPC)),
                Optional.empty(),
                false,
                List.of(Path.of("/sys/fs/cgroup/minik/shims/cgroup.procs")),
                List.of(Path.of("/sys/fs/cgroup/minik/kubepods/podp1/c1/cgroup.procs")),
                run.resolve("status"),
                run.resolve("release"),
                new RootFs(lower, snapshot.resolve("upper"), snapshot.resolve("work"), snapshot.resolve("merged")),
                new Launch.SystemMounts(true, List.of(), false),
                List.of(
                        new Launch.Bind(
                                Path.of("/run/minik/sandboxes/p1/shm"),
                                "/dev/shm",
                                true,
                                false,
                                Containers.Propagation.PRIVATE),
                        new Launch.Bind(
                                Path.of("/pods/p1/etc-hosts"),
                                "/etc/hosts",
                                false,
                                true,
                                Containers.Propagation.PRIVATE),
                        new Launch.Bind(Path.of("/mnt"), "/mnt", true, false, Containers.Propagation.BIDIRECTIONAL)),
                List.of(),
                true,
                List.of("/proc/kcore"),
                List.of("/proc/sys"),
                500,
                terminal,
                new Identity(
                        1000,
                        1001,
                        List.of(1001L, 7L),
                        new TreeSet<>(IntStream.rangeClosed(0, 63)
                                .filter(c -> c != 21)
                                .boxed()
                                .toList()),
                        true,
                        new byte[16]),
                List.of("serve", "--port", "80"),
                List.of("PATH=/bin:/usr/bin"),
                "/bin:/usr/bin",
                "/srv");
    }

    private static void assertGolden(String name, String actual) throws Exception {
        Path file = GOLDEN.resolve(name);
        if ("update".equals(System.getProperty("golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(file));
    }

    @Test
    void aContainersStartIsThisTape() throws Exception {
        assertGolden(
                "start.tape",
                StartTape.of(launch(List.of(Path.of("/data/layers/b"), Path.of("/data/layers/a")), false))
                        .print());
    }

    @Test
    void aTerminalsStartIsThisTape() throws Exception {
        assertGolden(
                "start-terminal.tape",
                StartTape.of(launch(List.of(Path.of("/data/layers/a")), true)).print());
    }

    @Test
    void moreLayersThanMountOptionsHoldAreRefused() {
        List<Path> many = IntStream.range(0, 200)
                .mapToObj(i -> Path.of("/data/layers/" + "f".repeat(32) + i))
                .toList();

        assertThatThrownBy(() -> StartTape.of(launch(many, false)))
                .isInstanceOf(RuntimeFault.class)
                .hasMessageContaining("200 layers need");
    }
}
