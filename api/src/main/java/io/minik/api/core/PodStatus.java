package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * core/v1 PodStatus. Times are RFC 3339; absent strings are empty.
 *
 * @param phase Pending, Running, Succeeded, Failed or Unknown
 */
public record PodStatus(
        long observedGeneration,
        String phase,
        List<PodCondition> conditions,
        String message,
        String reason,
        String nominatedNodeName,
        String hostIp,
        List<String> hostIps,
        String podIp,
        List<String> podIps,
        String startTime,
        List<ContainerStatus> initContainerStatuses,
        List<ContainerStatus> containerStatuses,
        List<ContainerStatus> ephemeralContainerStatuses,
        String qosClass) {

    public static PodStatus of(JsonNode status) {
        return new PodStatus(
                Json.longOr(0, status, "observedGeneration"),
                Json.text(status, "phase"),
                Views.list(status.path("conditions"), PodCondition::of),
                Json.text(status, "message"),
                Json.text(status, "reason"),
                Json.text(status, "nominatedNodeName"),
                Json.text(status, "hostIP"),
                Views.list(status.path("hostIPs"), ip -> Json.text(ip, "ip")),
                Json.text(status, "podIP"),
                Views.list(status.path("podIPs"), ip -> Json.text(ip, "ip")),
                Json.text(status, "startTime"),
                Views.list(status.path("initContainerStatuses"), ContainerStatus::of),
                Views.list(status.path("containerStatuses"), ContainerStatus::of),
                Views.list(status.path("ephemeralContainerStatuses"), ContainerStatus::of),
                Json.text(status, "qosClass"));
    }

    public boolean terminal() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    public Optional<PodCondition> condition(String type) {
        return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }

    public boolean ready() {
        return condition("Ready").map(PodCondition::isTrue).orElse(false);
    }

    /** The status as JSON; what is empty is left out. */
    public ObjectNode tree() {
        ObjectNode tree = Json.object();
        if (observedGeneration > 0) {
            tree.put("observedGeneration", observedGeneration);
        }
        putIfSet(tree, "phase", phase);
        ArrayNode list = tree.putArray("conditions");
        conditions.forEach(condition -> list.add(condition.tree()));
        putIfSet(tree, "message", message);
        putIfSet(tree, "reason", reason);
        putIfSet(tree, "nominatedNodeName", nominatedNodeName);
        putIfSet(tree, "hostIP", hostIp);
        ips(tree, "hostIPs", hostIps);
        putIfSet(tree, "podIP", podIp);
        ips(tree, "podIPs", podIps);
        putIfSet(tree, "startTime", startTime);
        containers(tree, "initContainerStatuses", initContainerStatuses);
        containers(tree, "containerStatuses", containerStatuses);
        containers(tree, "ephemeralContainerStatuses", ephemeralContainerStatuses);
        putIfSet(tree, "qosClass", qosClass);
        return tree;
    }

    private static void ips(ObjectNode tree, String field, List<String> ips) {
        if (!ips.isEmpty()) {
            ArrayNode list = tree.putArray(field);
            ips.forEach(ip -> list.addObject().put("ip", ip));
        }
    }

    private static void containers(ObjectNode tree, String field, List<ContainerStatus> statuses) {
        if (!statuses.isEmpty()) {
            ArrayNode list = tree.putArray(field);
            statuses.forEach(status -> list.add(status.tree()));
        }
    }

    static void putIfSet(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }
}
