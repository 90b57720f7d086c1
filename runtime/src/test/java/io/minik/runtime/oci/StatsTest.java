package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code runc events --stats}: the names, units and nesting of its types/events.go, which cAdvisor and containerd read. */
class StatsTest {
    @TempDir
    Path group;

    private void file(String name, String text) throws IOException {
        Files.writeString(group.resolve(name), text);
    }

    private BundleState state(int version, String... controllers) {
        return new BundleState(
                "box",
                group,
                group,
                1,
                1,
                "2026-01-01T00:00:00Z",
                version,
                List.of(new CgroupTree.Directory(Set.of(controllers), group)),
                Map.of());
    }

    private JsonNode v2() throws IOException {
        return Bundle.JSON.readTree(Stats.line(state(2))).path("data");
    }

    private JsonNode v1(String... controllers) throws IOException {
        return Bundle.JSON.readTree(Stats.line(state(1, controllers))).path("data");
    }

    @Test
    void anEventSaysWhatItIsAndWhose() throws IOException {
        JsonNode event = Bundle.JSON.readTree(Stats.line(state(2)));
        assertThat(event.path("type").asText()).isEqualTo("stats");
        assertThat(event.path("id").asText()).isEqualTo("box");
        assertThat(event.path("data").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("cpu", "memory", "pids", "blkio", "hugetlb");
    }

    @Test
    void timesAreNanosecondsWhateverTheKernelCountsIn() throws IOException {
        file(
                "cpu.stat",
                "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 7\nnr_throttled 3\nthrottled_usec 20\n");
        JsonNode cpu = v2().path("cpu");
        assertThat(cpu.path("usage").path("total").asLong()).isEqualTo(1_500_000);
        assertThat(cpu.path("usage").path("user").asLong()).isEqualTo(1_000_000);
        assertThat(cpu.path("usage").path("kernel").asLong()).isEqualTo(500_000);
        assertThat(cpu.path("throttling").path("periods").asLong()).isEqualTo(7);
        assertThat(cpu.path("throttling").path("throttledPeriods").asLong()).isEqualTo(3);
        assertThat(cpu.path("throttling").path("throttledTime").asLong()).isEqualTo(20_000);
    }

    @Test
    void v1TellsTimesOfEachProcessorAndTicksOfTheRest() throws IOException {
        file("cpuacct.usage", "300\n");
        file("cpuacct.usage_percpu", "100 200 \n");
        file("cpuacct.stat", "user 2\nsystem 3\n");
        file("cpu.stat", "nr_periods 1\nnr_throttled 2\nthrottled_time 4000\n");
        JsonNode cpu = v1("cpu", "cpuacct").path("cpu");
        assertThat(cpu.path("usage").path("total").asLong()).isEqualTo(300);
        assertThat(cpu.path("usage").path("percpu"))
                .extracting(JsonNode::asLong)
                .containsExactly(100L, 200L);
        assertThat(cpu.path("usage").path("user").asLong()).isEqualTo(20_000_000);
        assertThat(cpu.path("usage").path("kernel").asLong()).isEqualTo(30_000_000);
        assertThat(cpu.path("throttling").path("throttledTime").asLong()).isEqualTo(4000);
    }

    @Test
    void memoryHasUsageLimitAndEachFigureOfTheKernel() throws IOException {
        file("memory.current", "4096\n");
        file("memory.max", "1048576\n");
        file("memory.peak", "8192\n");
        file("memory.stat", "anon 10\nfile 2048\n");
        JsonNode memory = v2().path("memory");
        assertThat(memory.path("usage")).isEqualTo(figures(1_048_576, 4096, 8192, 0));
        assertThat(memory.path("cache").asLong()).isEqualTo(2048);
        assertThat(memory.path("raw").path("anon").asLong()).isEqualTo(10);
        assertThat(memory.has("kernel"))
                .as("v2 counts the kernel's with all else")
                .isFalse();
    }

    @Test
    void v1TellsHowOftenALimitWasMet() throws IOException {
        file("memory.usage_in_bytes", "5\n");
        file("memory.limit_in_bytes", "9\n");
        file("memory.max_usage_in_bytes", "7\n");
        file("memory.failcnt", "2\n");
        file("memory.kmem.tcp.usage_in_bytes", "3\n");
        JsonNode memory = v1("memory").path("memory");
        assertThat(memory.path("usage")).isEqualTo(figures(9, 5, 7, 2));
        assertThat(memory.path("kernelTCP")).isEqualTo(figures(0, 3, 0, 0));
    }

    private static JsonNode figures(long limit, long usage, long max, long failures) throws IOException {
        return Bundle.JSON.readTree(
                "{\"limit\":" + limit + ",\"usage\":" + usage + ",\"max\":" + max + ",\"failcnt\":" + failures + "}");
    }

    @Test
    void noLimitIsZero() throws IOException {
        file("pids.current", "4\n");
        file("pids.max", "max\n");
        assertThat(v2().path("pids").toString()).isEqualTo("{\"current\":4,\"limit\":0}");
        file("pids.max", "100\n");
        assertThat(v2().path("pids").path("limit").asLong()).isEqualTo(100);
    }

    @Test
    void bytesOfDisksAreByDeviceAndDirection() throws IOException {
        file("io.stat", "8:0 rbytes=512 wbytes=1024 rios=1 wios=2 dbytes=0 dios=0\n253:1 rbytes=7 wbytes=0\n\n");
        assertThat(v2().path("blkio").path("ioServiceBytesRecursive"))
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":512}",
                        "{\"major\":8,\"minor\":0,\"op\":\"Write\",\"value\":1024}",
                        "{\"major\":253,\"minor\":1,\"op\":\"Read\",\"value\":7}",
                        "{\"major\":253,\"minor\":1,\"op\":\"Write\",\"value\":0}");
        file("blkio.throttle.io_service_bytes", "8:0 Read 5\n8:0 Total 5\nTotal 5\n");
        assertThat(v1("blkio").path("blkio").path("ioServiceBytesRecursive"))
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":5}",
                        "{\"major\":8,\"minor\":0,\"op\":\"Total\",\"value\":5}");
    }

    @Test
    void killsForWantOfMemoryAreCountedInBothVersions() throws IOException {
        file("memory.events", "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n");
        file("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
        assertThat(Stats.oomKills(state(2))).isEqualTo(1);
        assertThat(Stats.oomKills(state(1, "memory"))).isEqualTo(4);
        assertThat(Stats.oomKills(state(1, "cpu"))).as("without the controller").isZero();
    }

    @Test
    void whatIsNotThereIsZeroAndNoError() throws IOException {
        JsonNode data = v2();
        assertThat(data.path("cpu").path("usage").path("total").asLong()).isZero();
        assertThat(data.path("memory").path("usage")).isEqualTo(figures(0, 0, 0, 0));
        assertThat(data.path("blkio").path("ioServiceBytesRecursive")).isEmpty();
    }
}
