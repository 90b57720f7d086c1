package io.minik.server.controllers.nodes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.Node;
import io.minik.api.core.PodGlance;
import io.minik.api.core.Taint;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Notices nodes that fall silent: conditions become Unknown after the grace, taints follow the conditions, pods of a node
 * that is not ready are not ready. A node is heard of when its Lease or its status changes, by our own clock.
 *
 * <p>The monitor's timer runs only while there are nodes.
 */
public final class NodeLifecycleController implements Controller {
    private static final String LEASES = "kube-node-lease";
    private static final String BY_NODE = "node";

    /** @param period how often silence is looked for; @param grace how long a node may be silent */
    public record Config(Duration period, Duration grace) {
        public static final Config DEFAULT = new Config(Duration.ofSeconds(5), Duration.ofSeconds(40));
    }

    private record Heard(String token, Instant at) {}

    private final ControllerContext context;
    private final Config config;
    private final Informer nodes;
    private final Informer leases;
    private final Informer pods;
    private final EventRecorder events;
    private final ReconcileLoop work;

    // Owned by the loop.
    private final Map<String, Heard> heard = new HashMap<>();
    private Loop.@Nullable Timer monitor;

    public NodeLifecycleController(ControllerContext context, Config config) {
        this.context = context;
        this.config = config;
        this.nodes = context.informer(Resources.NODES);
        this.leases = context.informers().of(Resources.LEASES, LEASES, ListOptions.ALL, false);
        this.pods = podsByNode(context.informer(Resources.PODS));
        this.events = context.events("node-controller");
        this.work = context.reconcile("node-lifecycle", this::reconcile)
                .watch(nodes)
                .needs(leases)
                .needs(pods);
        leases.onChange((before, now) -> now.ifPresent(lease -> hear(lease.name())));
        nodes.onChange((before, now) -> {
            now.ifPresent(node -> hear(node.name()));
            if (now.isEmpty()) {
                before.ifPresent(node -> heard.remove(node.name()));
            }
            watchClock();
        });
        pods.onChange((before, now) -> now.filter(pod -> before.isEmpty())
                .map(pod -> PodGlance.of(pod).nodeName())
                .filter(node -> !node.isEmpty())
                .ifPresent(node -> work.add(ObjectKey.cluster(node))));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    static Informer podsByNode(Informer pods) {
        return pods.index(BY_NODE, pod -> List.of(PodGlance.of(pod).nodeName()));
    }

    static List<KubeObject> podsOn(Informer pods, String node) {
        return List.copyOf(pods.byIndex(BY_NODE, node));
    }

    /** Only what the kubelet itself writes is a sign of life, not our own taints. */
    private void hear(String name) {
        String lease = leases.get(ObjectKey.of(LEASES, name))
                .map(object -> object.text("spec", "renewTime"))
                .orElse("");
        String heartbeat = nodes.get(ObjectKey.cluster(name))
                .flatMap(node -> Conditions.find(node.at("status"), "Ready"))
                .map(condition -> Json.text(condition, "lastHeartbeatTime"))
                .orElse("");
        String token = lease + "/" + heartbeat;
        Heard last = heard.get(name);
        if (last == null || !last.token().equals(token)) {
            heard.put(name, new Heard(token, context.loop().now()));
        }
    }

    private void watchClock() {
        boolean any = !nodes.list().isEmpty();
        if (any && monitor == null) {
            monitor = context.loop().after(config.period(), this::look);
        } else if (!any && monitor != null) {
            monitor.cancel();
            monitor = null;
        }
    }

    private void look() {
        monitor = null;
        for (KubeObject node : nodes.list()) {
            if (silent(node) && !saidUnknown(node)) {
                work.add(node.key());
            }
        }
        watchClock();
    }

    private boolean silent(KubeObject node) {
        Heard last = heard.get(node.name());
        return last != null
                && !last.at().plus(config.grace()).isAfter(context.loop().now());
    }

    private static boolean saidUnknown(KubeObject node) {
        return Conditions.find(node.at("status"), "Ready")
                .map(condition -> Json.text(condition, "status").equals("Unknown"))
                .orElse(false);
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = nodes.get(key);
        if (found.isEmpty() || found.get().meta().deleting()) {
            return Outcomes.done();
        }
        KubeObject node = found.get();
        Future<KubeObject> judged = Future.succeededFuture(node);
        if (silent(node) && !saidUnknown(node)) {
            events.normal(node, "NodeNotReady", "Node " + key.name() + " status is now: NodeNotReady");
            judged = context.client().update(Resources.NODES, NodeHealth.silent(node, context.time()), "status");
        }
        Future<Void> done = judged.compose(now -> taint(Node.of(now)).compose(tainted -> markPods(Node.of(now))));
        return Outcomes.done(Outcomes.ignoring(done, Reason.NotFound));
    }

    private Future<Void> taint(Node node) {
        List<Taint> wanted = NodeHealth.taints(node, context.time());
        if (wanted.equals(node.taints())) {
            return Future.succeededFuture();
        }
        KubeObject tainted = node.object().edit(tree -> {
            ArrayNode list = Json.child(tree, "spec").putArray("taints");
            wanted.forEach(taint -> list.add(taint.tree()));
            if (list.isEmpty()) {
                Json.child(tree, "spec").remove("taints");
            }
        });
        return context.client().update(Resources.NODES, tainted).mapEmpty();
    }

    /** Traffic must not go where nobody answers: at once, not when the pods are evicted. */
    private Future<Void> markPods(Node node) {
        boolean known = node.condition("Ready").isPresent();
        if (node.ready() || !known) {
            return Future.succeededFuture();
        }
        List<Future<Void>> marked = new ArrayList<>();
        for (KubeObject pod : podsOn(pods, node.name())) {
            if (Pods.ready(pod)) {
                ObjectNode patch = Json.object();
                patch.putObject("metadata").put("uid", pod.uid());
                patch.putObject("status")
                        .putArray("conditions")
                        .addObject()
                        .put("type", "Ready")
                        .put("status", "False")
                        .put("lastTransitionTime", context.time());
                marked.add(Outcomes.ignoring(
                        context.client()
                                .patch(Resources.PODS, pod.key(), "status", PatchType.STRATEGIC, patch)
                                .onSuccess(done -> events.warning(pod, "NodeNotReady", "Node is not ready")),
                        Reason.NotFound,
                        Reason.Conflict));
            }
        }
        return Outcomes.all(marked);
    }
}
