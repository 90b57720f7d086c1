package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Quantity;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Keeps namespaces within their ResourceQuotas. Usage is counted from the objects themselves, and the quota's status is
 * written in the same transaction under the condition that nobody else wrote it: two requests can't both take the last.
 */
public final class ResourceQuotas implements Admission {
    private final QuotaEvaluators evaluators;

    public ResourceQuotas(QuotaEvaluators evaluators) {
        this.evaluators = evaluators;
    }

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public Future<Void> validate(Review review) {
        Optional<QuotaEvaluator> evaluator = evaluators.find(review.resource()).filter(found -> found.handles(review));
        if (evaluator.isEmpty()) {
            return DONE;
        }
        for (KubeObject quota :
                review.lookup().list(Resources.RESOURCE_QUOTAS, review.key().namespace())) {
            check(review, quota.compact(), evaluator.get());
        }
        return DONE;
    }

    private void check(Review review, KubeObject quota, QuotaEvaluator evaluator) {
        if (!evaluator.matches(quota.tree(), review.object())) {
            return;
        }
        Map<String, Quantity> hard = hard(quota.tree());
        Set<String> bounded = new TreeSet<>(hard.keySet());
        bounded.removeIf(name -> !evaluator.counts(name));
        String missing = evaluator.missing(bounded, review.object());
        if (!missing.isEmpty()) {
            throw forbidden(review, "failed quota: " + quota.name() + ": must specify " + missing);
        }
        Map<String, Quantity> delta = delta(review, quota, evaluator);
        delta.keySet().retainAll(bounded);
        if (delta.isEmpty()) {
            return;
        }
        Map<String, Quantity> used = used(review.lookup(), quota, review.now());
        List<String> exceeded = new ArrayList<>();
        delta.forEach((name, amount) -> {
            Quantity after = used.getOrDefault(name, Quantity.ZERO).add(amount);
            if (amount.signum() > 0 && after.compareTo(hard.getOrDefault(name, Quantity.ZERO)) > 0) {
                exceeded.add(name);
            }
        });
        if (!exceeded.isEmpty()) {
            throw forbidden(
                    review,
                    "exceeded quota: " + quota.name() + ", requested: " + list(exceeded, delta) + ", used: "
                            + list(exceeded, used) + ", limited: " + list(exceeded, hard));
        }
        delta.forEach((name, amount) -> used.merge(name, amount, Quantity::add));
        review.effects()
                .sideWrites()
                .add(new SideWrite(
                        Resources.RESOURCE_QUOTAS,
                        quota.key(),
                        quota.meta().resourceVersion(),
                        Optional.of(withStatus(quota, hard, used))));
    }

    /** What the write adds to the usage, without what stays the same. */
    private static Map<String, Quantity> delta(Review review, KubeObject quota, QuotaEvaluator evaluator) {
        Map<String, Quantity> delta = new TreeMap<>(evaluator.usage(review.object(), review.now()));
        review.old()
                .map(old -> old.compact().tree())
                .filter(old -> evaluator.matches(quota.tree(), old))
                .ifPresent(old -> evaluator
                        .usage(old, review.now())
                        .forEach((name, amount) -> delta.merge(name, Quantity.ZERO.subtract(amount), Quantity::add)));
        delta.values().removeIf(amount -> amount.signum() == 0);
        return delta;
    }

    private static ApiException forbidden(Review review, String why) {
        return ApiException.forbidden(review.resource(), review.key().name(), why);
    }

    /** What a namespace's objects use of what a quota bounds, counted now; without names that nothing counts by. */
    private Map<String, Quantity> used(Lookup lookup, KubeObject quota, Instant now) {
        JsonNode tree = quota.tree();
        Set<String> bounded = hard(tree).keySet();
        Map<String, Quantity> used = new TreeMap<>();
        for (QuotaEvaluator evaluator : evaluators.all()) {
            List<String> names = bounded.stream().filter(evaluator::counts).toList();
            if (names.isEmpty()) {
                continue;
            }
            names.forEach(name -> used.put(name, Quantity.ZERO));
            for (KubeObject object : lookup.list(evaluator.resource(), quota.namespace())) {
                JsonNode counted = object.compact().tree();
                if (evaluator.matches(tree, counted)) {
                    evaluator
                            .usage(counted, now)
                            .forEach((name, amount) ->
                                    used.computeIfPresent(name, (same, before) -> before.add(amount)));
                }
            }
        }
        return used;
    }

    /** The quota with its status as it should be; the same instance if it is so already. */
    public KubeObject settled(Lookup lookup, KubeObject quota, Instant now) {
        Map<String, Quantity> hard = hard(quota.tree());
        ObjectNode next = withStatus(quota, hard, used(lookup, quota, now));
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

    private static String list(List<String> names, Map<String, Quantity> amounts) {
        return names.stream()
                .map(name -> name + "=" + amounts.getOrDefault(name, Quantity.ZERO))
                .collect(Collectors.joining(","));
    }
}
