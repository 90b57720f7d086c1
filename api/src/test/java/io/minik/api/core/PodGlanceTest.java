package io.minik.api.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodGlanceTest {
    private static PodGlance glance(String rest) {
        return PodGlance.of(KubeObject.ofBytes(
                ("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}" + rest + "}").getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aNewPodIsNowhereAndNothing() {
        assertThat(glance("")).isEqualTo(new PodGlance("", "", false, "", List.of()));
    }

    @Test
    void aRunningPodTellsWhereSinceWhenAndItsAddresses() {
        PodGlance pod =
                glance(",\"spec\":{\"nodeName\":\"n\"},\"status\":{\"phase\":\"Running\",\"podIP\":\"10.0.0.1\","
                        + "\"podIPs\":[{\"ip\":\"10.0.0.1\"},{\"ip\":\"fd00::1\"}],\"conditions\":["
                        + "{\"type\":\"Initialized\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"},"
                        + "{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-01T00:00:05Z\"}]}");
        assertThat(pod)
                .isEqualTo(new PodGlance("n", "Running", true, "2026-01-01T00:00:05Z", List.of("10.0.0.1", "fd00::1")));
        assertThat(pod.finished()).isFalse();
    }

    @Test
    void anOlderKubeletTellsOneAddress() {
        assertThat(glance(",\"status\":{\"podIP\":\"10.0.0.1\"}").ips()).containsExactly("10.0.0.1");
    }

    @Test
    void aPodThatEndedIsFinishedHowever() {
        assertThat(glance(",\"status\":{\"phase\":\"Failed\"}").finished()).isTrue();
        assertThat(glance(",\"status\":{\"phase\":\"Succeeded\"}").finished()).isTrue();
        assertThat(glance(",\"status\":{\"phase\":\"Unknown\"}").finished()).isFalse();
    }
}
