package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * What a whole pod asks for or is limited to: the larger of its containers together and its hungriest init container,
 * sidecars counted in both; what the pod says of itself goes before, and the runtime class' overhead on top. Pure.
 */
final class PodAmounts {
    private PodAmounts() {}

    /** @param field requests or limits */
    static Map<String, Quantity> of(JsonNode pod, String field) {
        JsonNode spec = pod.path("spec");
        Map<String, Quantity> main = new TreeMap<>();
        for (JsonNode container : spec.path("containers")) {
            merge(main, amounts(container, field), Quantity::add);
        }
        Map<String, Quantity> sidecars = new TreeMap<>();
        Map<String, Quantity> starting = new TreeMap<>();
        for (JsonNode container : spec.path("initContainers")) {
            Map<String, Quantity> own = amounts(container, field);
            if (Json.text(container, "restartPolicy").equals("Always")) {
                merge(main, own, Quantity::add);
                merge(sidecars, own, Quantity::add);
                merge(starting, sidecars, Quantity::max);
            } else {
                Map<String, Quantity> together = new TreeMap<>(sidecars);
                merge(together, own, Quantity::add);
                merge(starting, together, Quantity::max);
            }
        }
        merge(main, starting, Quantity::max);
        main.putAll(amounts(spec, field));
        Json.strings(spec, "overhead").forEach((name, amount) -> {
            if (field.equals("requests") || main.containsKey(name)) {
                main.merge(name, Quantity.parse(amount), Quantity::add);
            }
        });
        return main;
    }

    private static Map<String, Quantity> amounts(JsonNode owner, String field) {
        Map<String, Quantity> amounts = new TreeMap<>();
        Json.strings(owner, "resources", field).forEach((name, amount) -> amounts.put(name, Quantity.parse(amount)));
        return amounts;
    }

    private static void merge(Map<String, Quantity> into, Map<String, Quantity> more, BinaryOperator<Quantity> how) {
        more.forEach((name, amount) -> into.merge(name, amount, how));
    }
}
