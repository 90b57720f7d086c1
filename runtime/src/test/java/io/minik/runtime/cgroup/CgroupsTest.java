package io.minik.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.LinuxSys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {
    private static final Kernel KERNEL = new Kernel(new LinuxSys());
    private static final String ROOT = "mkrtcg" + ProcessHandle.current().pid();

    @TempDir
    Path dir;

    @Test
    void hybridCountsAsV1AndPureV2AsV2() {
        List<String> v2 = List.of("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate");
        List<String> hybrid = List.of(
                "30 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup rw",
                "31 23 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd",
                "32 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
                "33 23 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
                "34 23 0:29 / /run/other/memory rw - cgroup cgroup rw,memory");

        assertThat(Hierarchy.parse(v2)).containsExactly(new Hierarchy(2, Path.of("/sys/fs/cgroup"), Set.of(), ""));
        assertThat(Hierarchy.parse(hybrid)).extracting(Hierarchy::options).containsExactly("cpu,cpuacct", "memory");
        assertThat(Hierarchy.parse(List.of("1 1 0:1 / / rw - ext4 /dev/sda rw")))
                .isEmpty();
    }

    @Test
    void v2LimitsAreWrittenInItsOwnUnits() throws Exception {
        Path group = Files.createDirectories(dir.resolve("minik/pod"));
        for (String file :
                List.of("cpu.weight", "cpu.max", "memory.max", "memory.swap.max", "pids.max", "cpuset.cpus")) {
            Files.writeString(group.resolve(file), "");
        }
        try (Cgroups cgroups = new Cgroups(KERNEL, "minik", List.of(new Hierarchy(2, dir, Set.of(), "")))) {
            Cgroup cgroup = cgroups.at("pod");
            cgroup.limit(new Limits(1024, 50_000, 100_000, 64 << 20, 99, "0", ""));

            assertThat(group.resolve("cpu.weight")).hasContent("39");
            assertThat(group.resolve("cpu.max")).hasContent("50000 100000");
            assertThat(group.resolve("memory.max")).hasContent("67108864");
            assertThat(group.resolve("memory.swap.max")).hasContent("0");
            assertThat(group.resolve("pids.max")).hasContent("99");
            assertThatThrownBy(() -> cgroup.limit(new Limits(0, 0, 0, 0, 0, "", "0")))
                    .isInstanceOf(RuntimeFault.class)
                    .hasMessage("can't set cpuset.mems: this kernel has no cpuset cgroup controller enabled");
        }
    }

    @Test
    void sharesBecomeWeightsAsTheRuntimeSpecSays() {
        assertThat(new Limits(2, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(1);
        assertThat(new Limits(1024, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(39);
        assertThat(new Limits(262_144, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(10_000);
    }

    private void killsAndRemoves(Cgroups cgroups) throws Exception {
        Cgroup cgroup = cgroups.create("pods/one");
        Process loop = new ProcessBuilder("sh", "-c", "while :; do sleep 0.01 & wait; done").start();
        try {
            for (Path file : cgroup.joinFiles()) {
                KERNEL.writeControl(file.resolveSibling("cgroup.procs"), Long.toString(loop.pid()));
            }
            assertThat(cgroup.processes()).contains((int) loop.pid());
            assertThat(cgroups.list("pods")).containsExactly("one");

            cgroup.kill();

            assertThat(loop.waitFor()).isEqualTo(137);
            assertThat(cgroup.processes()).isEmpty();
        } finally {
            loop.destroyForcibly();
            cgroups.remove("").join();
        }
        assertThat(cgroup.exists()).isFalse();
    }

    @Test
    @Tag("root")
    void aGroupIsMadeFilledKilledAndRemoved() throws Exception {
        try (Cgroups cgroups = Cgroups.detect(KERNEL, ROOT)) {
            killsAndRemoves(cgroups);
        }
    }

    @Test
    @Tag("root")
    void soItIsInV2() throws Exception {
        Path unified = Path.of("/sys/fs/cgroup/unified");
        Assumptions.assumeTrue(Files.exists(unified.resolve("cgroup.procs")), "no second, v2 tree on this machine");
        try (Cgroups cgroups = new Cgroups(KERNEL, ROOT, List.of(new Hierarchy(2, unified, Set.of(), "")))) {
            cgroups.create("filtered").devices(DeviceRule.DEFAULT);
            Process process = new ProcessBuilder(
                            "sh",
                            "-c",
                            "echo 0 > " + unified.resolve(ROOT).resolve("filtered/cgroup.procs")
                                    + "; echo x > /dev/null && echo null; mknod " + dir.resolve("kmsg")
                                    + " c 1 11 && (exec 3< " + dir.resolve("kmsg") + ") 2>/dev/null && echo kmsg")
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isPositive();
            assertThat(said).isEqualTo("null\n");
            killsAndRemoves(cgroups);
        }
    }
}
