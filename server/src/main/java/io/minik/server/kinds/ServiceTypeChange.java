package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.List;

/**
 * What a Service loses when its type changes: fields that only the old type has, where the writer left them as they were.
 * So {@code type: ExternalName} alone is a complete wish; a field that was changed together with the type is kept, for
 * validation to judge. Pure.
 */
final class ServiceTypeChange {
    private static final List<String> FAMILY_FIELDS = List.of("ipFamilies", "ipFamilyPolicy");

    private ServiceTypeChange() {}

    /** @param spec the new one, changed in place */
    static void drop(JsonNode before, ObjectNode spec) {
        if (hasClusterIp(before) && !hasClusterIp(spec)) {
            // "clusterIPs" follows "clusterIP": whoever sets the first alone means both.
            if (same(before, spec, "clusterIP") && (same(before, spec, "clusterIPs") || !spec.has("clusterIPs"))) {
                spec.remove(List.of("clusterIP", "clusterIPs"));
            }
            FAMILY_FIELDS.forEach(field -> dropSame(before, spec, field));
        }
        if (hasNodePorts(before) && !hasNodePorts(spec)) {
            dropNodePorts(before, spec);
        }
        if (reachedFromOutside(before) && !reachedFromOutside(spec)) {
            dropSame(before, spec, "externalTrafficPolicy");
        }
        if (isHealthChecked(before) && !isHealthChecked(spec)) {
            dropSame(before, spec, "healthCheckNodePort");
        }
        if (losesBalancer(before, spec)) {
            dropSame(before, spec, "allocateLoadBalancerNodePorts");
            dropSame(before, spec, "loadBalancerClass");
        }
    }

    /** Then the addresses that a balancer gave it are gone, too. */
    static boolean losesBalancer(JsonNode before, JsonNode spec) {
        return isBalanced(before) && !isBalanced(spec);
    }

    private static void dropSame(JsonNode before, ObjectNode spec, String field) {
        if (same(before, spec, field)) {
            spec.remove(field);
        }
    }

    private static boolean same(JsonNode before, JsonNode spec, String field) {
        return spec.path(field).equals(before.path(field));
    }

    /** A node port that was there before belongs to the old type; another one is the writer's wish. */
    private static void dropNodePorts(JsonNode before, ObjectNode spec) {
        for (JsonNode port : spec.path("ports")) {
            int number = Json.intOr(0, port, "nodePort");
            boolean held = number != 0
                    && Json.items(before, "ports").stream()
                            .anyMatch(earlier -> Json.intOr(0, earlier, "nodePort") == number);
            if (held && port instanceof ObjectNode item) {
                item.remove("nodePort");
            }
        }
    }

    private static boolean isBalanced(JsonNode spec) {
        return Json.text(spec, "type").equals("LoadBalancer");
    }

    private static boolean hasClusterIp(JsonNode spec) {
        return !Json.text(spec, "type").equals("ExternalName");
    }

    private static boolean hasNodePorts(JsonNode spec) {
        // A balancer that does not ask for node ports may still be given some.
        return Json.text(spec, "type").equals("NodePort") || isBalanced(spec);
    }

    private static boolean reachedFromOutside(JsonNode spec) {
        boolean external = !Json.text(spec, "type").equals("ExternalName")
                && !spec.path("externalIPs").isEmpty();
        return hasNodePorts(spec) || external;
    }

    private static boolean isHealthChecked(JsonNode spec) {
        return isBalanced(spec) && Json.text(spec, "externalTrafficPolicy").equals("Local");
    }
}
