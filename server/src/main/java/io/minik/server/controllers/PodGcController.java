package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Removes pods that no kubelet will ever end: those of a node that is gone for a while, and those that are being deleted
 * and were never placed. Keys are pods.
 */
final class PodGcController implements Controller {
    /** A node may come back under its name (a reboot that registers anew); as upstream. */
    private static final Duration QUARANTINE = Duration.ofSeconds(40);

    private final ControllerContext context;
    private final Informer nodes;
    private final Informer pods;
    private final ReconcileLoop work;

    PodGcController(ControllerContext context) {
        this.context = context;
        this.nodes = context.informer(Resources.NODES);
        this.pods = NodeLifecycleController.podsByNode(context.informer(Resources.PODS));
        this.work = context.reconcile("pod-gc", this::reconcile).needs(nodes).needs(pods);
        nodes.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.map(node -> NodeLifecycleController.podsOn(pods, node.name()))
                        .orElse(List.of())
                        .forEach(pod -> work.addAfter(pod.key(), QUARANTINE));
            }
        });
        pods.onChange((before, now) -> now.ifPresent(this::consider));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private void consider(KubeObject pod) {
        String node = pod.text("spec", "nodeName");
        if (node.isEmpty() && pod.meta().deleting()) {
            work.add(pod.key());
        } else if (!node.isEmpty() && nodes.get(ObjectKey.cluster(node)).isEmpty()) {
            // Nodes may only not be listed yet: the quarantine covers that too.
            work.addAfter(pod.key(), QUARANTINE);
        }
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = pods.get(key);
        if (found.isEmpty()) {
            return Outcomes.done();
        }
        KubeObject pod = found.get();
        String node = pod.text("spec", "nodeName");
        if (node.isEmpty()) {
            return pod.meta().deleting() ? end(pod, "") : Outcomes.done();
        }
        if (nodes.get(ObjectKey.cluster(node)).isPresent()) {
            return Outcomes.done();
        }
        return context.client()
                .get(Resources.NODES, ObjectKey.cluster(node))
                .map(Optional::of)
                .recover(error -> ApiException.is(error, Reason.NotFound)
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(error))
                .compose(live -> live.isPresent() ? Outcomes.done() : end(pod, node));
    }

    private Future<Optional<Duration>> end(KubeObject pod, String goneNode) {
        Future<KubeObject> told = Future.succeededFuture(pod);
        if (!goneNode.isEmpty() && !Pods.finished(pod)) {
            ObjectNode patch = Json.object();
            patch.putObject("metadata").put("uid", pod.uid());
            ObjectNode status = patch.putObject("status").put("phase", "Failed");
            status.putArray("conditions")
                    .addObject()
                    .put("type", "DisruptionTarget")
                    .put("status", "True")
                    .put("reason", "DeletionByPodGC")
                    .put("message", "PodGC: node no longer exists")
                    .put("lastTransitionTime", context.time());
            told = context.client().patch(Resources.PODS, pod.key(), "status", PatchType.STRATEGIC, patch);
        }
        Future<KubeObject> gone = told.compose(done -> context.client()
                .delete(
                        Resources.PODS,
                        pod.key(),
                        DeleteOptions.onlyIf(pod.uid()).grace(0)));
        return Outcomes.done(Outcomes.ignoring(gone, Reason.NotFound));
    }
}
