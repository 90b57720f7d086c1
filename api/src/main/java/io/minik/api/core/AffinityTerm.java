package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * core/v1 PodAffinityTerm: pods that are sought on nodes of one topology domain.
 *
 * @param selector empty: no pod
 * @param namespaces where they are sought, besides those that namespaceSelector picks; both absent: the pod's own
 * @param weight of a preferred term; 0 for a required one
 */
public record AffinityTerm(
        Optional<LabelSelector> selector,
        List<String> namespaces,
        Optional<LabelSelector> namespaceSelector,
        String topologyKey,
        int weight) {

    /** @param labels of the pod whose term it is: matchLabelKeys reads them */
    static AffinityTerm of(JsonNode term, String namespace, Map<String, String> labels, int weight) {
        List<String> said = Json.stringList(term, "namespaces");
        boolean own = said.isEmpty() && !term.path("namespaceSelector").isObject();
        return new AffinityTerm(
                Views.optional(withKeys(term, labels), LabelSelector::of),
                own ? List.of(namespace) : said,
                Views.optional(term.path("namespaceSelector"), LabelSelector::of),
                Json.text(term, "topologyKey"),
                weight);
    }

    public static List<AffinityTerm> required(JsonNode affinity, String namespace, Map<String, String> labels) {
        return Views.list(
                affinity.path("requiredDuringSchedulingIgnoredDuringExecution"),
                term -> of(term, namespace, labels, 0));
    }

    public static List<AffinityTerm> preferred(JsonNode affinity, String namespace, Map<String, String> labels) {
        return Views.list(
                affinity.path("preferredDuringSchedulingIgnoredDuringExecution"),
                term -> of(term.path("podAffinityTerm"), namespace, labels, Json.intOr(0, term, "weight")));
    }

    /** A labelSelector with the pod's own values of matchLabelKeys and mismatchLabelKeys added. */
    static JsonNode withKeys(JsonNode owner, Map<String, String> labels) {
        JsonNode selector = owner.path("labelSelector");
        JsonNode same = owner.path("matchLabelKeys");
        JsonNode other = owner.path("mismatchLabelKeys");
        if (!(selector instanceof ObjectNode object) || (same.isEmpty() && other.isEmpty())) {
            return selector;
        }
        ObjectNode extended = object.deepCopy();
        ArrayNode expressions = extended.withArray("matchExpressions");
        same.forEach(key -> add(expressions, key.asText(), "In", labels));
        other.forEach(key -> add(expressions, key.asText(), "NotIn", labels));
        return extended;
    }

    private static void add(ArrayNode expressions, String key, String operator, Map<String, String> labels) {
        String value = labels.get(key);
        if (value != null) {
            expressions
                    .addObject()
                    .put("key", key)
                    .put("operator", operator)
                    .putArray("values")
                    .add(value);
        }
    }

    /** @param namespaceLabels of the candidate's namespace */
    public boolean matches(String namespace, Map<String, String> namespaceLabels, Map<String, String> labels) {
        boolean inScope = namespaces.contains(namespace)
                || namespaceSelector.map(s -> s.matches(namespaceLabels)).orElse(false);
        return inScope && selector.map(s -> s.matches(labels)).orElse(false);
    }
}
