package io.minik.server.controllers.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.autoscaling.ReplicaCalculator.Proposal;
import io.minik.server.controllers.autoscaling.ReplicaCalculator.Tolerances;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Upstream's algorithm by its documentation's numbers: each pod requests one core unless said otherwise. */
class ReplicaCalculatorTest {
    private static final Instant NOW = Instant.parse("2026-01-01T01:00:00Z");

    private final List<KubeObject> pods = new ArrayList<>();
    private final Map<String, PodMetric> used = new HashMap<>();

    /** @param since of its Ready condition, minutes before now */
    private void pod(String name, String phase, boolean ready, int started, int since, String request) {
        pods.add(KubeObject.named("v1", "Pod", ObjectKey.of("shop", name), tree -> {
            ObjectNode container =
                    tree.putObject("spec").putArray("containers").addObject().put("name", "c");
            if (!request.isEmpty()) {
                container.putObject("resources").putObject("requests").put("cpu", request);
            }
            ObjectNode status = tree.putObject("status")
                    .put("phase", phase)
                    .put("startTime", NOW.minus(Duration.ofMinutes(started)).toString());
            status.putArray("conditions")
                    .addObject()
                    .put("type", "Ready")
                    .put("status", ready ? "True" : "False")
                    .put(
                            "lastTransitionTime",
                            NOW.minus(Duration.ofMinutes(since)).toString());
        }));
    }

    private void pod(int milli) {
        String name = "p" + pods.size();
        pod(name, "Running", true, 60, 59, "1");
        used.put(name, new PodMetric(milli, NOW, Duration.ofSeconds(15)));
    }

    private Proposal cpu(int percent) throws Uncountable {
        return calculator().byUtilization(used, "cpu", "", percent);
    }

    private ReplicaCalculator calculator() {
        return new ReplicaCalculator(pods, pods.size(), Tolerances.UPSTREAM, NOW);
    }

    @Test
    void growsByTheRatio() throws Uncountable {
        pod(300);
        pod(500);
        pod(700);
        assertThat(cpu(30)).isEqualTo(new Proposal(5, 500, OptionalInt.of(50)));
    }

    @Test
    void shrinksByTheRatio() throws Uncountable {
        for (int milli : new int[] {100, 300, 500, 250, 250}) {
            pod(milli);
        }
        assertThat(cpu(50)).isEqualTo(new Proposal(3, 280, OptionalInt.of(28)));
    }

    @Test
    void staysWithinTheTolerance() throws Uncountable {
        pod(1010);
        pod(1030);
        pod(1020);
        assertThat(cpu(100).replicas()).isEqualTo(3);
        assertThat(new ReplicaCalculator(pods, 3, new Tolerances(0.1, 0.01), NOW)
                        .byUtilization(used, "cpu", "", 100)
                        .replicas())
                .isEqualTo(4);
    }

    /** On the way up what nobody measured uses nothing, on the way down all that it asked for. */
    @Test
    void missingPodsHoldBack() throws Uncountable {
        pod(300);
        pod(500);
        pod(700);
        pod("unseen", "Running", true, 60, 59, "1");
        assertThat(cpu(30).replicas()).isEqualTo(5);
        used.replaceAll((name, metric) -> new PodMetric(100, NOW, Duration.ZERO));
        assertThat(cpu(30).replicas()).isEqualTo(4);
    }

    @Test
    void startingPodsUseNothingOnTheWayUp() throws Uncountable {
        pod(300);
        pod(500);
        pod("warm", "Running", false, 2, 1, "1");
        used.put("warm", new PodMetric(700, NOW, Duration.ofSeconds(15)));
        assertThat(cpu(30).replicas()).isEqualTo(3);
        pod("pending", "Pending", false, 0, 0, "1");
        assertThat(cpu(10).replicas()).isEqualTo(8);
    }

    /** Ready, but measured over a time in which it was not. */
    @Test
    void aFigureOfTheStartDoesNotCount() throws Uncountable {
        pod(300);
        pod("hot", "Running", true, 3, 0, "1");
        used.put("hot", new PodMetric(4000, NOW, Duration.ofSeconds(15)));
        assertThat(cpu(30).replicas()).isEqualTo(2);
    }

    @Test
    void failedPodsAreNone() throws Uncountable {
        pod(500);
        pod("dead", "Failed", false, 60, 59, "1");
        used.put("dead", new PodMetric(9000));
        assertThat(cpu(50)).isEqualTo(new Proposal(2, 500, OptionalInt.of(50)));
    }

    @Test
    void wantsRequests() {
        pod(500);
        pod("bare", "Running", true, 60, 59, "");
        used.put("bare", new PodMetric(1));
        assertThatThrownBy(() -> cpu(50)).hasMessage("missing request for cpu in container c of Pod bare");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> cpu(50)).hasMessage("no pods returned by selector while calculating replica count");
        pod("p", "Running", true, 60, 59, "1");
        assertThatThrownBy(() -> cpu(50)).hasMessage("did not receive metrics for any ready pods");
    }

    @Test
    void countsByAverages() throws Uncountable {
        pod(20_000);
        pod(10_000);
        pod(30_000);
        assertThat(calculator().byAverage(used, "", 15_000)).isEqualTo(new Proposal(4, 20_000, OptionalInt.empty()));
    }

    @Test
    void countsByWhatIsOfNoPod() throws Uncountable {
        pod(1);
        pod(1);
        pod(1);
        assertThat(calculator().byValue(20_000, 15_000).replicas()).isEqualTo(4);
        assertThat(calculator().byValue(15_500, 15_000).replicas()).isEqualTo(3);
        assertThat(calculator().byShare(60_000, 10_000, 3)).isEqualTo(new Proposal(6, 20_000, OptionalInt.empty()));
        assertThat(new ReplicaCalculator(List.of(), 0, Tolerances.UPSTREAM, NOW)
                        .byValue(10_000, 3_000)
                        .replicas())
                .isEqualTo(4);
        assertThat(calculator().byShare(5_000, 10_000, 0).replicas()).isEqualTo(1);
    }
}
