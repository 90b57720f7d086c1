package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    @TempDir
    Path machine = Path.of("");

    private final Set<String> tools = new HashSet<>(Set.of("nft"));

    private Preflight preflight() {
        return new Preflight(
                machine, name -> Optional.of(Path.of("/usr/sbin", name)).filter(p -> tools.contains(name)));
    }

    @BeforeEach
    void aMachineThatHasNamespacesAndOverlay() throws IOException {
        for (String namespace : new String[] {"net", "pid", "mnt", "ipc", "uts"}) {
            Files.createDirectories(machine.resolve("proc/self/ns"));
            Files.createFile(machine.resolve("proc/self/ns/" + namespace));
        }
        Files.writeString(machine.resolve("proc/filesystems"), "nodev\toverlay\n");
        Files.createDirectories(machine.resolve("sys/fs/cgroup"));
        Files.createDirectories(machine.resolve("proc/sys/kernel"));
        Files.writeString(machine.resolve("proc/sys/kernel/osrelease"), "5.10.0-8-amd64\n");
    }

    @Test
    void aKernelThatIsTooOldIsNamed() throws IOException {
        Files.writeString(machine.resolve("proc/sys/kernel/osrelease"), "5.4.0-42-generic\n");
        assertThatThrownBy(() -> preflight().node())
                .hasMessage("this kernel is Linux 5.4.0-42-generic; containers need 5.9 or newer (close_range)");
    }

    @Test
    void aMissingNamespaceIsNamed() throws IOException {
        Files.delete(machine.resolve("proc/self/ns/ipc"));
        assertThatThrownBy(() -> preflight().node()).hasMessageContaining("no ipc namespaces");
    }

    @Test
    void aMissingControllerIsNamedWithItsCure() throws IOException {
        Files.writeString(machine.resolve("sys/fs/cgroup/cgroup.controllers"), "cpuset cpu io pids\n");
        assertThatThrownBy(() -> preflight().node())
                .hasMessageContaining("\"memory\"")
                .hasMessageContaining("cgroup_enable=memory");
    }

    @Test
    void aMissingNftIsNamedWithItsCure() throws IOException {
        Files.writeString(machine.resolve("sys/fs/cgroup/cgroup.controllers"), "cpu memory pids\n");
        tools.remove("nft");
        assertThatThrownBy(() -> preflight().node())
                .isInstanceOf(StartFailure.class)
                .hasMessage("nft is not installed: apt-get install nftables");
    }

    @Test
    void settingsOfTheKernelThatAKubeletWantsOtherwiseAreAllNamed() throws IOException {
        Files.createDirectories(machine.resolve("proc/sys/vm"));
        Files.createDirectories(machine.resolve("proc/sys/kernel/keys"));
        Files.writeString(machine.resolve("proc/sys/vm/overcommit_memory"), "1\n");
        Files.writeString(machine.resolve("proc/sys/vm/panic_on_oom"), "0\n");
        Files.writeString(machine.resolve("proc/sys/kernel/panic"), "0\n");
        Files.writeString(machine.resolve("proc/sys/kernel/panic_on_oops"), "1\n");
        Files.writeString(machine.resolve("proc/sys/kernel/keys/root_maxkeys"), "1000000\n");
        assertThatThrownBy(() -> preflight().kernelDefaults())
                .hasMessageContaining("kernel.panic=10 (it is 0)")
                .hasMessageContaining("kernel.keys.root_maxbytes=25000000 (it can't be read")
                .message()
                .doesNotContain("overcommit");
        Files.writeString(machine.resolve("proc/sys/kernel/panic"), "10\n");
        Files.writeString(machine.resolve("proc/sys/kernel/keys/root_maxbytes"), "25000000\n");
        assertThatCode(() -> preflight().kernelDefaults()).doesNotThrowAnyException();
    }

    @Test
    void aMachineHasLettersOfItsOwn() throws IOException {
        assertThatThrownBy(() -> MachineId.letters(machine)).hasMessageContaining("--with-node-id");
        Path file = Files.createDirectories(machine.resolve("etc")).resolve("machine-id");
        Files.writeString(file, "\n");
        assertThatThrownBy(() -> MachineId.letters(machine)).hasMessageContaining("is empty");
        Files.writeString(file, "0123456789abcdef0123456789abcdef\n");
        String letters = MachineId.letters(machine);
        assertThat(letters).matches("[0-9a-f]{8}").isEqualTo(MachineId.letters(machine));
        Files.writeString(file, "fedcba9876543210fedcba9876543210\n");
        assertThat(MachineId.letters(machine)).isNotEqualTo(letters);
    }

    @Test
    void hybridAndUnifiedMachinesBothPass() throws IOException {
        for (String controller : new String[] {"cpu", "memory", "pids"}) {
            Files.createDirectories(machine.resolve("sys/fs/cgroup/" + controller));
        }
        assertThatCode(() -> preflight().node()).doesNotThrowAnyException();
        for (String controller : new String[] {"cpu", "memory", "pids"}) {
            Files.delete(machine.resolve("sys/fs/cgroup/" + controller));
        }
        Files.writeString(machine.resolve("sys/fs/cgroup/cgroup.controllers"), "cpu memory pids\n");
        assertThatCode(() -> preflight().node()).doesNotThrowAnyException();
    }

    @Test
    void aTakenPortIsNamedWithTheFlagThatMovesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> Preflight.port("127.0.0.1", port, "--https-listen-port"))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("port " + port)
                    .hasMessageContaining("--https-listen-port");
        }
    }
}
