package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * core/v1 TopologySpreadConstraint.
 *
 * @param hard DoNotSchedule; else it only weighs
 * @param minDomains domains that must exist before the emptiest counts as 0; at least 1
 */
public record TopologySpread(
        int maxSkew,
        String topologyKey,
        boolean hard,
        Optional<LabelSelector> selector,
        int minDomains,
        boolean honorNodeAffinity,
        boolean honorNodeTaints) {

    public static List<TopologySpread> ofPod(JsonNode spec, Map<String, String> labels) {
        return Views.list(
                spec.path("topologySpreadConstraints"),
                tree -> new TopologySpread(
                        Json.intOr(1, tree, "maxSkew"),
                        Json.text(tree, "topologyKey"),
                        Json.textOr("DoNotSchedule", tree, "whenUnsatisfiable").equals("DoNotSchedule"),
                        Views.optional(AffinityTerm.withKeys(tree, labels), LabelSelector::of),
                        Json.intOr(1, tree, "minDomains"),
                        Json.textOr("Honor", tree, "nodeAffinityPolicy").equals("Honor"),
                        Json.textOr("Ignore", tree, "nodeTaintsPolicy").equals("Honor")));
    }

    public boolean matches(Map<String, String> labels) {
        return selector.map(s -> s.matches(labels)).orElse(false);
    }
}
