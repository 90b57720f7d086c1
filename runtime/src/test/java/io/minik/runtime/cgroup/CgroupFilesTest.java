package io.minik.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.LinuxSys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written to a group's files and read from them, on ordinary files of both versions: no cgroup of the machine is touched. */
class CgroupFilesTest {
    @TempDir
    Path dir;

    private final Kernel kernel = new Kernel(new LinuxSys());

    private Cgroup v2(String... files) throws IOException {
        Path group = Files.createDirectories(dir.resolve("v2/group"));
        for (String file : files) {
            Files.write(group.resolve(file), new byte[0]);
        }
        return new Cgroup(
                kernel,
                "group",
                List.of(new Cgroup.Directory(new Hierarchy(2, dir.resolve("v2"), Set.of(), ""), group)));
    }

    private Cgroup.Directory v1Directory(String controller, String... files) throws IOException {
        Path group = Files.createDirectories(dir.resolve(controller).resolve("group"));
        for (String file : files) {
            Files.write(group.resolve(file), new byte[0]);
        }
        return new Cgroup.Directory(new Hierarchy(1, dir.resolve(controller), Set.of(controller), controller), group);
    }

    private Cgroup v1() throws IOException {
        return new Cgroup(
                kernel,
                "group",
                List.of(
                        v1Directory("cpu", "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us"),
                        v1Directory("freezer"),
                        v1Directory("memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"),
                        v1Directory("pids", "pids.max")));
    }

    private String file(String name) throws IOException {
        return Files.readString(dir.resolve(name)).trim();
    }

    @Test
    void limitsInVersionTwo() throws IOException {
        Cgroup group = v2("cpu.weight", "cpu.max", "memory.max", "memory.swap.max", "pids.max", "cpuset.cpus");
        group.limit(new CgroupLimits(1024, 50_000, 100_000, 64 << 20, 100, "0-1", ""));
        assertThat(file("v2/group/cpu.weight"))
                .as("1024 shares, as OCI converts them")
                .isEqualTo("39");
        assertThat(file("v2/group/cpu.max")).isEqualTo("50000 100000");
        assertThat(file("v2/group/memory.max")).isEqualTo("67108864");
        assertThat(file("v2/group/memory.swap.max"))
                .as("swap is not for containers")
                .isEqualTo("0");
        assertThat(file("v2/group/pids.max")).isEqualTo("100");
        assertThat(file("v2/group/cpuset.cpus")).isEqualTo("0-1");
    }

