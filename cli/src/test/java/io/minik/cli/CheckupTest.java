package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.cli.Finding.State;
import io.minik.ground.net.Cidr;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code minik check-config} on machines that are made of files. */
class CheckupTest {
    @TempDir
    Path root;

    private final Set<String> tools = new HashSet<>(Set.of("nft", "conntrack"));
    private final Map<Integer, String> owners = new HashMap<>();
    private Optional<String> refusal = Optional.empty();
    private String chains = "";
    private Checkup.Disk disk = new Checkup.Disk("ext4", 4000);
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private Optional<String> running = Optional.empty();

    @BeforeEach
    void aGoodMachine() throws IOException {
        for (String namespace : List.of("net", "pid", "mnt", "ipc", "uts")) {
            file("proc/self/ns/" + namespace, "");
        }
        file("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
        file("proc/filesystems", "nodev\toverlay\n");
        file("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
        file("proc/meminfo", "MemTotal:        1024000 kB\nMemFree: 1 kB\n");
        file("proc/sys/kernel/keys/root_maxkeys", "1000000\n");
        file("proc/sys/fs/inotify/max_user_instances", "128\n");
        file("proc/sys/kernel/random/entropy_avail", "256\n");
        file("run/systemd/timesync/synchronized", "");
        file(
                "proc/net/route",
                "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n"
                        + "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\n"
                        + "minik0\t00002A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n");
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Map<String, List<Finding>> run(Optional<KernelConfig> kernel) {
        Checkup checkup = new Checkup(
                new Checkup.Machine(
                        root,
                        name -> Optional.of(root.resolve(name)).filter(tool -> tools.contains(name)),
                        port -> Optional.ofNullable(owners.get(port)),
                        rules -> refusal,
                        () -> chains,
                        directory -> disk,
                        now),
                new Checkup.Wanted(
                        root.resolve("data"),
                        List.of(6443, 10250),
                        Cidr.parse("10.42.0.0/16"),
                        Cidr.parse("10.43.0.0/16"),
                        "minik0",
                        running));
        return checkup.run(kernel);
    }

    private Finding finding(String subject) {
        return run(Optional.empty()).values().stream()
                .flatMap(List::stream)
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private static KernelConfig kernel(List<String> without) {
        Map<String, String> options = Stream.concat(KernelConfig.NECESSARY.stream(), KernelConfig.OPTIONAL.stream())
                .filter(option -> !without.contains(option))
                .collect(Collectors.toMap(option -> option, option -> option.startsWith("NFT") ? "m" : "y"));
        return new KernelConfig(Path.of("/boot/config"), options);
    }

    @Test
    void aGoodMachinePasses() {
        Map<String, List<Finding>> found = run(Optional.of(kernel(List.of())));
        assertThat(found.values().stream().flatMap(List::stream))
                .allSatisfy(each -> assertThat(each.state()).as(each.toString()).isEqualTo(State.GOOD));
        assertThat(CheckConfigCommand.failures(found)).isZero();
        assertThat(CheckConfigCommand.text(found, false))
                .contains("System:\n- kernel: 6.1.0-18-amd64\n")
                .contains("Generally Necessary:\n- CONFIG_NAMESPACES: enabled\n")
                .contains("- CONFIG_NFT_NAT: enabled (as module)\n")
                .endsWith("\nSTATUS: pass\n");
    }

    @Test
    void whatIsMissingCountsAndWhatIsOptionalDoesNot() throws IOException {
        tools.remove("nft");
        file("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n");
        Map<String, List<Finding>> found = run(Optional.of(kernel(List.of("VETH", "USER_NS"))));
        assertThat(CheckConfigCommand.failures(found)).isEqualTo(3);
        assertThat(CheckConfigCommand.text(found, false))
                .contains("- nft command: nft is not installed: apt-get install nftables (fail)\n")
                .contains("cgroup_enable=memory")
                .contains("- CONFIG_VETH: missing (fail)\n")
                .contains("- CONFIG_USER_NS: missing\n")
                .endsWith("\nSTATUS: 3 (fail)\n");
        assertThat(CheckConfigCommand.text(found, true)).contains("\033[1;31m3 (fail)\033[m");
    }

    @Test
    void whoHasAPortIsNamedUnlessItIsMinik() {
        owners.put(6443, "nginx (pid 812)");
        owners.put(10053, "dnsmasq (pid 9)");
        assertThat(finding("TCP port 6443").words()).isEqualTo("is taken by nginx (pid 812)");
        assertThat(finding("TCP port 6443").state()).isEqualTo(State.FAIL);
        assertThat(finding("TCP port 10053").advice()).isEqualTo("minik's DNS needs it");
        assertThat(finding("TCP port 10250").state()).isEqualTo(State.GOOD);
        running = Optional.of("77");
        assertThat(finding("minik").words()).isEqualTo("runs (pid 77), and has its ports");
    }

    @Test
    void routesOfOthersInTheClustersRangesAreNamed() throws IOException {
        assertThat(finding("routes").state()).as("minik's own are its own").isEqualTo(State.GOOD);
        file("proc/net/route", "Iface\tDestination\nwg0\t00002A0A\t0\t0001\t0\t0\t0\t0000FFFF\t0\n");
        assertThat(finding("routes").words())
                .isEqualTo("10.42.0.0/16 or 10.43.0.0/16 already routed: 10.42.0.0/16 by wg0");
    }

    @Test
    void aFirewallThatDropsIsTold() {
        chains =
                "table ip filter {\n chain FORWARD {\n  type filter hook forward priority filter; policy drop;\n }\n}\n";
        assertThat(finding("FORWARD policy").state()).isEqualTo(State.WARN);
        chains = chains.replace("policy drop", "policy accept")
                + "chain INPUT {\n type filter hook input priority filter; policy drop;\n}\n";
        assertThat(finding("FORWARD policy").state()).isEqualTo(State.GOOD);
    }

    @Test
    void aClockThatIsWrongOrLeftAloneIsTold() throws IOException {
        Files.delete(root.resolve("run/systemd/timesync/synchronized"));
        assertThat(finding("clock").words()).isEqualTo("2026-11-30T12:00:00Z, and nothing seems to set it");
        now = Instant.EPOCH;
        assertThat(finding("clock").words()).isEqualTo("1970-01-01T00:00:00Z is before this program was made");
    }

    @Test
    void layersNeedADiskThatTakesThem() {
        disk = new Checkup.Disk("ext4", 100);
        assertThat(finding("disk").state()).isEqualTo(State.WARN);
        disk = new Checkup.Disk("nfs4", 100_000);
        assertThat(finding("disk").state()).isEqualTo(State.FAIL);
        assertThat(finding("disk").words()).isEqualTo(root + " on nfs4, 100000 MiB free");
    }

    @Test
    void limitsAreWarningsWithTheirCure() throws IOException {
        file("proc/sys/kernel/keys/root_maxkeys", "200\n");
        Finding keys = finding("/proc/sys/kernel/keys/root_maxkeys");
        assertThat(keys.state()).isEqualTo(State.WARN);
        assertThat(keys.advice()).contains("sysctl -w kernel.keys.root_maxkeys=1000000");
        file("proc/meminfo", "MemTotal:  400000 kB\n");
        assertThat(finding("memory").state()).isEqualTo(State.WARN);
    }

    @Test
    void aKernelThatTakesNoRulesFails() {
        refusal = Optional.of("Could not process rule: No such file or directory");
        assertThat(finding("nftables").state()).isEqualTo(State.FAIL);
        assertThat(finding("nftables").advice()).contains("modprobe nf_tables");
    }

    @Test
    void theConfigurationIsFoundPackedOrPlain() throws IOException {
        assertThat(KernelConfig.find(root, "6.1")).isEmpty();
        file("boot/config-6.1", "# Linux\nCONFIG_VETH=m\n# CONFIG_BRIDGE is not set\nCONFIG_X=\"a=b\"\n");
        KernelConfig plain = KernelConfig.find(root, "6.1").orElseThrow();
        assertThat(plain.of("VETH", true).words()).isEqualTo("enabled (as module)");
        assertThat(plain.of("BRIDGE", true).state()).isEqualTo(State.FAIL);
        Path packed = root.resolve("proc/config.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write("CONFIG_VETH=y\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(KernelConfig.find(root, "6.1").orElseThrow().of("VETH", true).words())
                .isEqualTo("enabled");
        file("none", "nothing\n");
        assertThatThrownBy(() -> KernelConfig.read(root.resolve("none")))
                .hasMessageContaining("is no configuration of a kernel");
    }
}
