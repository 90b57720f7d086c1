package io.minik.server.kinds;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Schema;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.admission.NodeRestriction;
import io.minik.server.registry.KindStrategy;
import io.minik.server.registry.Writes;
import io.minik.server.request.Request;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** pods/eviction: a delete that asks the disruption budgets first and leaves the reason on the pod. */
final class PodEviction {
    private final Writes writes;
    private final Schema schema;
    private final InstantSource clock;

    PodEviction(Writes writes, Schema schema, InstantSource clock) {
        this.writes = writes;
        this.schema = schema;
        this.clock = clock;
    }

    Future<KubeObject> evict(Request request, KubeObject eviction) {
        return writes.caughtUp().compose(unused -> evictNow(request, eviction));
    }

    private Future<KubeObject> evictNow(Request request, KubeObject eviction) {
        ObjectKey key = request.key();
        KubeObject pod = writes.present()
                .find(Resources.PODS, key)
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.PODS, key.name()));
        NodeRestriction.evict(request.user(), pod);
        ObjectNode body = eviction.at("deleteOptions") instanceof ObjectNode given ? given : Json.object();
        Map<String, String> query = new HashMap<>(request.query());
        if (!body.path("dryRun").isEmpty()) {
            query.put("dryRun", "All");
        }
        Request asked = request.with(query);
        Request delete = asked.instead(Verb.DELETE, schema.kind(Resources.PODS), key, "");
        List<KubeObject> budgets = budgets(pod);
        if (budgets.size() > 1) {
            throw ApiException.internal(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }
        Future<?> allowed = budgets.isEmpty() || freely(pod, budgets.get(0))
                ? Future.succeededFuture()
                : edit(
                        asked,
                        Resources.POD_DISRUPTION_BUDGETS,
                        budgets.get(0).key(),
                        (budget, warnings) -> spent(budget, pod));
        return allowed.compose(spent -> pod.meta().deleting()
                        ? Future.succeededFuture()
                        : edit(asked, Resources.PODS, key, (present, warnings) -> told(present)))
                .compose(told -> writes.delete(delete, body))
                .map(result -> PodBinding.successCreated());
    }

    /** Those that speak for the pod; none for one that serves nobody. */
    private List<KubeObject> budgets(KubeObject pod) {
        String phase = pod.text("status", "phase");
        boolean idle = phase.equals("Succeeded") || phase.equals("Failed") || phase.equals("Pending");
        return idle || pod.meta().deleting()
                ? List.of()
                : writes.present().list(Resources.POD_DISRUPTION_BUDGETS, pod.namespace()).stream()
                        .map(KubeObject::compact)
                        .filter(budget -> LabelSelector.of(budget.at("spec", "selector"))
                                .matches(pod.meta().labels()))
                        .toList();
    }

    /** An unready pod is no loss: always, or if the others suffice, as spec.unhealthyPodEvictionPolicy says. */
    private static boolean freely(KubeObject pod, KubeObject budget) {
        for (var condition : pod.at("status", "conditions")) {
            if (Json.text(condition, "type").equals("Ready")
                    && Json.text(condition, "status").equals("True")) {
                return false;
            }
        }
        int desired = budget.at("status", "desiredHealthy").asInt(0);
        return budget.text("spec", "unhealthyPodEvictionPolicy").equals("AlwaysAllow")
                || (desired > 0 && budget.at("status", "currentHealthy").asInt(0) >= desired);
    }

    private Future<?> edit(Request request, Resource resource, ObjectKey key, Writes.Change change) {
        return writes.update(
                Writes.Update.of(request.instead(Verb.UPDATE, schema.kind(resource), key, "status"), change));
    }

    /** Takes one disruption from the budget, or answers 429. */
    private ObjectNode spent(KubeObject budget, KubeObject pod) {
        int allowed = budget.at("status", "disruptionsAllowed").asInt(0);
        boolean seen = budget.at("status", "observedGeneration").asLong(0)
                >= budget.meta().generation();
        if (allowed <= 0 || !seen) {
            String message = seen
                    ? "The disruption budget " + budget.name() + " needs "
                            + budget.at("status", "desiredHealthy").asInt(0) + " healthy pods and has "
                            + budget.at("status", "currentHealthy").asInt(0) + " currently"
                    : "The disruption budget " + budget.name() + " is still being processed by the server.";
            throw ApiException.of(
                    Reason.TooManyRequests,
                    "Cannot evict pod as it would violate the pod's disruption budget.",
                    new Details("", "", "", "", List.of(new Cause("DisruptionBudget", message, "")), seen ? 0 : 10));
        }
        ObjectNode next = Json.parseObject(budget.bytes());
        ObjectNode status = Json.child(next, "status");
        status.put("disruptionsAllowed", allowed - 1);
        Json.child(status, "disruptedPods").put(pod.name(), KindStrategy.timestamp(clock.instant()));
        return next;
    }

    /** With the condition by which Jobs tell that it did not fail by itself. */
    private ObjectNode told(KubeObject pod) {
        ObjectNode next = Json.parseObject(pod.bytes());
        ArrayNode conditions = Json.child(next, "status").withArray("conditions");
        for (int i = conditions.size() - 1; i >= 0; i--) {
            if (Json.text(conditions.path(i), "type").equals("DisruptionTarget")) {
                conditions.remove(i);
            }
        }
        conditions
                .addObject()
                .put("type", "DisruptionTarget")
                .put("status", "True")
                .put("reason", "EvictionByEvictionAPI")
                .put("message", "Eviction API: evicting")
                .put("lastTransitionTime", KindStrategy.timestamp(clock.instant()))
                .putNull("lastProbeTime");
        return next;
    }
}
