package io.minik.server.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.PodGlance;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Removes pods that no kubelet will ever end: those of a node that is gone for a while, those that are being deleted and
 * were never placed, and the oldest of those that have ended when there are too many: a pod that is rejected again and
 * again leaves one each time. Keys are pods, and {@link #ENDED} for the last.
 */
public final class PodGcController implements Controller {
    /** A node may come back under its name (a reboot that registers anew); as upstream. */
    private static final Duration QUARANTINE = Duration.ofSeconds(40);

    /** As many pods that have ended are kept; as upstream. */
    public static final int MOST_ENDED = 12_500;

    private static final ObjectKey ENDED = ObjectKey.cluster("ended");

    private final ControllerContext context;
    private final int mostEnded;
    private final Informer nodes;
    private final Informer pods;
    private final ReconcileLoop work;

    public PodGcController(ControllerContext context, int mostEnded) {
        this.context = context;
        this.mostEnded = mostEnded;
        this.nodes = context.informer(Resources.NODES);
        this.pods = NodeLifecycleController.podsByNode(context.informer(Resources.PODS))
                .index(ENDED.name(), pod -> Pods.finished(pod) ? List.of("") : List.of());
        this.work = context.reconcile("pod-gc", this::reconcile).needs(nodes).needs(pods);
        nodes.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.map(node -> NodeLifecycleController.podsOn(pods, node.name()))
                        .orElse(List.of())
                        .forEach(pod -> work.addAfter(pod.key(), QUARANTINE));
            }
        });
        pods.onChange((before, now) -> now.ifPresent(this::consider));
        // Before that every pod's node may only not be listed yet.
        nodes.synced().onComplete(listed -> pods.list().forEach(this::consider));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private void consider(KubeObject pod) {
        if (Pods.finished(pod) && ended().size() > mostEnded) {
            work.add(ENDED);
        }
        String node = PodGlance.of(pod).nodeName();
        if (node.isEmpty() && pod.meta().deleting()) {
            work.add(pod.key());
        } else if (!node.isEmpty()
                && nodes.isSynced()
                && nodes.get(ObjectKey.cluster(node)).isEmpty()) {
            work.addAfter(pod.key(), QUARANTINE);
        }
    }

    private Collection<KubeObject> ended() {
        return pods.byIndex(ENDED.name(), "");
    }

    /** All that are too many at once: so many are sorted once, however fast they come. */
    private Future<Optional<Duration>> removeOldest() {
        List<Future<Void>> removed = ended().stream()
                .sorted(Comparator.comparing((KubeObject pod) -> pod.meta().creationTimestamp())
                        .thenComparing(KubeObject::name))
                .limit(Math.max(0, ended().size() - mostEnded))
                .filter(pod -> !pod.meta().deleting())
                .map(pod -> Outcomes.ignoring(remove(pod), Reason.NotFound, Reason.Conflict))
                .toList();
        return Outcomes.done(Outcomes.all(removed));
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        if (key.equals(ENDED)) {
            return removeOldest();
        }
        Optional<KubeObject> found = pods.get(key);
        if (found.isEmpty()) {
            return Outcomes.done();
        }
        KubeObject pod = found.get();
        String node = PodGlance.of(pod).nodeName();
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
        return Outcomes.done(Outcomes.ignoring(told.compose(done -> remove(pod)), Reason.NotFound));
    }

    private Future<KubeObject> remove(KubeObject pod) {
        return context.client()
                .delete(
                        Resources.PODS,
                        pod.key(),
                        DeleteOptions.onlyIf(pod.uid()).grace(0));
    }
}
