package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Labels of nodes that are not to be selected by any more. */
final class NodeLabelWarnings {
    private static final Map<String, String> DEPRECATED = Map.of(
            "beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "failure-domain.beta.kubernetes.io/region",
                    "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
                    "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
            "beta.kubernetes.io/instance-type",
                    "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
            "app.kubernetes.io/created-by", "deprecated since v1.9",
            "scheduler.alpha.kubernetes.io/preferAvoidPods",
                    "deprecated since v1.22; use Taints and Tolerations instead",
            "node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead");

    private NodeLabelWarnings() {}

    static Optional<String> message(String key) {
        return Optional.ofNullable(DEPRECATED.get(key));
    }

    /** Of a node selector's term. */
    static void term(JsonNode term, String path, List<String> said) {
        JsonNode expressions = term.path("matchExpressions");
        for (int at = 0; at < expressions.size(); at++) {
            String key = Json.text(expressions.get(at), "key");
            String here = path + ".matchExpressions[" + at + "].key: " + key + " is ";
            message(key).ifPresent(why -> said.add(here + why));
        }
    }
}
