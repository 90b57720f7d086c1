package io.minik.server.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.api.selector.LabelSelector;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** pods/binding, which gives a pod its node once, and pods/eviction, a delete that asks the disruption budgets first. */
final class PodConnectors {
    /** Who the server writes as where nobody asked for the write itself. */
    private static final String SELF = "minik";

    private final Writes writes;
    private final Storage storage;
    private final Schema schema;
    private final InstantSource clock;

    PodConnectors(Writes writes, Storage storage, Schema schema, InstantSource clock) {
        this.writes = writes;
        this.storage = storage;
        this.schema = schema;
        this.clock = clock;
    }

    Future<KubeObject> bind(Connector.Scope scope, KubeObject binding) {
        String name =
                scope.key().name().isEmpty() ? binding.name() : scope.key().name();
        ObjectKey key = ObjectKey.of(scope.key().namespace(), name);
        String node = binding.text("target", "name");
        String targetKind = binding.text("target", "kind");
        if (node.isEmpty() || (!targetKind.isEmpty() && !targetKind.equals("Node"))) {
            boolean missing = node.isEmpty();
            throw ApiException.invalid(
                    new io.minik.api.meta.Resource("", "v1", "bindings", "Binding", true),
                    name,
                    List.of(
                            missing
                                    ? new Cause("FieldValueRequired", "Required value", "target.name")
                                    : new Cause(
                                            "FieldValueNotSupported",
                                            "Unsupported value: \"" + targetKind
                                                    + "\": supported values: \"Node\", \"<empty>\"",
                                            "target.kind")));
        }
        Request request = request(Verb.UPDATE, scope, key);
        return writes.update(new Writes.Update(
                        request, key, "binding", List.of(), pod -> bound(pod, binding, node), Optional.empty()))
                .map(result -> successCreated());
    }

    private ObjectNode bound(KubeObject pod, KubeObject binding, String node) {
        if (pod.meta().deleting()) {
            throw ApiException.conflict(
                    Resources.PODS,
                    pod.name(),
                    "pod " + pod.name() + " is being deleted, cannot be assigned to a host");
        }
        String present = pod.text("spec", "nodeName");
        if (!present.isEmpty()) {
            throw ApiException.conflict(
                    Resources.PODS,
                    pod.name(),
                    "pod " + pod.name() + " is already assigned to node \"" + present + "\"");
        }
        if (!pod.at("spec", "schedulingGates").isEmpty()) {
            throw ApiException.conflict(
                    Resources.PODS, pod.name(), "pod " + pod.name() + " has non-empty .spec.schedulingGates");
        }
        ObjectNode next = Json.parseObject(pod.bytes());
        ObjectNode metadata = Json.child(next, "metadata");
        metadata.put("resourceVersion", binding.meta().resourceVersion());
        metadata.put("uid", binding.uid());
        Json.child(next, "spec").put("nodeName", node);
        binding.meta().annotations().forEach(Json.child(metadata, "annotations")::put);
        binding.meta().labels().forEach(Json.child(metadata, "labels")::put);
        for (String map : List.of("annotations", "labels")) {
            if (metadata.path(map).isEmpty()) {
                metadata.remove(map);
            }
        }
        markScheduled(Json.child(next, "status"));
        return next;
    }

    private void markScheduled(ObjectNode status) {
        ArrayNode conditions =
                status.get("conditions") instanceof ArrayNode present ? present : status.putArray("conditions");
        for (int i = conditions.size() - 1; i >= 0; i--) {
            if (Json.text(conditions.path(i), "type").equals("PodScheduled")) {
                conditions.remove(i);
            }
        }
        ObjectNode scheduled =
                conditions.addObject().put("type", "PodScheduled").put("status", "True");
        scheduled.putNull("lastProbeTime");
        scheduled.put("lastTransitionTime", ObjectRules.timestamp(clock.instant()));
    }

    Future<KubeObject> evict(Connector.Scope scope, KubeObject eviction) {
        return storage.caughtUp().compose(unused -> evictNow(scope, eviction));
    }

    private Future<KubeObject> evictNow(Connector.Scope scope, KubeObject eviction) {
        ObjectKey key = scope.key();
        KubeObject pod = storage.find(Resources.PODS, key)
                .map(KubeObject::compact)
                .orElseThrow(() -> ApiException.notFound(Resources.PODS, key.name()));
        Request delete = request(Verb.DELETE, scope, key);
        ObjectNode body = eviction.at("deleteOptions") instanceof ObjectNode given ? given : Json.object();
        DeleteRules.Options options = DeleteRules.Options.of(body, delete);
        String phase = pod.text("status", "phase");
        boolean finished = phase.equals("Succeeded") || phase.equals("Failed") || phase.equals("Pending");
        List<KubeObject> budgets = finished || pod.meta().deleting()
                ? List.of()
                : storage.list(Resources.POD_DISRUPTION_BUDGETS, key.namespace()).stream()
                        .map(KubeObject::compact)
                        .filter(pdb -> LabelSelector.of(pdb.at("spec", "selector"))
                                .matches(pod.meta().labels()))
                        .toList();
        if (budgets.size() > 1) {
            throw ApiException.internal(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }
        Future<?> allowed = budgets.isEmpty() ? Future.succeededFuture() : spend(scope, budgets.get(0), pod);
        return allowed.compose(unused -> writes.delete(delete, key, options)).map(result -> successCreated());
    }

    /** Takes one disruption from the budget, or answers 429. */
    private Future<?> spend(Connector.Scope scope, KubeObject budget, KubeObject pod) {
        KindRow kind = schema.kind(Resources.POD_DISRUPTION_BUDGETS);
        Request request = new Request(
                Verb.UPDATE,
                kind,
                budget.key(),
                "status",
                Map.copyOf(scope.query()),
                scope.user(),
                SELF,
                "",
                new byte[0]);
        return writes.update(new Writes.Update(
                request, budget.key(), "status", List.of(), pdb -> spent(pdb, pod), Optional.empty()));
    }

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
        Json.child(status, "disruptedPods").put(pod.name(), ObjectRules.timestamp(clock.instant()));
        return next;
    }

    private Request request(Verb verb, Connector.Scope scope, ObjectKey key) {
        return new Request(
                verb, schema.kind(Resources.PODS), key, "", scope.query(), scope.user(), SELF, "", new byte[0]);
    }

    private static KubeObject successCreated() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success").put("code", 201);
        return KubeObject.of(status);
    }
}
