package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.Node;
import io.minik.api.core.Taint;
import io.minik.api.core.Toleration;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Deletes pods from nodes with NoExecute taints that they do not tolerate, or no longer. Keys are pods. */
final class TaintEvictionController implements Controller {
    private final ControllerContext context;
    private final Informer nodes;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;

    TaintEvictionController(ControllerContext context) {
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
                NodeLifecycleController.podsOn(pods, name).forEach(pod -> work.add(pod.key()));
            }
        });
        pods.onChange((before, now) -> now.filter(
                        pod -> tainted(pod.text("spec", "nodeName")) && placementChanged(before, pod))
                .ifPresent(pod -> work.add(pod.key())));
    }

    @Override
    public ReconcileLoop work() {
        return work;
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
        Optional<Instant> due = nodes.get(ObjectKey.cluster(pod.text("spec", "nodeName")))
                .flatMap(node -> due(Node.of(node).taints(), Toleration.ofPod(pod.at("spec"))));
        if (due.isEmpty()) {
            return Outcomes.done();
        }
        Duration left = Duration.between(context.loop().now(), due.get());
        return left.isZero() || left.isNegative() ? evict(pod) : Outcomes.again(left);
    }

    /** When the pod must go: at once (the past) or when the shortest toleration ends; empty: never. Pure. */
    private Optional<Instant> due(List<Taint> taints, List<Toleration> tolerations) {
        Optional<Instant> due = Optional.empty();
        for (Taint taint : taints) {
            if (taint.effect().equals("NoExecute")) {
                Optional<Instant> until = until(taint, tolerations);
                if (until.isPresent() && (due.isEmpty() || until.get().isBefore(due.get()))) {
                    due = until;
                }
            }
        }
        return due;
    }

    private Optional<Instant> until(Taint taint, List<Toleration> tolerations) {
        List<Toleration> matching =
                tolerations.stream().filter(each -> each.tolerates(taint)).toList();
        if (matching.isEmpty()) {
            return Optional.of(Instant.EPOCH);
        }
        Instant since =
                Outcomes.instant(taint.timeAdded()).orElse(context.loop().now());
        return matching.stream()
                .filter(each -> each.seconds().isPresent())
                .map(each -> since.plusSeconds(Math.max(0, each.seconds().getAsLong())))
                .min(Instant::compareTo);
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
