package io.minik.server.resourcemetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.ObjectKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeSampleTest {
    private static final String TEXT = """
            # HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds
            # TYPE container_cpu_usage_seconds_total counter
            container_cpu_usage_seconds_total{container="web",namespace="shop",pod="web-1"} 12.5 1000000
            container_cpu_usage_seconds_total{container="side",namespace="shop",pod="web-1"} 1e-3 1000000
            container_memory_working_set_bytes{container="web",namespace="shop",pod="web-1"} 4.194304e+06 1000000
            container_memory_working_set_bytes{container="side",namespace="shop",pod="web-1"} 1024 1000000
            container_start_time_seconds{container="web",namespace="shop",pod="web-1"} 900.25 1000000
            container_cpu_usage_seconds_total{container="half",namespace="shop",pod="web-2"} 3 1000000
            node_cpu_usage_seconds_total 100.5 2000000
            node_memory_working_set_bytes 1.073741824e+09 2000000
            node_swap_usage_bytes 0 2000000
            scrape_error 0
            this is no line
            container_cpu_usage_seconds_total{container="web",namespace="shop",pod="web-3"} many
            """;

    @Test
    void readsWhatAKubeletSays() {
        NodeSample sample = NodeSample.parse(TEXT, 7);
        assertThat(sample.node()).contains(new Reading(2_000_000, 100.5, 1L << 30, 0));
        assertThat(sample.pods())
                .isEqualTo(Map.of(
                        ObjectKey.of("shop", "web-1"),
                        Map.of(
                                "web",
                                new Reading(1_000_000, 12.5, 4 << 20, 900_250),
                                "side",
                                new Reading(1_000_000, 0.001, 1024, 0))));
    }

    /** web-2 has no memory said: half a pod would look like a small one. */
    @Test
    void leavesOutWhatIsNotWhole() {
        assertThat(NodeSample.parse(TEXT, 7).pods()).doesNotContainKeys(ObjectKey.of("shop", "web-2"));
    }

    @Test
    void takesItsOwnTimeWhereNoneIsSaid() {
        assertThat(NodeSample.parse("node_cpu_usage_seconds_total 1\nnode_memory_working_set_bytes 2\n", 7)
                        .node())
                .contains(new Reading(7, 1, 2, 0));
    }

    @Test
    void ratesAreOverTheTimeBetweenTwoReadings() {
        Reading before = new Reading(10_000, 5, 1, 1_000);
        Reading now = new Reading(14_000, 6, 300, 1_000);
        assertThat(now.since(Optional.of(before)))
                .contains(new Reading.Usage(250_000_000, 300, 14_000, Duration.ofSeconds(4)));
    }

    /** A container that is another one since has its own start to count from. */
    @Test
    void whatStartedAnewCountsFromItsStart() {
        Reading before = new Reading(10_000, 500, 1, 1_000);
        Reading restarted = new Reading(14_000, 1, 300, 12_000);
        assertThat(restarted.since(Optional.of(before)))
                .contains(new Reading.Usage(500_000_000, 300, 14_000, Duration.ofSeconds(2)));
    }

    @Test
    void saysNothingOverNoTime() {
        Reading reading = new Reading(10_000, 5, 1, 0);
        assertThat(reading.since(Optional.of(reading))).isEmpty();
        assertThat(reading.since(Optional.empty())).isEmpty();
        assertThat(new Reading(10_000, 5, 1, 9_900).since(Optional.empty())).isEmpty();
    }
}
