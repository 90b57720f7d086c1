package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * core/v1 ResourceList in whole numbers, as the scheduler counts: CPU in millicores, the rest in units (bytes, pods,
 * devices), rounded up.
 *
 * @param extended all other resources by name
 */
public record ResourceList(
        long cpuMillis, long memoryBytes, long ephemeralBytes, long pods, Map<String, Long> extended) {
    public static final ResourceList NONE = new ResourceList(0, 0, 0, 0, Map.of());

    /** @throws IllegalArgumentException if a quantity can't be read */
    public static ResourceList of(JsonNode tree) {
        if (!tree.isObject() || tree.isEmpty()) {
            return NONE;
        }
        long cpu = 0;
        long memory = 0;
        long ephemeral = 0;
        long pods = 0;
        Map<String, Long> extended = Map.of();
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            String text = entry.getValue().asText();
            switch (entry.getKey()) {
                case "cpu" -> cpu = units(text, 3);
                case "memory" -> memory = units(text, 0);
                case "ephemeral-storage" -> ephemeral = units(text, 0);
                case "pods" -> pods = units(text, 0);
                default -> {
                    extended = extended.isEmpty() ? new TreeMap<>() : extended;
                    extended.put(entry.getKey(), units(text, 0));
                }
            }
        }
        return new ResourceList(cpu, memory, ephemeral, pods, extended);
    }

    /**
     * What a pod needs of its node: the larger of its containers together and its hungriest init container, sidecars
     * counted in both, plus the runtime class' overhead; one pod.
     */
    public static ResourceList ofPod(JsonNode spec) {
        ResourceList main = NONE;
        for (JsonNode container : spec.path("containers")) {
            main = main.plus(requests(container));
        }
        ResourceList sidecars = NONE;
        ResourceList starting = NONE;
        for (JsonNode container : spec.path("initContainers")) {
            ResourceList own = requests(container);
            if (Json.text(container, "restartPolicy").equals("Always")) {
                main = main.plus(own);
                sidecars = sidecars.plus(own);
                starting = starting.max(sidecars);
            } else {
                starting = starting.max(own.plus(sidecars));
            }
        }
        ResourceList all = main.max(starting);
        JsonNode podLevel = Json.at(spec, "resources", "requests");
        if (podLevel.isObject()) {
            ResourceList said = of(podLevel);
            all = new ResourceList(
                    podLevel.has("cpu") ? said.cpuMillis : all.cpuMillis,
                    podLevel.has("memory") ? said.memoryBytes : all.memoryBytes,
                    all.ephemeralBytes,
                    0,
                    all.extended);
        }
        if (spec.has("overhead")) {
            all = all.plus(of(spec.path("overhead")));
        }
        return new ResourceList(all.cpuMillis, all.memoryBytes, all.ephemeralBytes, 1, all.extended);
    }

    private static ResourceList requests(JsonNode container) {
        return of(Json.at(container, "resources", "requests"));
    }

    public ResourceList plus(ResourceList other) {
        return new ResourceList(
                cpuMillis + other.cpuMillis,
                memoryBytes + other.memoryBytes,
                ephemeralBytes + other.ephemeralBytes,
                pods + other.pods,
                merge(extended, other.extended, Long::sum));
    }

    public ResourceList minus(ResourceList other) {
        Map<String, Long> rest = extended;
        if (!other.extended.isEmpty()) {
            Map<String, Long> less = new TreeMap<>(extended);
            other.extended.forEach((name, amount) -> less.merge(name, -amount, Long::sum));
            rest = less;
        }
        return new ResourceList(
                cpuMillis - other.cpuMillis,
                memoryBytes - other.memoryBytes,
                ephemeralBytes - other.ephemeralBytes,
                pods - other.pods,
                rest);
    }

    public ResourceList max(ResourceList other) {
        return new ResourceList(
                Math.max(cpuMillis, other.cpuMillis),
                Math.max(memoryBytes, other.memoryBytes),
                Math.max(ephemeralBytes, other.ephemeralBytes),
                Math.max(pods, other.pods),
                merge(extended, other.extended, Math::max));
    }

    private static Map<String, Long> merge(Map<String, Long> a, Map<String, Long> b, BinaryOperator<Long> how) {
        if (b.isEmpty()) {
            return a;
        }
        if (a.isEmpty()) {
            return b;
        }
        Map<String, Long> merged = new TreeMap<>(a);
        b.forEach((name, amount) -> merged.merge(name, amount, how));
        return merged;
    }

    /** A quantity in units or, with scale 3, in thousandths, rounded up. */
    static long units(String text, int scale) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits > 0 && digits <= 12) {
            long number = Long.parseLong(text.substring(0, digits));
            String suffix = text.substring(digits);
            // The four that nearly all manifests use.
            switch (suffix) {
                case "" -> {
                    return scale == 0 ? number : number * 1000;
                }
                case "m" -> {
                    return scale == 0 ? (number + 999) / 1000 : number;
                }
                case "Mi" -> {
                    return (number << 20) * (scale == 0 ? 1 : 1000);
                }
                default -> {
                    // The long way below.
                }
            }
        }
        Quantity quantity = Quantity.parse(text);
        return scale == 0 ? quantity.value() : quantity.milliValue();
    }
}
