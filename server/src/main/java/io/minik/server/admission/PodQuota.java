package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.core.PodQos;
import io.minik.api.core.PodSpec;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Seconds;
import io.minik.server.admission.Review.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Pods against quotas: their number, and what they ask for and are limited to until they have finished. */
final class PodQuota implements QuotaEvaluator {
    private static final Set<String> PLAIN = Set.of("cpu", "memory", "ephemeral-storage");
    private static final String HUGE_PAGES = "hugepages-";
    /** Where these are bounded, every container must say what it takes. */
    private static final Set<String> TO_SAY =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    @Override
    public Resource resource() {
        return Resources.PODS;
    }

    @Override
    public boolean counts(String name) {
        return name.equals("pods")
                || name.equals("count/pods")
                || PLAIN.contains(name)
                || name.startsWith(HUGE_PAGES)
                || name.startsWith("limits.")
                || (name.startsWith("requests.") && !name.equals("requests.storage"));
    }

    @Override
    public boolean handles(Review review) {
        return switch (review.subresource()) {
            case "" -> review.operation() == Operation.CREATE;
            case "resize" -> review.operation() == Operation.UPDATE;
            default -> false;
        };
    }

    /** {@code count/pods} are all that are stored, {@code pods} and what they take only those that still run. */
    @Override
    public Map<String, Quantity> usage(JsonNode pod, Instant now) {
        Map<String, Quantity> usage = new TreeMap<>();
        usage.put("count/pods", Quantity.of(1));
        if (ended(pod, now)) {
            return usage;
        }
        usage.put("pods", Quantity.of(1));
        PodAmounts.of(pod, "requests").forEach((name, amount) -> {
            usage.put("requests." + name, amount);
            if (PLAIN.contains(name) || name.startsWith(HUGE_PAGES)) {
                usage.put(name, amount);
            }
        });
        PodAmounts.of(pod, "limits").forEach((name, amount) -> usage.put("limits." + name, amount));
        return usage;
    }

    private static boolean ended(JsonNode pod, Instant now) {
        String phase = Json.text(pod, "status", "phase");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return true;
        }
        // Its node had its time to end it and did not: what it held is not held for ever.
        String deleted = Json.text(pod, "metadata", "deletionTimestamp");
        return !deleted.isEmpty()
                && now.isAfter(Seconds.after(
                        Instant.parse(deleted), Json.longOr(0, pod, "metadata", "deletionGracePeriodSeconds")));
    }

    @Override
    public boolean inScope(Scope scope, JsonNode pod) {
        boolean terminating = Json.longOr(-1, pod, "spec", "activeDeadlineSeconds") >= 0;
        return switch (scope.name()) {
            case "Terminating" -> terminating;
            case "NotTerminating" -> !terminating;
            case "BestEffort" -> bestEffort(pod);
            case "NotBestEffort" -> !bestEffort(pod);
            case "PriorityClass" -> scope.admits(Json.text(pod, "spec", "priorityClassName"));
            case "CrossNamespacePodAffinity" -> looksElsewhere(pod);
            default -> false;
        };
    }

    private static boolean bestEffort(JsonNode pod) {
        return PodQos.of(PodSpec.of(pod.path("spec"))) == PodQos.BestEffort;
    }

    private static boolean looksElsewhere(JsonNode pod) {
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            JsonNode affinity = Json.at(pod, "spec", "affinity", kind);
            List<JsonNode> terms = new ArrayList<>();
            affinity.path("requiredDuringSchedulingIgnoredDuringExecution").forEach(terms::add);
            affinity.path("preferredDuringSchedulingIgnoredDuringExecution")
                    .forEach(weighted -> terms.add(weighted.path("podAffinityTerm")));
            for (JsonNode term : terms) {
                if (!term.path("namespaces").isEmpty()
                        || term.path("namespaceSelector").isObject()) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public String missing(Set<String> bounded, JsonNode pod) {
        Set<String> required = new TreeSet<>(bounded);
        required.retainAll(TO_SAY);
        List<String> words = new ArrayList<>();
        for (String name : required) {
            String field = name.startsWith("limits.") ? "limits" : "requests";
            String resource = name.substring(name.indexOf('.') + 1);
            Set<String> silent = new TreeSet<>();
            for (String list : List.of("containers", "initContainers")) {
                for (JsonNode container : Json.at(pod, "spec", list)) {
                    if (Json.at(container, "resources", field, resource).isMissingNode()) {
                        silent.add(Json.text(container, "name"));
                    }
                }
            }
            boolean ofThePod = Json.at(pod, "spec", "resources", field).has(resource);
            if (!silent.isEmpty() && !ofThePod) {
                words.add(name + " for: " + String.join(",", silent));
            }
        }
        return String.join("; ", words);
    }
}
