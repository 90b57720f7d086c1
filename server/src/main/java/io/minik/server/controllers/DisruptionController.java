package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells each PodDisruptionBudget how many of its pods may be evicted now; the eviction subresource spends it. */
final class DisruptionController implements Controller {
    /** An eviction that was granted and whose pod is still not going was in vain; as upstream. */
    private static final Duration GRANT = Duration.ofMinutes(2);

    private static final Map<String, Resource> SCALED = Map.of(
            "ReplicaSet", Resources.REPLICA_SETS,
            "StatefulSet", Resources.STATEFUL_SETS,
            "ReplicationController", Resources.REPLICATION_CONTROLLERS,
            "Deployment", Resources.DEPLOYMENTS);

    private final ControllerContext context;
    private final Informer budgets;
    private final Informer pods;
    private final ReconcileLoop work;

    DisruptionController(ControllerContext context) {
        this.context = context;
        this.budgets = context.informer(Resources.POD_DISRUPTION_BUDGETS);
        this.pods = context.informer(Resources.PODS);
        this.work = context.reconcile("disruption", this::reconcile)
                .watch(budgets)
                .watch(pods, pod -> budgets.byNamespace(pod.namespace()).stream()
                        .filter(budget -> selector(budget).matches(pod.meta().labels()))
                        .map(KubeObject::key)
                        .toList());
        SCALED.values().forEach(resource -> work.watch(context.informer(resource), this::budgetsOver));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** A scale changed: percentages are of it. */
    private List<ObjectKey> budgetsOver(KubeObject owner) {
        return budgets.byNamespace(owner.namespace()).stream()
                .filter(budget ->
                        selector(budget).matches(Json.strings(owner.tree(), "spec", "template", "metadata", "labels")))
                .map(KubeObject::key)
                .toList();
    }

    private static LabelSelector selector(KubeObject budget) {
        return LabelSelector.of(budget.at("spec", "selector"));
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = budgets.get(key);
        if (found.isEmpty() || found.get().meta().deleting()) {
            return Outcomes.done();
        }
        KubeObject budget = found.get();
        List<KubeObject> own = pods.byNamespace(key.namespace()).stream()
                .filter(pod -> !Pods.finished(pod)
                        && selector(budget).matches(pod.meta().labels()))
                .toList();
        ObjectNode granted = granted(budget, own);
        int healthy = (int) own.stream()
                .filter(pod -> Pods.ready(pod) && !pod.meta().deleting() && !granted.has(pod.name()))
                .count();
        JsonNode least = budget.at("spec", "minAvailable");
        JsonNode most = budget.at("spec", "maxUnavailable");
        int expected = least.isNumber() ? own.size() : scale(own);
        int desired = most.isMissingNode()
                ? Rollout.scaled(least, expected, true)
                : Math.max(0, expected - Rollout.scaled(most, expected, true));
        int allowed = Math.max(0, healthy - desired);
        boolean sufficient = allowed > 0 && expected > 0;
        KubeObject told = budget.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            status.put("currentHealthy", healthy)
                    .put("desiredHealthy", desired)
                    .put("disruptionsAllowed", sufficient ? allowed : 0)
                    .put("expectedPods", expected)
                    .put("observedGeneration", budget.meta().generation());
            if (granted.isEmpty()) {
                status.remove("disruptedPods");
            } else {
                status.set("disruptedPods", granted);
            }
            Conditions.set(
                            status,
                            "DisruptionAllowed",
                            sufficient ? "True" : "False",
                            sufficient ? "SufficientPods" : "InsufficientPods",
                            "",
                            context.time())
                    .put("observedGeneration", budget.meta().generation());
        });
        Optional<Duration> next = granted.isEmpty() ? Optional.empty() : Optional.of(GRANT);
        return told.at("status").equals(budget.at("status"))
                ? Future.succeededFuture(next)
                : context.client()
                        .update(Resources.POD_DISRUPTION_BUDGETS, told, "status")
                        .map(next);
    }

    /** Evictions granted whose pods have not begun to go yet. */
    private ObjectNode granted(KubeObject budget, List<KubeObject> own) {
        ObjectNode granted = Json.object();
        for (Map.Entry<String, JsonNode> entry :
                budget.at("status", "disruptedPods").properties()) {
            Instant since = Outcomes.instant(entry.getValue().asText()).orElse(Instant.EPOCH);
            boolean waits = own.stream()
                    .anyMatch(pod ->
                            pod.name().equals(entry.getKey()) && !pod.meta().deleting());
            if (waits && since.plus(GRANT).isAfter(context.loop().now())) {
                granted.set(entry.getKey(), entry.getValue());
            }
        }
        return granted;
    }

    /** How many pods their controllers want together. */
    private int scale(List<KubeObject> own) {
        int scale = 0;
        Set<String> counted = new HashSet<>();
        for (KubeObject pod : own) {
            Optional<KubeObject> owner = pod.meta().controller().flatMap(each -> ownerOf(pod, each));
            Optional<KubeObject> top = owner.flatMap(
                            set -> set.meta().controller().flatMap(each -> ownerOf(set, each)))
                    .or(() -> owner);
            if (top.isEmpty()) {
                scale += 1;
            } else if (counted.add(top.get().uid())) {
                scale += Rollout.replicas(top.get());
            }
        }
        return scale;
    }

    private Optional<KubeObject> ownerOf(KubeObject object, OwnerReference owner) {
        Resource resource = SCALED.get(owner.kind());
        return resource == null
                ? Optional.empty()
                : context.informer(resource)
                        .get(ObjectKey.of(object.namespace(), owner.name()))
                        .filter(found -> found.uid().equals(owner.uid()));
    }
}
