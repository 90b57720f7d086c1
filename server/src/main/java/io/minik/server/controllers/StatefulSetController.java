package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Numbered pods with names and claims that outlive them: made from the lowest up, removed and renewed from the highest
 * down, one at a time unless the set says Parallel. Each turn takes the next step that is allowed. Claims are kept when
 * pods go (retention policy Retain).
 */
final class StatefulSetController implements Controller {
    private final ControllerContext context;
    private final Informer sets;
    private final Informer pods;
    private final Informer claims;
    private final Revisions revisions;
    private final Adoption adoption;
    private final EventRecorder events;
    private final PodControl control;
    private final ReconcileLoop work;

    StatefulSetController(ControllerContext context) {
        this.context = context;
        this.sets = context.informer(Resources.STATEFUL_SETS);
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.claims = context.informer(Resources.PERSISTENT_VOLUME_CLAIMS);
        this.revisions = new Revisions(context);
        this.adoption = new Adoption(context.client(), Resources.STATEFUL_SETS, Resources.PODS);
        this.events = context.events("statefulset-controller");
        this.control = new PodControl(context, pods, events);
        this.work = context.reconcile("statefulset", this::reconcile)
                .watch(sets)
                .watch(
                        pods,
                        pod -> Pods.concerned(
                                pod,
                                Resources.STATEFUL_SETS,
                                sets,
                                set -> LabelSelector.of(set.at("spec", "selector"))))
                .needs(claims)
                .needs(revisions.informer());
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
        LabelSelector selector = LabelSelector.of(set.at("spec", "selector"));
        if (selector.isEmpty() || set.meta().deleting()) {
            return Outcomes.done();
        }
        List<KubeObject> orphans = Pods.orphans(pods, key.namespace()).stream()
                .filter(pod -> StatefulPods.ordinal(set, pod) >= 0)
                .toList();
        return adoption.claim(set, selector, Pods.ownedBy(pods, set.uid()), orphans)
                .compose(ours -> revisions.current(set).compose(update -> new Turn(set, update, ours).take()));
    }

    /** One look at one set. */
    private final class Turn {
        private final KubeObject set;
        private final KubeObject update;
        private final KubeObject current;
        private final TreeMap<Integer, KubeObject> byOrdinal = new TreeMap<>();
        private final int first;
        private final int end;
        private final boolean ordered;
        private final long minReady;
        private final Instant now;

        Turn(KubeObject set, KubeObject update, List<KubeObject> ours) {
            this.set = set;
            this.update = update;
            String currentName = set.text("status", "currentRevision");
            this.current = revisions.of(set).stream()
                    .filter(each -> each.name().equals(currentName))
                    .findFirst()
                    .orElse(update);
            ours.forEach(pod -> byOrdinal.put(StatefulPods.ordinal(set, pod), pod));
            this.first = Json.intOr(0, set.tree(), "spec", "ordinals", "start");
            this.end = first + Json.intOr(1, set.tree(), "spec", "replicas");
            this.ordered = !set.text("spec", "podManagementPolicy").equals("Parallel");
            this.minReady = Json.longOr(0, set.tree(), "spec", "minReadySeconds");
            this.now = context.loop().now();
        }

        Future<Optional<Duration>> take() {
            List<Future<Void>> changes = new ArrayList<>();
            if (control.settled(set.key())) {
                step(changes);
            }
            Set<String> inUse = new HashSet<>(List.of(Revisions.hash(update), Revisions.hash(current)));
            byOrdinal.values().forEach(pod -> inUse.add(hash(pod)));
            return Outcomes.all(changes).transform(outcome -> status().compose(next -> outcome.succeeded()
                    ? revisions.truncate(set, inUse).map(next)
                    : Future.failedFuture(outcome.cause())));
        }

        private void step(List<Future<Void>> changes) {
            for (int ordinal = first; ordinal < end; ordinal++) {
                if (!replica(ordinal, changes) && ordered) {
                    return;
                }
            }
            List<KubeObject> condemned = byOrdinal.entrySet().stream()
                    .filter(each -> each.getKey() < first || each.getKey() >= end)
                    .sorted(Map.Entry.<Integer, KubeObject>comparingByKey().reversed())
                    .map(Map.Entry::getValue)
                    .toList();
            for (KubeObject pod : condemned) {
                changes.add(control.delete(set, pod));
                if (ordered) {
                    return;
                }
            }
            if (condemned.isEmpty()
                    && !set.text("spec", "updateStrategy", "type").equals("OnDelete")) {
                renew(changes);
            }
        }

