package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Tells each PodDisruptionBudget how many of its pods may be evicted now; the eviction subresource spends it. */
public final class DisruptionController implements Controller {
    /** An eviction that was granted and whose pod is still not going was in vain; as upstream. */
    private static final Duration GRANT = Duration.ofMinutes(2);

    private static final Map<String, Resource> SCALED = Map.of(
            "ReplicaSet", Resources.REPLICA_SETS,
            "StatefulSet", Resources.STATEFUL_SETS,
            "ReplicationController", Resources.REPLICATION_CONTROLLERS,
            "Deployment", Resources.DEPLOYMENTS);

    /** Kinds that make pods and have no number that could be asked for. */
    private static final Map<String, Resource> UNSCALED =
            Map.of("DaemonSet", Resources.DAEMON_SETS, "Job", Resources.JOBS);

    private final ControllerContext context;
    private final Informer budgets;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;

    public DisruptionController(ControllerContext context) {
        this.context = context;
        this.budgets = context.informer(Resources.POD_DISRUPTION_BUDGETS);
        this.pods = context.informer(Resources.PODS);
        this.events = context.events("controllermanager");
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
        if (own.isEmpty()) {
            events.normal(budget, "NoPods", "No matching pods found");
        }
        Scale scale = least.isNumber() ? new Scale(own.size(), false, Optional.empty()) : scale(own);
        if (scale.fault().isPresent()) {
            return failed(budget, scale.fault().get());
        }
        if (scale.unmanaged()) {
            events.warning(budget, "UnmanagedPods", unmanaged(budget));
        }
        int expected = scale.pods();
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
        return tell(budget, told, granted.isEmpty() ? Optional.empty() : Optional.of(GRANT));
    }

    private Future<Optional<Duration>> tell(KubeObject budget, KubeObject told, Optional<Duration> next) {
        return told.at("status").equals(budget.at("status"))
                ? Future.succeededFuture(next)
                : context.client()
                        .update(Resources.POD_DISRUPTION_BUDGETS, told, "status")
                        .map(next);
    }

    /** Nobody knows how many pods there should be: none may be evicted. */
    private Future<Optional<Duration>> failed(KubeObject budget, String fault) {
        events.warning(
                budget, "CalculateExpectedPodCountFailed", "Failed to calculate the number of expected pods: " + fault);
        KubeObject told = budget.edit(tree -> {
            ObjectNode status = Json.child(tree, "status").put("disruptionsAllowed", 0);
            for (String count : List.of("currentHealthy", "desiredHealthy", "expectedPods")) {
                if (!status.has(count)) {
                    status.put(count, 0);
                }
            }
            Conditions.set(status, "DisruptionAllowed", "False", "SyncFailed", fault, context.time());
        });
        return tell(budget, told, Optional.empty());
    }

    private static String unmanaged(KubeObject budget) {
        return "Pods selected by this PodDisruptionBudget (selector: " + selectorText(budget)
                + ") were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which"
                + " may result in undefined behavior. To account for these pods please set \".spec.minAvailable\" field of"
                + " the PDB to an integer value.";
    }

    /** As Go prints it. */
    private static String selectorText(KubeObject budget) {
        StringBuilder text = new StringBuilder("&LabelSelector{MatchLabels:map[string]string{");
        new TreeMap<>(Json.strings(budget.tree(), "spec", "selector", "matchLabels"))
                .forEach((key, value) ->
                        text.append(key).append(": ").append(value).append(','));
        text.append("},MatchExpressions:[]LabelSelectorRequirement{");
        for (JsonNode each : budget.at("spec", "selector", "matchExpressions")) {
            text.append("LabelSelectorRequirement{Key:")
                    .append(Json.text(each, "key"))
                    .append(",Operator:")
                    .append(Json.text(each, "operator"))
                    .append(",Values:[")
                    .append(String.join(" ", Json.stringList(each, "values")))
                    .append("],},");
        }
        return text.append("},}").toString();
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

    /**
     * @param pods that their controllers want together
     * @param unmanaged whether there are pods that nobody controls: these don't count
     * @param fault what makes the number unknown
     */
    private record Scale(int pods, boolean unmanaged, Optional<String> fault) {}

    private Scale scale(List<KubeObject> own) {
        int scale = 0;
        boolean unmanaged = false;
        Set<String> counted = new HashSet<>();
        for (KubeObject pod : own) {
            Optional<OwnerReference> controller = pod.meta().controller();
            if (controller.isEmpty()) {
                unmanaged = true;
                continue;
            }
            OwnerReference reference = controller.get();
            Resource built = UNSCALED.get(reference.kind());
            if (built != null && built.apiVersion().equals(reference.apiVersion())) {
                return new Scale(
                        0, unmanaged, Optional.of(built.groupResource() + " does not implement the scale subresource"));
            }
            Optional<KubeObject> owner = ownerOf(pod, reference);
            Optional<KubeObject> top = owner.flatMap(
                            set -> set.meta().controller().flatMap(each -> ownerOf(set, each)))
                    .or(() -> owner);
            if (top.isEmpty()) {
                return new Scale(0, unmanaged, Optional.of("found no controllers for pod \"" + pod.name() + "\""));
            }
            if (counted.add(top.get().uid())) {
                scale += Rollout.replicas(top.get());
            }
        }
        return new Scale(scale, unmanaged, Optional.empty());
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
