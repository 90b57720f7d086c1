package io.minik.agent.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateTest {
    @ParameterizedTest
    @CsvSource({
        "/metrics/cadvisor,metrics",
        "/stats/summary,stats",
        "/logs/,log",
        "/pods,pods proxy",
        "/runningpods/,pods proxy",
        "/healthz,healthz proxy",
        "/exec/ns/pod/c,proxy",
        "/containerLogs/ns/pod/c,proxy",
        "/,proxy",
    })
    void aPathIsASubresourceOfTheNode(String path, String subresources) {
        assertThat(Gate.subresources(path)).isEqualTo(List.of(subresources.split(" ")));
    }
}
