package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.server.admission.Review.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Keeps namespaces within their ResourceQuotas. Usage is counted from the objects themselves, and the quota's status is
 * written in the same transaction under the condition that nobody else wrote it: two requests can't both take the last.
 */
public final class ResourceQuotas implements Admission {
    private static final List<String> COMPUTE =
            List.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public void validate(Review review) {
        Resource resource = review.resource();
        boolean counted = QuotaUsage.COUNTED.containsKey(resource) || QuotaUsage.ONLY_COUNTED.contains(resource);
        if (!counted || !review.subresource().isEmpty() || review.operation() == Operation.DELETE) {
            return;
        }
        for (KubeObject present :
                review.lookup().list(Resources.RESOURCE_QUOTAS, review.key().namespace())) {
            check(review, present.compact());
        }
    }

    private static void check(Review review, KubeObject quota) {
        Resource resource = review.resource();
        if (!QuotaUsage.inScope(resource, review.object(), quota.tree())) {
            return;
        }
        Map<String, Quantity> hard = hard(quota.tree());
        Map<String, Quantity> delta = new TreeMap<>(QuotaUsage.of(resource, review.object()));
        review.old().map(KubeObject::compact).ifPresent(old -> QuotaUsage.of(resource, old.tree())
                .forEach((name, amount) -> delta.merge(name, amount, (now, before) -> now.subtract(before))));
        requireCompute(review, quota, hard, delta);
        delta.keySet().retainAll(hard.keySet());
        delta.values().removeIf(amount -> amount.signum() == 0);
        if (delta.isEmpty()) {
            return;
        }
        Map<String, Quantity> used =
                used(review.lookup(), quota.tree(), review.key().namespace());
        List<String> exceeded = new ArrayList<>();
        delta.forEach((name, amount) -> {
            Quantity after = used.getOrDefault(name, Quantity.ZERO).add(amount);
            if (amount.signum() > 0 && after.compareTo(hard.getOrDefault(name, Quantity.ZERO)) > 0) {
                exceeded.add(name);
            }
        });
        if (!exceeded.isEmpty()) {
            throw ApiException.forbidden(
                    resource,
                    review.key().name(),
                    "exceeded quota: " + quota.name() + ", requested: " + list(exceeded, delta) + ", used: "
                            + list(exceeded, used) + ", limited: " + list(exceeded, hard));
        }
        delta.forEach((name, amount) -> used.merge(name, amount, Quantity::add));
        review.sideWrites()
                .add(new SideWrite(
                        Resources.RESOURCE_QUOTAS,
                        quota.key(),
                        quota.meta().resourceVersion(),
                        Optional.of(withStatus(quota, hard, used))));
    }

    /** What a namespace's objects use of what a quota bounds, counted now. */
    static Map<String, Quantity> used(Lookup lookup, JsonNode quota, String namespace) {
        Map<String, Quantity> hard = hard(quota);
        Map<String, Quantity> used = new TreeMap<>();
        hard.keySet().forEach(name -> used.put(name, Quantity.ZERO));
        List<Resource> resources = new ArrayList<>(QuotaUsage.COUNTED.keySet());
        resources.addAll(QuotaUsage.ONLY_COUNTED);
        for (Resource resource : resources) {
            QuotaUsage.sum(resource, lookup.list(resource, namespace), quota)
                    .forEach((name, amount) -> used.computeIfPresent(name, (same, before) -> before.add(amount)));
        }
        return used;
    }

    /** The quota with its status as it should be; the same instance if it is so already. */
    public static KubeObject settled(Lookup lookup, KubeObject quota) {
        Map<String, Quantity> hard = hard(quota.tree());
        ObjectNode next = withStatus(quota, hard, used(lookup, quota.tree(), quota.namespace()));
        return next.path("status").equals(quota.at("status")) ? quota : KubeObject.of(next);
    }

    private static ObjectNode withStatus(KubeObject quota, Map<String, Quantity> hard, Map<String, Quantity> used) {
        ObjectNode next = Json.parseObject(quota.bytes());
        ObjectNode status = Json.object();
        ObjectNode hardNode = status.putObject("hard");
        hard.forEach((name, amount) -> hardNode.put(name, amount.toString()));
        ObjectNode usedNode = status.putObject("used");
        used.forEach((name, amount) -> usedNode.put(name, amount.toString()));
        next.set("status", status);
        return next;
    }

    private static Map<String, Quantity> hard(JsonNode quota) {
        Map<String, Quantity> hard = new TreeMap<>();
        Json.strings(quota, "spec", "hard").forEach((name, amount) -> hard.put(name, Quantity.parse(amount)));
        return hard;
    }

    /** Where compute resources are bounded, every pod must say what it takes. */
    private static void requireCompute(
            Review review, KubeObject quota, Map<String, Quantity> hard, Map<String, Quantity> usage) {
        if (!review.is(Operation.CREATE, Resources.PODS)) {
            return;
        }
        List<String> missing = COMPUTE.stream()
                .filter(name -> hard.containsKey(name) && !usage.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            String names = Json.items(review.object(), "spec", "containers").stream()
                    .map(container -> Json.text(container, "name"))
                    .collect(Collectors.joining(","));
            throw ApiException.forbidden(
                    review.resource(),
                    review.key().name(),
                    "failed quota: " + quota.name() + ": must specify "
                            + missing.stream()
                                    .map(name -> name + " for: " + names)
                                    .collect(Collectors.joining("; ")));
        }
    }

    private static String list(List<String> names, Map<String, Quantity> amounts) {
        return names.stream()
                .map(name -> name + "=" + amounts.getOrDefault(name, Quantity.ZERO))
                .collect(Collectors.joining(","));
    }
}
