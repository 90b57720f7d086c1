package io.minik.server.controllers.autoscaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which pods' figures count.
 *
 * @param ready how many have a figure that counts
 * @param unready not yet at work: what they use now says nothing of what they will
 * @param missing at work, and nobody has measured them
 * @param ignored on their way out
 */
record PodGroups(int ready, Set<String> unready, Set<String> missing, Set<String> ignored) {
    /** Upstream's --horizontal-pod-autoscaler-cpu-initialization-period. */
    private static final Duration INITIALIZATION = Duration.ofMinutes(5);

    /** Upstream's --horizontal-pod-autoscaler-initial-readiness-delay. */
    private static final Duration READINESS_DELAY = Duration.ofSeconds(30);

    /** @param cpu whether the figures are of CPU, which pods use for their start */
    static PodGroups of(List<KubeObject> pods, Map<String, PodMetric> metrics, boolean cpu, Instant now) {
        int ready = 0;
        Set<String> unready = new LinkedHashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        Set<String> ignored = new LinkedHashSet<>();
        for (KubeObject pod : pods) {
            String phase = Pods.phase(pod);
            PodMetric metric = metrics.get(pod.name());
            if (pod.meta().deleting() || phase.equals("Failed")) {
                ignored.add(pod.name());
            } else if (phase.equals("Pending")) {
                unready.add(pod.name());
            } else if (metric == null) {
                missing.add(pod.name());
            } else if (cpu && starting(pod, metric, now)) {
                unready.add(pod.name());
            } else {
                ready++;
            }
        }
        return new PodGroups(ready, unready, missing, ignored);
    }

    private static boolean starting(KubeObject pod, PodMetric metric, Instant now) {
        JsonNode status = pod.part("status");
        Optional<JsonNode> condition = Conditions.find(status, "Ready");
        Optional<Instant> started = Outcomes.instant(Json.text(status, "startTime"));
        if (condition.isEmpty() || started.isEmpty()) {
            return true;
        }
        boolean notReady = Json.text(condition.get(), "status").equals("False");
        Instant since = Outcomes.instant(Json.text(condition.get(), "lastTransitionTime"))
                .orElse(Instant.EPOCH);
        return started.get().plus(INITIALIZATION).isAfter(now)
                ? notReady || metric.timestamp().isBefore(since.plus(metric.window()))
                : notReady && started.get().plus(READINESS_DELAY).isAfter(since);
    }
}
