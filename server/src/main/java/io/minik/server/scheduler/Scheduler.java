package io.minik.server.scheduler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.Informers;
import io.minik.api.core.PodGlance;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.server.scheduler.Placer.Placement;
import io.minik.server.scheduler.Unfit.Cure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each pod that has no node one. Watches pods and nodes, decides on its own loop from a snapshot that events keep
 * current, binds, and says why it could not.
 *
 * <pre>
 *   watch --> SchedulingQueue --PodNeeds--> Placer(NodeSnapshot) --node--> assume --> pods/binding --> event Scheduled
 *                  ^                             |nowhere
 *                  +--- cures, back-off ---------+--> Preemption --> condition PodScheduled=False, event FailedScheduling
 * </pre>
 */
public final class Scheduler implements Room {
    public static final String DEFAULT_NAME = "default-scheduler";
    /** Pods decided in one turn of the loop, so that events get in between. */
    private static final int PODS_PER_TURN = 32;
    /** Bindings under way; beyond it deciding pauses, as the API can't keep up. */
    private static final int MOST_BINDING = 256;

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

    private final Loop loop;
    private final ApiClient client;
    private final EventRecorder events;
    private final String schedulerName;
    private final PodNews news;
    private final List<Informer> informers;
    private final Informer budgets;
    private final Claims claims;
    private final DeviceClaims devices;
    private final Placer placer;

    // Owned by the loop.
    private final NodeSnapshot snapshot = new NodeSnapshot();
    private final Nominations nominations = new Nominations();
    private final SchedulingQueue queue;
    private final Set<ObjectKey> binding = new HashSet<>();
    /** Pods whose claims get their volumes now: each holds its place meanwhile, as the volumes will be nowhere else. */
    private final Set<ObjectKey> reserved = new HashSet<>();

    private boolean turnPending;
    private boolean open;
    private volatile boolean running;

    /** @param schedulerName pods that name another one are left alone */
    public Scheduler(Loop loop, ApiClient client, Informers informers, EventRecorder events, String schedulerName) {
        this.loop = loop;
        this.client = client;
        this.events = events;
        this.schedulerName = schedulerName;
        this.news = new PodNews(loop, client, events, schedulerName);
        this.placer = new Placer(loop.random());
        this.queue = new SchedulingQueue(loop, this::wake);
        Informer pods = informers.of(Resources.PODS);
        Informer nodes = informers.of(Resources.NODES);
        Informer namespaces = informers.of(Resources.NAMESPACES);
        Informer persistentClaims = informers.of(Resources.PERSISTENT_VOLUME_CLAIMS);
        Informer volumes = informers.of(Resources.PERSISTENT_VOLUMES);
        Informer classes = informers.of(Resources.STORAGE_CLASSES);
        this.budgets = informers.of(Resources.POD_DISRUPTION_BUDGETS);
        Informer resourceClaims = informers.of(Resources.RESOURCE_CLAIMS);
        this.informers = List.of(nodes, namespaces, persistentClaims, volumes, classes, resourceClaims, budgets, pods);
        this.devices = new DeviceClaims(resourceClaims);
        resourceClaims.onChange((before, now) -> queue.cure(Cure.DEVICE_CLAIM_CHANGED));
        this.claims = new Claims(persistentClaims, volumes, classes);
        nodes.onChange(this::onNode);
        pods.onChange(this::onPod);
        namespaces.onChange((before, now) -> {
            now.ifPresent(
                    object -> snapshot.namespace(object.name(), object.meta().labels()));
            if (now.isEmpty()) {
                before.ifPresent(object -> snapshot.namespaceGone(object.name()));
            }
        });
        for (Informer storage : List.of(persistentClaims, volumes, classes)) {
            storage.onChange((before, now) -> queue.cure(Cure.VOLUME_CHANGED));
        }
    }

    @Override
    public String name() {
        return "scheduler";
    }

