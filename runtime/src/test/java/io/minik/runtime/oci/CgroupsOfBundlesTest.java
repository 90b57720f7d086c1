package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.runtime.cgroup.CgroupMount;
import io.minik.runtime.cgroup.DeviceRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a bundle's group is and what is written into it, on folders that stand for cgroup file systems. */
final class CgroupsOfBundlesTest {
    private static final String V1 = "30 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
    private static final String NAMED = "31 25 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd";
    private static final String V2 = "32 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    @TempDir
    Path dir;

    @Test
    void besideV1TheV2TreeIsLeftAloneAndNamedHierarchiesAreJoined() {
        CgroupTree tree = CgroupTree.parse(List.of(V1, NAMED, V2));

        assertThat(tree.version()).isEqualTo(1);
        assertThat(tree.mounted())
                .extracting(CgroupMount::names)
                .containsExactly(Set.of("memory"), Set.of("name=systemd"));
        assertThat(CgroupTree.parse(List.of(NAMED, V2)).version()).isEqualTo(2);
        assertThatThrownBy(() -> CgroupTree.parse(List.of())).hasMessage("no cgroup file system is mounted");
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b, /sys/fs/cgroup/memory/a/b",
        "/../../../etc, /sys/fs/cgroup/memory/etc",
        "a, /sys/fs/cgroup/memory/outer/a",
        "../../x, /sys/fs/cgroup/memory/outer/x",
        "'', /sys/fs/cgroup/memory/outer/id",
    })
    void noPathLeadsOutOfTheHierarchy(String wanted, Path place) {
        List<CgroupTree.Directory> directories =
                CgroupTree.parse(List.of(V1)).place(wanted, "id", List.of("4:memory:/outer", "0::/other"));

        assertThat(directories).extracting(CgroupTree.Directory::path).containsExactly(place);
    }

    private ContainerCgroup group(int version, String... files) throws IOException {
        for (String file : files) {
            Files.writeString(dir.resolve(file), "");
        }
        return new ContainerCgroup(
                version, List.of(new CgroupTree.Directory(Set.of("cpu", "memory", "pids", "cpuset", "blkio"), dir)));
    }

    private static JsonNode json(String text) throws IOException {
        return Bundle.JSON.readTree(text.replace('\'', '"'));
    }

    private String written(String file) throws IOException {
        return Files.readString(dir.resolve(file));
    }

    @Test
    void limitsAreV1sFiles() throws IOException {
        ContainerCgroup group = group(
                1,
                "cpu.shares",
                "cpu.cfs_quota_us",
                "cpu.cfs_period_us",
                "memory.limit_in_bytes",
                "memory.memsw.limit_in_bytes",
                "memory.soft_limit_in_bytes",
                "pids.max",
                "blkio.throttle.read_bps_device");
        CgroupResources.apply(
                group,
                json("{'cpu':{'shares':512,'quota':50000,'period':100000},'pids':{'limit':-1},"
                        + "'memory':{'limit':1000,'swap':2000,'reservation':500},"
                        + "'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':1,'rate':99}]}}"));

        assertThat(written("cpu.shares")).isEqualTo("512");
        assertThat(written("cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(written("memory.limit_in_bytes")).isEqualTo("1000");
        assertThat(written("memory.memsw.limit_in_bytes")).isEqualTo("2000");
        assertThat(written("memory.soft_limit_in_bytes")).isEqualTo("500");
        assertThat(written("pids.max")).isEqualTo("max");
        assertThat(written("blkio.throttle.read_bps_device")).isEqualTo("8:1 99");
    }

    @Test
    void limitsAreV2sFiles() throws IOException {
        ContainerCgroup group = group(
                2,
                "cpu.weight",
                "cpu.max",
                "memory.max",
                "memory.swap.max",
                "memory.low",
                "pids.max",
                "io.max",
                "memory.high");
        CgroupResources.apply(
                group,
                json("{'cpu':{'shares':1024,'quota':50000},'pids':{'limit':7},"
                        + "'memory':{'limit':1000,'swap':2500,'reservation':500},"
                        + "'blockIO':{'throttleWriteIOPSDevice':[{'major':8,'minor':1,'rate':99}]},"
                        + "'unified':{'memory.high':'900'}}"));

        assertThat(written("cpu.weight")).isEqualTo("39");
        assertThat(written("cpu.max")).isEqualTo("50000 100000");
        assertThat(written("memory.max")).isEqualTo("1000");
        assertThat(written("memory.swap.max")).isEqualTo("1500");
        assertThat(written("memory.low")).isEqualTo("500");
        assertThat(written("memory.high")).isEqualTo("900");
        assertThat(written("io.max")).isEqualTo("8:1 wiops=99");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | {'unified':{'../../release_agent':'x'}} | must be a file name (no slashes)",
                "2 | {'unified':{'..':'x'}} | must be a file name",
                "2 | {'memory':{'swap':5}} | unable to set swap limit without memory limit",
                "2 | {'memory':{'limit':10,'swap':5}} | memory+swap limit should be >= memory limit",
                "2 | {'cpu':{'realtimePeriod':5}} | not supported by cgroup v2",
                "2 | {'pids':{'limit':5}} | can't set pids.max",
                "1 | {'unified':{'a':'b'}} | needs cgroup v2",
                "1 | {'hugepageLimits':[{'pageSize':'../x','limit':1}]} | invalid hugepage size \"../x\"",
            })
    void aLimitThatCanNotBeSetIsAnError(int version, String resources, String message) throws IOException {
        ContainerCgroup group = group(version, "memory.max", "memory.swap.max");

        assertThatThrownBy(() -> CgroupResources.apply(group, json(resources))).hasMessageContaining(message);
    }

    @Test
    void aGroupThatHasProcessesOfOthersIsNotTaken() throws IOException {
        ContainerCgroup group = group(2, "cgroup.procs");
        Files.writeString(dir.resolve("cgroup.procs"), "12\n13\n");

        assertThatThrownBy(group::make).hasMessageContaining("container's cgroup is not empty: 2 process(es)");
    }

    private List<DeviceRule> allowed(String rules) throws IOException {
        return DeviceAccess.allowed(
                DeviceAccess.rules(new Bundle(dir, json("{'linux':{'resources':{'devices':" + rules + "}}}"))));
    }

    @Test
    void devicesAreWhatTheRulesLeave() throws IOException {
        assertThat(allowed("[{'allow':false}]")).isEqualTo(DeviceRule.DEFAULT);
        assertThat(allowed("[{'allow':true}]")).isEqualTo(DeviceRule.ALL);
        assertThat(allowed("[{'allow':false},{'allow':true,'type':'c','major':10,'minor':229,'access':'rw'}]"))
                .contains(new DeviceRule('c', 10, 229, "rw"));
        assertThat(
                        allowed(
                                "[{'allow':true,'type':'b','major':8,'minor':0},{'allow':false,'type':'b','major':8,'minor':0}]"))
                .isEqualTo(DeviceRule.DEFAULT);
        assertThat(allowed("[{'allow':true,'type':'b','major':8},{'allow':false}]"))
                .isEqualTo(DeviceRule.DEFAULT);
    }

    @Test
    void aRuleThatCanNotBeKeptIsRefusedNotForgotten() {
        assertThatThrownBy(() -> allowed("[{'allow':true},{'allow':false,'type':'b','major':8,'minor':0}]"))
                .hasMessageContaining("denies what only a wider rule allows (b 8:0 rwm)");
        assertThatThrownBy(() ->
                        allowed("[{'allow':true,'type':'b','major':8},{'allow':false,'type':'b','major':8,'minor':1}]"))
                .hasMessageContaining("(b 8:1 rwm)");
        assertThatThrownBy(() -> allowed("[{'allow':true,'type':'x'}]")).hasMessage("invalid device type \"x\"");
        assertThatThrownBy(() -> allowed("[{'allow':true,'type':'c','access':'rwmx'}]"))
                .hasMessage("invalid device access \"rwmx\"");
    }

    @Test
    void statesAreReadAsTheyWereWritten() {
        BundleState state = new BundleState(
                "a",
                dir,
                dir.resolve("rootfs"),
                12,
                34,
                "2026-01-01T00:00:00Z",
                1,
                List.of(new CgroupTree.Directory(Set.of("cpu", "cpuacct"), dir)),
                Map.of("k", "v"));

        assertThat(BundleState.of(state.json())).isEqualTo(state);
        assertThat(state.forHooks(BundleState.Status.CREATING, 12))
                .contains("\"status\":\"creating\"", "\"pid\":12", "\"annotations\":{\"k\":\"v\"}");
        assertThatThrownBy(() -> BundleState.of(Bundle.JSON.createObjectNode().put("version", 99)))
                .hasMessageContaining("version 99");
    }
}
