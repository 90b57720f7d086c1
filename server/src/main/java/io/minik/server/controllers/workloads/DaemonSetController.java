package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.core.Node;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.ControllerRefs;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.PodControl;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One pod of a DaemonSet on each node that it fits, replaced node by node when the template changes, as {@link
 * DaemonRoll} says.
 */
public final class DaemonSetController implements Controller {
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    /** A daemon that fails again and again is tried this seldom; as upstream. */
    private static final Duration LAST_BACKOFF = Duration.ofMinutes(15);

    private record Failures(int count, Instant last) {}

    private final ControllerContext context;
    private final Informer sets;
    private final Informer pods;
    private final Informer nodes;
    private final Revisions revisions;
    private final ControllerRefs adoption;
    private final EventRecorder events;
    private final PodControl control;
    private final ReconcileLoop work;

    // Owned by the loop.
    private final Map<String, Failures> failures = new HashMap<>();

    public DaemonSetController(ControllerContext context) {
        this.context = context;
        this.sets = context.informer(Resources.DAEMON_SETS);
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.nodes = context.informer(Resources.NODES);
        this.revisions = Revisions.markedByHash(context);
        this.adoption = new ControllerRefs(context.client(), Resources.DAEMON_SETS, Resources.PODS);
        this.events = context.events("daemonset-controller");
        this.control = new PodControl(context, pods, events);
        this.work = context.reconcile("daemonset", this::reconcile)
                .watch(sets)
                .watch(pods, pod -> adoption.owners(pod, sets))
                .needs(nodes)
                .needs(revisions.informer());
        sets.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(set -> failures.keySet().removeIf(each -> each.startsWith(set.uid() + "/")));
            }
        });
        // The history is kept, whoever deletes of it.
        revisions.informer().onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(revision -> adoption.owners(revision, sets).forEach(work::add));
            }
        });
        nodes.onChange((before, now) -> {
            boolean same = before.isPresent()
                    && now.isPresent()
                    && before.get().at("spec").equals(now.get().at("spec"))
                    && before.get().meta().labels().equals(now.get().meta().labels());
            if (!same) {
                sets.list().forEach(set -> work.add(set.key()));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = sets.get(key);
        if (found.isEmpty()) {
            control.forget(key);
            return Outcomes.done();
        }
        KubeObject set = found.get();
        if (adoption.selector(set).isEmpty() || set.meta().deleting()) {
            return Outcomes.done();
        }
        return adoption.claim(set, Pods.ownedBy(pods, set.uid()), Pods.orphans(pods, key.namespace()))
                .compose(ours -> revisions.current(set).compose(revision -> manage(set, revision, ours)));
    }

    private Future<Optional<Duration>> manage(KubeObject set, KubeObject revision, List<KubeObject> ours) {
        String hash = revisions.mark(revision);
        Map<String, List<KubeObject>> byNode = new LinkedHashMap<>();
        ours.forEach(pod -> byNode.computeIfAbsent(DaemonPods.target(pod), ignored -> new ArrayList<>())
                .add(pod));
        List<Future<Void>> changes = new ArrayList<>();
        Optional<Duration> next = Optional.empty();
        if (control.settled(set.key())) {
            next = place(set, hash, byNode, changes);
            if (changes.isEmpty() && !set.text("spec", "updateStrategy", "type").equals("OnDelete")) {
                DaemonRoll roll = DaemonRoll.of(
                        set, hash, nodes.list(), byNode, context.loop().now());
                roll.delete().forEach(pod -> changes.add(control.delete(set, pod)));
                roll.surge()
                        .forEach(node -> changes.add(control.create(set, DaemonPods.pod(set, node, hash))
                                .mapEmpty()));
            }
        }
        Set<String> inUse = new HashSet<>(Set.of(hash));
        ours.forEach(pod -> inUse.add(Revisions.markOf(pod)));
        Optional<Duration> retry = next;
        return Outcomes.all(changes).transform(outcome -> status(set, hash, byNode)
                .compose(later -> outcome.succeeded()
                        ? revisions.truncate(set, inUse).map(Outcomes.sooner(retry, later))
                        : Future.failedFuture(outcome.cause())));
    }

    /** One pod on each node where it belongs, none elsewhere. Answers when a failed one may be tried again. */
    private Optional<Duration> place(
            KubeObject set, String hash, Map<String, List<KubeObject>> byNode, List<Future<Void>> changes) {
        Optional<Duration> next = Optional.empty();
        boolean twoFit = DaemonRoll.maxSurge(set, nodes.list().size()) > 0;
        for (KubeObject object : nodes.list()) {
            DaemonPods.Belongs belongs = DaemonPods.belongs(set, Node.of(object));
            List<KubeObject> there = byNode.getOrDefault(object.name(), List.of());
            if (!belongs.stays()) {
                there.forEach(pod -> changes.add(control.delete(set, pod)));
                continue;
            }
            boolean kept = false;
            boolean waits = false;
            Set<Boolean> generations = new HashSet<>();
            for (KubeObject pod : there.stream().sorted(DaemonRoll.OLDEST_FIRST).toList()) {
                if (Pods.finished(pod) && !pod.meta().deleting()) {
                    Optional<Duration> left = backoff(set.uid() + "/" + object.name());
                    if (left.isPresent()) {
                        next = Outcomes.sooner(next, left);
                        waits = true;
                    } else {
                        events.warning(
                                set,
                                "FailedDaemonPod",
                                "Found failed daemon pod " + pod.key() + " on node " + object.name()
                                        + ", will try to kill it");
                        changes.add(control.delete(set, pod));
                        waits = true;
                    }
                } else if (pod.meta().deleting()) {
                    waits = true;
                } else if (!generations.add(twoFit && DaemonRoll.isFresh(pod, hash))) {
                    changes.add(control.delete(set, pod));
                } else {
                    kept = true;
                }
            }
            if (!kept && !waits && belongs.starts()) {
                changes.add(control.create(set, DaemonPods.pod(set, object.name(), hash))
                        .mapEmpty());
            }
        }
        byNode.forEach((node, there) -> {
            if (!node.isEmpty() && nodes.get(ObjectKey.cluster(node)).isEmpty()) {
                there.forEach(pod -> changes.add(control.delete(set, pod)));
            }
        });
        return next;
    }

    /** How long to wait before a failed daemon is made anew; empty: now, and it counts. */
    private Optional<Duration> backoff(String where) {
        Instant now = context.loop().now();
        Failures known = failures.get(where);
        if (known != null) {
            Duration pause = FIRST_BACKOFF.multipliedBy(1L << Math.min(known.count(), 20));
            pause = pause.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : pause;
            Instant due = known.last().plus(pause);
            if (due.isAfter(now)) {
                return Optional.of(Duration.between(now, due));
            }
        }
        boolean lately = known != null
                && !known.last().plus(LAST_BACKOFF.multipliedBy(2)).isBefore(now);
        failures.put(where, new Failures(known != null && lately ? known.count() + 1 : 0, now));
        return Optional.empty();
    }

    private Future<Optional<Duration>> status(KubeObject set, String hash, Map<String, List<KubeObject>> byNode) {
        Instant now = context.loop().now();
        long minReady = Json.longOr(0, set.tree(), "spec", "minReadySeconds");
        int desired = 0;
        int scheduled = 0;
        int misplaced = 0;
        int ready = 0;
        int available = 0;
        int updated = 0;
        for (KubeObject object : nodes.list()) {
            boolean wanted = DaemonPods.belongs(set, Node.of(object)).starts();
            List<KubeObject> there = byNode.getOrDefault(object.name(), List.of());
            desired += wanted ? 1 : 0;
            if (!wanted) {
                misplaced += there.isEmpty() ? 0 : 1;
            } else if (!there.isEmpty()) {
                KubeObject pod = there.stream().filter(Pods::active).findFirst().orElse(there.get(0));
                scheduled++;
                ready += Pods.ready(pod) ? 1 : 0;
                available += Pods.available(pod, minReady, now) ? 1 : 0;
                updated += hash.equals(Revisions.markOf(pod)) ? 1 : 0;
            }
        }
        int[] counts = {desired, scheduled, misplaced, ready, available, updated};
        KubeObject told = set.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            status.put("currentNumberScheduled", counts[1])
                    .put("numberMisscheduled", counts[2])
                    .put("desiredNumberScheduled", counts[0])
                    .put("numberReady", counts[3])
                    .put("observedGeneration", set.meta().generation());
            Conditions.putUnlessZero(status, "updatedNumberScheduled", counts[5]);
            Conditions.putUnlessZero(status, "numberAvailable", counts[4]);
            Conditions.putUnlessZero(status, "numberUnavailable", counts[0] - counts[4]);
        });
        List<KubeObject> all = byNode.values().stream().flatMap(List::stream).toList();
        Optional<Duration> next = Pods.nextAvailable(all, minReady, now);
        return told.at("status").equals(set.at("status"))
                ? Future.succeededFuture(next)
                : context.client().update(Resources.DAEMON_SETS, told, "status").map(next);
    }
}