    /** Deciding begins by itself once the informers are complete. */
    @Override
    public Future<Void> start() {
        List<Future<Void>> complete =
                informers.stream().map(informer -> informer.start().synced()).toList();
        Future.all(complete)
                .onSuccess(all -> loop.run(() -> {
                    open = true;
                    running = true;
                    wake();
                }))
                .onFailure(error -> log.atError().setCause(error).log("an informer failed to complete"));
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> stop() {
        Promise<Void> stopped = Promise.promise();
        loop.run(() -> {
            open = false;
            running = false;
            stopped.complete();
        });
        return stopped.future();
    }

    @Override
    public Health health() {
        return running ? Health.READY : Health.notReady("waiting for informers");
    }

    // ---- what happens

    private void onNode(Optional<KubeObject> before, Optional<KubeObject> now) {
        if (now.isEmpty()) {
            before.ifPresent(node -> snapshot.nodeGone(node.name()));
            return;
        }
        KubeObject node = now.get();
        boolean same = before.isPresent() && schedulingSame(before.get(), node);
        if (!same) {
            snapshot.node(node);
            queue.cure(Cure.NODE_CHANGED);
        }
    }

    /** Heartbeats change nothing that counts here. */
    private static boolean schedulingSame(KubeObject a, KubeObject b) {
        return a.at("spec").equals(b.at("spec"))
                && a.meta().labels().equals(b.meta().labels())
                && a.at("status", "allocatable").equals(b.at("status", "allocatable"))
                && a.at("status", "images").equals(b.at("status", "images"));
    }

    private void onPod(Optional<KubeObject> before, Optional<KubeObject> now) {
        ObjectKey key = now.or(() -> before).orElseThrow().key();
        if (now.isEmpty() || PodGlance.of(now.get()).finished()) {
            boolean held = snapshot.nodeOf(key).isPresent();
            queue.forget(key);
            nominations.forget(key);
            reserved.remove(key);
            snapshot.remove(key);
            if (held) {
                queue.cure(Cure.POD_GONE);
            }
            return;
        }
        KubeObject pod = now.get();
        boolean same = before.isPresent()
                && before.get().part("spec").equals(pod.part("spec"))
                && before.get().meta().labels().equals(pod.meta().labels())
                && before.get().meta().deleting() == pod.meta().deleting();
        if (same) {
            return;
        }
        String node = PodGlance.of(pod).nodeName();
        if (!node.isEmpty()) {
            queue.forget(key);
            nominations.forget(key);
            reserved.remove(key);
            snapshot.place(PodNeeds.of(pod), node);
            queue.cure(Cure.POD_PLACED);
        } else if (ours(pod) && !binding.contains(key)) {
            consider(pod);
        }
    }

    private boolean ours(KubeObject pod) {
        return Json.textOr(DEFAULT_NAME, pod.tree(), "spec", "schedulerName").equals(schedulerName);
    }

    private void consider(KubeObject pod) {
        if (pod.meta().deleting()) {
            queue.forget(pod.key());
            if (release(pod.key())) {
                queue.cure(Cure.POD_GONE);
            }
        } else if (!pod.at("spec", "schedulingGates").isEmpty()) {
            queue.forget(pod.key());
            news.waits(
                    pod,
                    "SchedulingGated",
                    "Scheduling is blocked due to non-empty scheduling gates",
                    Optional.empty());
        } else {
            PodNeeds needs = PodNeeds.of(pod);
            String nominated = pod.text("status", "nominatedNodeName");
            if (!nominated.isEmpty() && nominations.nodeOf(pod.key()).isEmpty()) {
                nominations.nominate(needs, nominated);
            }
            queue.add(needs);
        }
    }

    // ---- what is decided

    private void wake() {
        if (open && !turnPending && binding.size() < MOST_BINDING) {
            turnPending = true;
            loop.run(this::turn);
        }
    }

    private void turn() {
        turnPending = false;
        for (int i = 0; i < PODS_PER_TURN && binding.size() < MOST_BINDING && open; i++) {
            Optional<PodNeeds> next = queue.pop();
            if (next.isEmpty()) {
                return;
            }
            try {
                schedule(next.get());
            } catch (RuntimeException fault) {
                putOff(next.get(), fault);
            }
        }
        if (queue.hasActive()) {
            wake();
        }
    }

    /** What can't be decided for one pod keeps no other from its place. */
    private void putOff(PodNeeds pod, RuntimeException fault) {
        log.atError().addKeyValue("pod", pod.key()).setCause(fault).log("a pod can't be scheduled, will retry");
        if (binding.remove(pod.key())) {
            snapshot.remove(pod.key());
        }
        release(pod.key());
        events.warning(pod.object(), "FailedScheduling", "the scheduler failed: " + fault.getMessage());
        queue.retryLater(pod);
    }

    private void schedule(PodNeeds pod) {
        boolean held = release(pod.key());
        decide(pod);
        if (held && snapshot.nodeOf(pod.key()).isEmpty()) {
            queue.cure(Cure.POD_GONE);
        }
    }

    /** Gives back the place that was held while claims got their volumes. */
    private boolean release(ObjectKey pod) {
        boolean held = reserved.remove(pod);
        if (held) {
            snapshot.remove(pod);
        }
        return held;
    }

    private void decide(PodNeeds pod) {
        Claims.Verdict volumes = claims.of(pod);
        if (volumes.refusal().isPresent()) {
            refused(pod, volumes.refusal().get(), Cure.VOLUME_CHANGED);
            return;
        }
        Optional<String> withoutDevices = devices.refusal(pod);
        if (withoutDevices.isPresent()) {
            refused(pod, withoutDevices.get(), Cure.DEVICE_CLAIM_CHANGED);
            return;
        }
        Placement placement = placer.place(pod, snapshot, nominations, volumes.nodes());
        if (placement.node().isPresent()) {
            String node = placement.node().get().name();
            if (volumes.unbound().isEmpty()) {
                bind(pod, node);
            } else {
                selectNode(pod, node, volumes.unbound());
            }
            return;
        }
        Preemption.Outcome preemption = new Preemption(snapshot, nominations, new Budgets(budgets.list()))
                .decide(pod, placement, volumes.nodes());
        preemption.victims().forEach(victim -> news.preempted(pod, victim, preemption.node()));
        Optional<String> nomination = nominate(pod, preemption.node());
        failed(pod, placement.message() + preemption.message(), placement.cures(), nomination);
    }

    /** Keeps the room that the victims leave, or gives back what was kept ({@code node} empty). Answers what is to be told. */
    private Optional<String> nominate(PodNeeds pod, String node) {
        if (node.isEmpty()) {
            Optional<String> before = nominations.nodeOf(pod.key());
            nominations.forget(pod.key());
            return before.map(kept -> "");
        }
        nominations.outranked(pod, node).forEach(other -> {
            nominations.forget(other.key());
            news.placeTaken(other);
        });
        nominations.nominate(pod, node);
        return Optional.of(node);
    }

    private void bind(PodNeeds pod, String node) {
        ObjectKey key = pod.key();
        nominations.forget(key);
        snapshot.place(pod, node);
        binding.add(key);
        KubeObject body = KubeObject.named("v1", "Binding", key, tree -> {
            ((ObjectNode) tree.path("metadata")).put("uid", pod.object().uid());
            tree.putObject("target").put("apiVersion", "v1").put("kind", "Node").put("name", node);
        });
        client.create(Resources.PODS, key, "binding", body)
                .onSuccess(done -> {
                    binding.remove(key);
                    queue.forget(key);
                    events.normal(pod.object(), "Scheduled", "Successfully assigned " + key + " to " + node);
                    resume();
                })
                .onFailure(error -> {
                    binding.remove(key);
                    snapshot.remove(key);
                    if (ApiException.is(error, Reason.NotFound)) {
                        queue.forget(key);
                    } else {
                        log.atWarn()
                                .addKeyValue("pod", key)
                                .addKeyValue("node", node)
                                .addKeyValue("err", error.toString())
                                .log("binding failed, will retry");
                        queue.retryLater(pod);
                    }
                    resume();
                });
    }

    private void resume() {
        if (queue.hasActive()) {
            wake();
        }
    }

    /** Tells the volume provisioner where, and holds the place; the pod comes back when its claims are bound. */
    private void selectNode(PodNeeds pod, String node, List<ObjectKey> unbound) {
        nominations.forget(pod.key());
        snapshot.place(pod, node);
        reserved.add(pod.key());
        List<ObjectKey> untold = unbound.stream()
                .filter(claim -> !claims.selectedNode(claim).equals(node))
                .toList();
        // Volumes that appear while the claims are told count for it: it must not miss that it has all.
        news.selected(untold, node)
                .onSuccess(done -> queue.unschedulable(pod, Set.of(Cure.VOLUME_CHANGED)))
                .onFailure(error -> {
                    log.atWarn()
                            .addKeyValue("pod", pod.key())
                            .addKeyValue("err", error.toString())
                            .log("a claim could not be given its node, will retry");
                    queue.retryLater(pod);
                });
    }

    /** No node will do, whatever its room. */
    private void refused(PodNeeds pod, String why, Cure cure) {
        int nodes = snapshot.nodes().size();
        failed(
                pod,
                "0/" + nodes + " nodes are available: " + why + "." + Preemption.notHelpful(nodes),
                Set.of(cure),
                Optional.empty());
    }

    /** @param nomination a node's name, nothing if it has lost its own; empty: as it was */
    private void failed(PodNeeds pod, String message, Set<Cure> cures, Optional<String> nomination) {
        queue.unschedulable(pod, cures);
        events.warning(pod.object(), "FailedScheduling", message);
        news.waits(pod.object(), "Unschedulable", message, nomination);
    }
}
