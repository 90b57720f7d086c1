package io.minik.runtime.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.sandbox.SandboxTape.Namespaces;
import io.minik.runtime.tape.Tape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the kernel is asked for a pod's namespaces, call by call. {@code -Dgolden=update} writes the files. */
class SandboxTapeTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/minik/runtime/tapes");

    private static void compare(String name, Tape tape) throws IOException {
        Path file = GOLDEN.resolve(name + ".tape");
        if ("update".equals(System.getProperty("golden"))) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, tape.print());
        }
        assertThat(tape.print()).isEqualTo(Files.readString(file));
    }

    private static Map<String, Path> pins(String... names) {
        Map<String, Path> pins = new LinkedHashMap<>();
        for (String name : names) {
            pins.put(name, Path.of("/run/pod", name));
        }
        return pins;
    }

    @Test
    void aPodOfItsOwn() throws IOException {
        compare(
                "sandbox-own",
                SandboxTape.of(new Namespaces(
                        pins("net", "uts", "ipc"),
                        Optional.of(Path.of("/run/pod/shm")),
                        "web",
                        new TreeMap<>(Map.of("net.ipv4.ping_group_range", "0 2147483647")),
                        List.of(),
                        Optional.empty())));
    }

    @Test
    void aPodWhoseContainersShareTheirProcesses() throws IOException {
        compare(
                "sandbox-shared-processes",
                SandboxTape.of(new Namespaces(
                        pins("net", "uts", "ipc", "pid"),
                        Optional.of(Path.of("/run/pod/shm")),
                        "web",
                        new TreeMap<>(),
                        List.of(Path.of("/cgroup/holder/cgroup.procs")),
                        Optional.empty())));
    }

    @Test
    void aPodOnTheNodesNetwork() throws IOException {
        compare(
                "sandbox-host-network",
                SandboxTape.of(new Namespaces(
                        pins("ipc"),
                        Optional.of(Path.of("/run/pod/shm")),
                        "node",
                        new TreeMap<>(),
                        List.of(),
                        Optional.empty())));
    }

    @Test
    void aPodWithUsersOfItsOwn() throws IOException {
        OwnUsers users = new OwnUsers(Path.of("/run/pod/user"), new Sandboxes.UserMap(131072, 131072, 65536));
        compare(
                "sandbox-users",
                SandboxTape.of(new Namespaces(
                        pins("net", "uts", "ipc", "pid"),
                        Optional.of(Path.of("/run/pod/shm")),
                        "web",
                        new TreeMap<>(Map.of("net.ipv4.ping_group_range", "0 65535")),
                        List.of(Path.of("/cgroup/holder/cgroup.procs")),
                        Optional.of(users))));
    }
}
