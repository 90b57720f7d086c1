package io.minik.server.controllers.workloads;

import io.minik.api.client.Controller;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.ControllerRefs;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.PodControl;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.workloads.StatefulView.Steps;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Numbered pods with names and claims that outlive them: made from the lowest up, removed and renewed from the highest
 * down, one at a time unless the set says Parallel. {@link StatefulView} says which steps are allowed, {@link
 * StatefulClaims} whose the claims are.
 */
public final class StatefulSetController implements Controller {
    private final ControllerContext context;
    private final Informer sets;
    private final Informer pods;
    private final Informer claims;
    private final Revisions revisions;
    private final ControllerRefs adoption;
    private final EventRecorder events;
    private final PodControl control;
    private final ReconcileLoop work;

    public StatefulSetController(ControllerContext context) {
        this.context = context;
        this.sets = context.informer(Resources.STATEFUL_SETS);
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.claims = context.informer(Resources.PERSISTENT_VOLUME_CLAIMS);
        this.revisions = Revisions.markedByName(context);
        this.adoption = new ControllerRefs(context.client(), Resources.STATEFUL_SETS, Resources.PODS);
        this.events = context.events("statefulset-controller");
        this.control = new PodControl(context, pods, events);
        this.work = context.reconcile("statefulset", this::reconcile)
                .watch(sets)
                .watch(pods, pod -> adoption.owners(pod, sets))
                .watch(claims, this::setsOf)
                .needs(revisions.informer());
        // The history is kept, whoever deletes of it.
        revisions.informer().onChange((before, now) -> {
            if (now.isEmpty()) {
                before.ifPresent(revision -> adoption.owners(revision, sets).forEach(work::add));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** A claim that is gone may be what a pod waits for. */
    private List<ObjectKey> setsOf(KubeObject claim) {
        return sets.byNamespace(claim.namespace()).stream()
                .filter(set -> !set.at("spec", "volumeClaimTemplates").isEmpty()
                        && claim.name().contains("-" + set.name() + "-"))
                .map(KubeObject::key)
                .toList();
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
        List<KubeObject> orphans = Pods.orphans(pods, key.namespace()).stream()
                .filter(pod -> StatefulPods.ordinal(set, pod) >= 0)
                .toList();
        return adoption.claim(set, Pods.ownedBy(pods, set.uid()), orphans)
                .compose(ours -> revisions.current(set).compose(update -> advance(set, update, ours)));
    }

    private Future<Optional<Duration>> advance(KubeObject set, KubeObject update, List<KubeObject> ours) {
        String currentName = set.text("status", "currentRevision");
        Optional<KubeObject> current = revisions.of(set).stream()
                .filter(each -> each.name().equals(currentName))
                .findFirst();
        StatefulView view =
                StatefulView.of(set, update, current, ours, context.loop().now());
        List<Future<Void>> changes = new ArrayList<>();
        if (control.settled(set.key())) {
            take(view, view.steps(), changes);
        }
        Set<String> inUse = new HashSet<>(List.of(update.name(), view.current().name()));
        ours.forEach(pod -> inUse.add(Revisions.markOf(pod)));
        return Outcomes.all(changes).transform(outcome -> tell(view)
                .compose(next -> outcome.succeeded()
                        ? revisions.truncate(set, inUse).map(next)
                        : Future.failedFuture(outcome.cause())));
    }

    private void take(StatefulView view, Steps steps, List<Future<Void>> changes) {
        KubeObject set = view.set();
        List<KubeObject> condemned = view.condemned();
        for (KubeObject pod : view.pods()) {
            boolean leaves = condemned.contains(pod);
            // A pod whose claims are not its own yet must not go: they would stay, or go with the set.
            changes.add(ownClaims(set, pod, leaves).compose(done -> {
                if (steps.renew().contains(pod)) {
                    events.warning(
                            set,
                            "RecreatingFailedPod",
                            "StatefulSet " + set.key() + " is recreating failed Pod " + pod.name());
                }
                return steps.renew().contains(pod) || steps.delete().contains(pod)
                        ? control.delete(set, pod)
                        : Future.succeededFuture();
            }));
        }
        steps.create().forEach(ordinal -> changes.add(create(view, ordinal)));
    }

    private Future<Void> ownClaims(KubeObject set, KubeObject pod, boolean condemned) {
        List<Future<Void>> owned = new ArrayList<>();
        for (KubeObject named : StatefulClaims.of(set, StatefulPods.ordinal(set, pod))) {
            claims.get(named.key())
                    .flatMap(claim -> StatefulClaims.owned(set, claim, condemned ? Optional.of(pod) : Optional.empty()))
                    .ifPresent(claim -> owned.add(Outcomes.ignoring(
                            context.client().update(Resources.PERSISTENT_VOLUME_CLAIMS, claim), Reason.NotFound)));
        }
        return Outcomes.all(owned);
    }

    private Future<Void> create(StatefulView view, int ordinal) {
        KubeObject set = view.set();
        List<Future<Void>> made = new ArrayList<>();
        for (KubeObject claim : StatefulClaims.of(set, ordinal)) {
            Optional<KubeObject> there = claims.get(claim.key());
            if (there.isPresent() && there.get().meta().deleting()) {
                // A claim on its way out is no place to put data: its end wakes the set.
                return Future.succeededFuture();
            }
            if (there.isEmpty()) {
                made.add(Outcomes.ignoring(
                        context.client()
                                .create(Resources.PERSISTENT_VOLUME_CLAIMS, claim)
                                .onSuccess(done -> tellClaim(set, claim, ordinal)),
                        Reason.AlreadyExists));
            }
        }
        KubeObject revision = view.revisionOf(ordinal);
        KubeObject pod = StatefulPods.pod(set, Revisions.template(revision), ordinal, revision.name());
        return Outcomes.all(made).compose(done -> control.create(set, pod).mapEmpty());
    }

    private void tellClaim(KubeObject set, KubeObject claim, int ordinal) {
        events.normal(
                set,
                "SuccessfulCreate",
                "create Claim " + claim.name() + " Pod " + StatefulPods.name(set, ordinal) + " in StatefulSet "
                        + set.name() + " success");
    }

    private Future<Optional<Duration>> tell(StatefulView view) {
        KubeObject told = view.told();
        Optional<Duration> next = Pods.nextAvailable(List.copyOf(view.pods()), view.minReady(), view.now());
        return told.at("status").equals(view.set().at("status"))
                ? Future.succeededFuture(next)
                : context.client()
                        .update(Resources.STATEFUL_SETS, told, "status")
                        .map(next);
    }
}