    @Test
    void limitsInVersionOne() throws IOException {
        v1().limit(new CgroupLimits(1024, 50_000, 100_000, 64 << 20, 100, "", ""));
        assertThat(file("cpu/group/cpu.shares")).isEqualTo("1024");
        assertThat(file("cpu/group/cpu.cfs_period_us")).isEqualTo("100000");
        assertThat(file("cpu/group/cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(file("memory/group/memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(file("memory/group/memory.memsw.limit_in_bytes")).isEqualTo("67108864");
        assertThat(file("pids/group/pids.max")).isEqualTo("100");
    }

    @Test
    void nothingIsWrittenForWhatHasNoLimit() throws IOException {
        v2("cpu.weight", "cpu.max", "memory.max", "pids.max").limit(CgroupLimits.NONE);
        for (String name : List.of("cpu.weight", "cpu.max", "memory.max", "pids.max")) {
            assertThat(file("v2/group/" + name)).as(name).isEmpty();
        }
    }

    @Test
    void negativeLiftsALimit() throws IOException {
        CgroupLimits lifted = new CgroupLimits(0, -1, 100_000, -1, -1, "", "");
        v2("cpu.max", "memory.max", "memory.swap.max", "pids.max").limit(lifted);
        assertThat(file("v2/group/cpu.max")).isEqualTo("max 100000");
        assertThat(file("v2/group/memory.max")).isEqualTo("max");
        assertThat(file("v2/group/memory.swap.max")).isEqualTo("max");
        assertThat(file("v2/group/pids.max")).isEqualTo("max");
        v1().limit(lifted);
        assertThat(file("cpu/group/cpu.cfs_quota_us")).isEqualTo("-1");
        assertThat(file("memory/group/memory.limit_in_bytes")).isEqualTo("-1");
        assertThat(file("pids/group/pids.max")).isEqualTo("max");
    }

    @Test
    void aLimitThatTheKernelCanNotHoldIsAnError() throws IOException {
        Cgroup group = v2("memory.max");
        assertThatThrownBy(() -> group.limit(new CgroupLimits(0, 0, 0, 0, 5, "", "")))
                .isInstanceOf(RuntimeFault.class)
                .hasMessage("can't set pids.max: this kernel has no pids cgroup controller enabled");
        group.limit(new CgroupLimits(0, 0, 0, 1 << 20, 0, "", ""));
        assertThat(file("v2/group/memory.max")).isEqualTo("1048576");
    }

    @Test
    void sharesBecomeWeightsOfTheWholeRange() {
        assertThat(new CgroupLimits(2, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(1);
        assertThat(new CgroupLimits(1, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(1);
        assertThat(new CgroupLimits(262_144, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(10_000);
        assertThat(new CgroupLimits(1L << 40, 0, 0, 0, 0, "", "").cpuWeight()).isEqualTo(10_000);
    }

    @Test
    void useIsReadFromBothVersions() throws IOException {
        Cgroup two = v2();
        Path group = dir.resolve("v2/group");
        Files.writeString(group.resolve("cpu.stat"), "usage_usec 1500\nuser_usec 1000\n");
        Files.writeString(group.resolve("memory.current"), "1000\n");
        Files.writeString(group.resolve("memory.stat"), "anon 300\ninactive_file 400\n");
        Files.writeString(group.resolve("pids.current"), "7\n");
        Files.writeString(group.resolve("memory.events"), "low 0\noom 2\noom_kill 1\n");
        assertThat(two.usage()).isEqualTo(new Usage(1_500_000, 1000, 600, 300, 7, 1));
        Cgroup one = new Cgroup(
                kernel, "group", List.of(v1Directory("cpuacct"), v1Directory("memory"), v1Directory("pids")));
        Files.writeString(dir.resolve("cpuacct/group/cpuacct.usage"), "1500000\n");
        Files.writeString(dir.resolve("memory/group/memory.usage_in_bytes"), "1000\n");
        Files.writeString(dir.resolve("memory/group/memory.stat"), "total_rss 300\ntotal_inactive_file 400\n");
        Files.writeString(dir.resolve("memory/group/memory.oom_control"), "under_oom 0\noom_kill 1\n");
        Files.writeString(dir.resolve("pids/group/pids.current"), "7\n");
        assertThat(one.usage()).isEqualTo(new Usage(1_500_000, 1000, 600, 300, 7, 1));
    }

    @Test
    void joiningAndFindingAgainNameTheFilesOfTheirVersion() throws IOException {
        assertThat(v2().joinFiles()).containsExactly(dir.resolve("v2/group/cgroup.procs"));
        assertThat(v1().joinFiles()).hasSize(4).contains(dir.resolve("pids/group/tasks"));
        assertThat(v1().markFiles()).as("one migration, not four").containsExactly(dir.resolve("freezer/group/tasks"));
    }

    @Test
    void hierarchiesAreReadFromMountinfo() {
        String two = "30 1 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
        String cpu = "31 1 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct";
        String memory = "32 1 0:28 / /sys/fs/cgroup/me\\040mory rw shared:9 - cgroup cgroup rw,memory";
        String named = "33 1 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd";
        assertThat(Hierarchy.parse(List.of(two)))
                .containsExactly(new Hierarchy(2, Path.of("/sys/fs/cgroup"), Set.of(), ""));
        assertThat(Hierarchy.parse(List.of(two, memory, cpu, named, cpu)))
                .as("hybrid: the tree of version two beside them has no controllers")
                .containsExactly(
                        new Hierarchy(
                                1, Path.of("/sys/fs/cgroup/cpu,cpuacct"), Set.of("cpu", "cpuacct"), "cpu,cpuacct"),
                        new Hierarchy(1, Path.of("/sys/fs/cgroup/me mory"), Set.of("memory"), "memory"));
        assertThat(Hierarchy.parse(List.of("nonsense", "1 2 3"))).isEmpty();
    }
}
