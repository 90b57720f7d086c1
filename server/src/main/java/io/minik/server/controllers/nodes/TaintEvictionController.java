package io.minik.server.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.Node;
import io.minik.api.core.PodGlance;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Deletes pods from nodes with NoExecute taints that they do not tolerate, or no longer. Keys are pods.
 *
 * <p>A toleration's seconds run from when the taint was added (where the taint does not say, from when it was seen first),
 * or from when the pod came to the node if that was later: a restart of the server does not begin them anew.
 */
public final class TaintEvictionController implements Controller {
    private static final String NO_EXECUTE = "NoExecute";

    private final ControllerContext context;
    private final Informer nodes;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;

    /** A taint as people write it, without a time. */
    private record Seen(String node, String key, String value) {}

    // Owned by the loop.
    private final Map<Seen, Instant> seen = new HashMap<>();
    /** Pods whose time runs. */
    private final Set<ObjectKey> doomed = new HashSet<>();

    public TaintEvictionController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Resources.NODES);
        this.pods = NodeLifecycleController.podsByNode(context.informer(Resources.PODS));
        this.events = context.events("taint-eviction-controller");
        this.work =
                context.reconcile("taint-eviction", this::reconcile).needs(pods).needs(nodes);
        nodes.onChange((before, now) -> {
            boolean same = before.isPresent()
                    && now.isPresent()
                    && before.get().at("spec", "taints").equals(now.get().at("spec", "taints"));
            if (!same) {
                String name = now.or(() -> before).orElseThrow().name();
                see(name, now.map(node -> Node.of(node).taints()).orElse(List.of()));
                // Not at a start: no pod of a healthy node is waited for, and there are thousands.
                if (evicts(before) || evicts(now)) {
                    NodeLifecycleController.podsOn(pods, name).forEach(pod -> work.add(pod.key()));
                }
            }
        });
        pods.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(pod -> doomed.remove(pod.key()));
            }
        });
        pods.onChange((before, now) -> now.filter(
                        pod -> tainted(PodGlance.of(pod).nodeName()) && placementChanged(before, pod))
                .ifPresent(pod -> work.add(pod.key())));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private void see(String node, List<Taint> taints) {
        List<Seen> present = taints.stream()
                .filter(taint -> taint.effect().equals(NO_EXECUTE))
                .map(taint -> new Seen(node, taint.key(), taint.value()))
                .toList();
        seen.keySet().removeIf(each -> each.node().equals(node) && !present.contains(each));
        present.forEach(each -> seen.putIfAbsent(each, context.loop().now()));
    }

    private static boolean evicts(Optional<KubeObject> node) {
        return node.isPresent()
                && Node.of(node.get()).taints().stream()
                        .anyMatch(taint -> taint.effect().equals(NO_EXECUTE));
    }

    private boolean tainted(String node) {
        return !node.isEmpty()
                && nodes.get(ObjectKey.cluster(node))
                        .map(object -> !object.at("spec", "taints").isEmpty())
                        .orElse(false);
    }

    private static boolean placementChanged(Optional<KubeObject> before, KubeObject now) {
        return before.isEmpty() || !before.get().at("spec").equals(now.at("spec"));
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = pods.get(key);
        if (found.isEmpty() || found.get().meta().deleting()) {
            return Outcomes.done();
        }
        KubeObject pod = found.get();
        Optional<Instant> due =
                nodes.get(ObjectKey.cluster(PodGlance.of(pod).nodeName())).flatMap(node -> due(pod, Node.of(node)));
        if (due.isEmpty()) {
            if (doomed.remove(key)) {
                events.normal(pod, "TaintManagerEviction", "Cancelling deletion of Pod " + key);
            }
            return Outcomes.done();
        }
        doomed.add(key);
        Duration left = Duration.between(context.loop().now(), due.get());
        return left.isZero() || left.isNegative() ? evict(pod) : Outcomes.again(left);
    }

    /** When the pod must go: at once (the past) or when the shortest toleration ends; empty: never. */
    private Optional<Instant> due(KubeObject pod, Node node) {
        List<Toleration> tolerations = Toleration.ofPod(pod.at("spec"));
        Optional<Instant> due = Optional.empty();
        for (Taint taint : node.taints()) {
            if (taint.effect().equals(NO_EXECUTE)) {
                Optional<Toleration> toleration = tolerations.stream()
                        .filter(each -> each.tolerates(taint))
                        .findFirst();
                if (toleration.isEmpty()) {
                    return Optional.of(Instant.EPOCH);
                }
                OptionalLong seconds = toleration.get().seconds();
                if (seconds.isPresent()) {
                    Instant until = Outcomes.after(
                            later(since(node.name(), taint), arrival(pod)), Math.max(0, seconds.getAsLong()));
                    due = due.filter(sooner -> sooner.isBefore(until)).or(() -> Optional.of(until));
                }
            }
        }
        return due;
    }

    private Instant since(String node, Taint taint) {
        return Outcomes.instant(taint.timeAdded())
                .or(() -> Optional.ofNullable(seen.get(new Seen(node, taint.key(), taint.value()))))
                .orElse(context.loop().now());
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant arrival(KubeObject pod) {
        return Conditions.find(pod.at("status"), "PodScheduled")
                .flatMap(condition -> Outcomes.instant(Json.text(condition, "lastTransitionTime")))
                .or(() -> Outcomes.instant(pod.meta().creationTimestamp()))
                .orElse(Instant.EPOCH);
    }

    private Future<Optional<Duration>> evict(KubeObject pod) {
        events.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + pod.key());
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.uid());
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "DisruptionTarget")
                .put("status", "True")
                .put("reason", "DeletionByTaintManager")
                .put("message", "Taint manager: deleting due to NoExecute taint")
                .put("lastTransitionTime", context.time());
        Future<KubeObject> gone = context.client()
                .patch(Resources.PODS, pod.key(), "status", PatchType.STRATEGIC, patch)
                .compose(told -> context.client().delete(Resources.PODS, pod.key(), DeleteOptions.onlyIf(pod.uid())));
        return Outcomes.done(Outcomes.ignoring(gone, Reason.NotFound));
    }
}