        /** Sees that a replica is there; true: it is, and available. */
        private boolean replica(int ordinal, List<Future<Void>> changes) {
            KubeObject pod = byOrdinal.get(ordinal);
            if (pod == null) {
                changes.add(create(ordinal));
                return false;
            }
            if (Pods.finished(pod)) {
                if (!pod.meta().deleting()) {
                    events.warning(
                            set,
                            "RecreatingFailedPod",
                            "StatefulSet " + set.key() + " is recreating failed Pod " + pod.name());
                    changes.add(control.delete(set, pod));
                }
                return false;
            }
            return !pod.meta().deleting() && Pods.available(pod, minReady, now);
        }

        private Future<Void> create(int ordinal) {
            // Below the partition a set that is being updated keeps the old template.
            boolean old = ordinal < partition() + first && !current.uid().equals(update.uid());
            KubeObject revision = old ? current : update;
            List<Future<Void>> made = new ArrayList<>();
            for (KubeObject claim : StatefulPods.claims(set, ordinal)) {
                if (claims.get(claim.key()).isEmpty()) {
                    made.add(Outcomes.ignoring(
                            context.client()
                                    .create(Resources.PERSISTENT_VOLUME_CLAIMS, claim)
                                    .onSuccess(done -> events.normal(
                                            set,
                                            "SuccessfulCreate",
                                            "create Claim " + claim.name() + " Pod "
                                                    + StatefulPods.name(set, ordinal) + " in StatefulSet " + set.name()
                                                    + " success")),
                            Reason.AlreadyExists));
                }
            }
            KubeObject pod = StatefulPods.pod(set, Revisions.template(revision), ordinal, Revisions.hash(revision));
            return Outcomes.all(made).compose(done -> control.create(set, pod).mapEmpty());
        }

        private int partition() {
            return Json.intOr(0, set.tree(), "spec", "updateStrategy", "rollingUpdate", "partition");
        }

        private void renew(List<Future<Void>> changes) {
            for (int ordinal = end - 1; ordinal >= first + partition(); ordinal--) {
                KubeObject pod = byOrdinal.get(ordinal);
                if (pod == null) {
                    return;
                }
                if (!hash(pod).equals(Revisions.hash(update)) && !pod.meta().deleting()) {
                    changes.add(control.delete(set, pod));
                    return;
                }
                if (pod.meta().deleting() || !Pods.available(pod, minReady, now)) {
                    return;
                }
            }
        }

        private String hash(KubeObject pod) {
            return pod.meta().labels().getOrDefault(Revisions.HASH, "");
        }

        private Future<Optional<Duration>> status() {
            List<KubeObject> live = new ArrayList<>(byOrdinal.values());
            live.sort(Comparator.comparing(KubeObject::name));
            long updated = live.stream()
                    .filter(pod -> Pods.active(pod) && hash(pod).equals(Revisions.hash(update)))
                    .count();
            long ready = live.stream().filter(Pods::ready).count();
            int wanted = end - first;
            boolean done = updated == wanted && ready == wanted && live.size() == wanted;
            KubeObject settled = done ? update : current;
            KubeObject told = set.edit(tree -> {
                ObjectNode status = Json.child(tree, "status");
                status.put("observedGeneration", set.meta().generation())
                        .put("replicas", live.size())
                        .put("currentRevision", settled.name())
                        .put("updateRevision", update.name());
                if (!status.has("collisionCount")) {
                    status.put("collisionCount", 0);
                }
                Conditions.putUnlessZero(status, "readyReplicas", ready);
                status.put(
                        "availableReplicas",
                        live.stream()
                                .filter(pod -> Pods.available(pod, minReady, now))
                                .count());
                Conditions.putUnlessZero(status, "updatedReplicas", updated);
                Conditions.putUnlessZero(
                        status,
                        "currentReplicas",
                        live.stream()
                                .filter(pod -> Pods.active(pod) && hash(pod).equals(Revisions.hash(settled)))
                                .count());
            });
            Optional<Duration> next = Pods.nextAvailable(live, minReady, now);
            return told.at("status").equals(set.at("status"))
                    ? Future.succeededFuture(next)
                    : context.client()
                            .update(Resources.STATEFUL_SETS, told, "status")
                            .map(next);
        }
    }
}
