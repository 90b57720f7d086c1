package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * core/v1 PodSpec. Absent strings are empty; defaults are those that the API server writes.
 *
 * @param affinity, tolerations, topologySpreadConstraints as in the API: their views belong to the scheduler's readers
 * @param serviceAccountName {@code default} if not said
 * @param overhead quantities by resource, added by the runtime class
 * @param resources pod-level requests and limits
 */
public record PodSpec(
        List<Volume> volumes,
        List<Container> initContainers,
        List<Container> containers,
        List<Container> ephemeralContainers,
        String restartPolicy,
        long terminationGracePeriodSeconds,
        OptionalLong activeDeadlineSeconds,
        String nodeName,
        String schedulerName,
        Map<String, String> nodeSelector,
        JsonNode affinity,
        List<JsonNode> tolerations,
        List<JsonNode> topologySpreadConstraints,
        List<String> schedulingGates,
        List<String> readinessGates,
        int priority,
        String priorityClassName,
        String preemptionPolicy,
        Map<String, String> overhead,
        ContainerResources resources,
        String runtimeClassName,
        String serviceAccountName,
        List<String> imagePullSecrets,
        PodNetwork network,
        PodSecurityContext securityContext,
        boolean shareProcessNamespace,
        boolean enableServiceLinks) {

    /** API default of terminationGracePeriodSeconds. */
    public static final long DEFAULT_GRACE_SECONDS = 30;

    /** Negative ones may be written, and count as one second. */
    private static long graceSeconds(JsonNode spec) {
        long said = Json.longOr(DEFAULT_GRACE_SECONDS, spec, "terminationGracePeriodSeconds");
        return said < 0 ? 1 : said;
    }

    public static PodSpec of(JsonNode spec) {
        return new PodSpec(
                Views.list(spec.path("volumes"), Volume::of),
                Views.list(spec.path("initContainers"), Container::of),
                Views.list(spec.path("containers"), Container::of),
                Views.list(spec.path("ephemeralContainers"), Container::of),
                Json.textOr("Always", spec, "restartPolicy"),
                graceSeconds(spec),
                Views.number(spec.path("activeDeadlineSeconds")),
                Json.text(spec, "nodeName"),
                Json.textOr("default-scheduler", spec, "schedulerName"),
                Json.strings(spec, "nodeSelector"),
                spec.path("affinity"),
                Json.items(spec, "tolerations"),
                Json.items(spec, "topologySpreadConstraints"),
                Views.list(spec.path("schedulingGates"), gate -> Json.text(gate, "name")),
                Views.list(spec.path("readinessGates"), gate -> Json.text(gate, "conditionType")),
                Json.intOr(0, spec, "priority"),
                Json.text(spec, "priorityClassName"),
                Json.textOr("PreemptLowerPriority", spec, "preemptionPolicy"),
                Json.strings(spec, "overhead"),
                ContainerResources.of(spec.path("resources")),
                Json.text(spec, "runtimeClassName"),
                Json.textOr("default", spec, "serviceAccountName"),
                Views.list(spec.path("imagePullSecrets"), secret -> Json.text(secret, "name")),
                PodNetwork.of(spec),
                PodSecurityContext.of(spec.path("securityContext")),
                Json.bool(spec, "shareProcessNamespace"),
                spec.path("enableServiceLinks").asBoolean(true));
    }

    /** Containers of any sort. */
    public Stream<Container> everyContainer() {
        return Stream.of(containers, initContainers, ephemeralContainers).flatMap(List::stream);
    }

    /** A container of any sort, by name. */
    public Optional<Container> container(String name) {
        return everyContainer()
                .filter(container -> container.name().equals(name))
                .findFirst();
    }
}
