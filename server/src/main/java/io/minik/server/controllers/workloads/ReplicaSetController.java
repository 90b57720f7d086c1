package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.ControllerRefs;
import io.minik.server.controllers.control.Expectations;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps as many pods as a ReplicaSet (or ReplicationController, which is the same by another name) wants: adopts and
 * releases by selector, creates in growing batches, deletes those first that are missed least.
 */
public final class ReplicaSetController implements Controller {
    /** Pods made or deleted in one go; as upstream. */
    private static final int BURST = 500;
    /** Writers that come in between more often than that are met at the next look. */
    private static final int FAILURE_TRIES = 4;

    private final ControllerContext context;
    private final Resource resource;
    private final Informer sets;
    private final Informer pods;
    private final ControllerRefs adoption;
    private final EventRecorder events;
    private final Expectations expectations = new Expectations();
    private final ReconcileLoop work;

    public static ReplicaSetController replicaSets(ControllerContext context) {
        return new ReplicaSetController(context, Resources.REPLICA_SETS, "replicaset");
    }

    public static ReplicaSetController replicationControllers(ControllerContext context) {
        return new ReplicaSetController(context, Resources.REPLICATION_CONTROLLERS, "replication");
    }

    private ReplicaSetController(ControllerContext context, Resource resource, String name) {
        this.context = context;
        this.resource = resource;
        this.sets = context.informer(resource);
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.adoption = new ControllerRefs(context.client(), resource, Resources.PODS);
        this.events = context.events(
                resource.equals(Resources.REPLICA_SETS) ? "replicaset-controller" : "replication-controller");
        pods.onChange(expectations::saw);
        this.work = context.reconcile(name, this::reconcile).watch(sets).watch(pods, pod -> adoption.owners(pod, sets));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = sets.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            return Outcomes.done();
        }
        KubeObject set = found.get();
        if (adoption.selector(set).isEmpty()) {
            return Outcomes.done();
        }
        List<KubeObject> orphans = Pods.orphans(pods, key.namespace()).stream()
                .filter(Pods::active)
                .toList();
        return adoption.claim(set, Pods.ownedBy(pods, set.uid()), orphans).compose(ours -> {
            List<KubeObject> active = ours.stream().filter(Pods::active).toList();
            boolean manage = !set.meta().deleting()
                    && expectations.fulfilled(key, context.loop().now());
            Future<Void> managed = manage ? manage(set, active) : Future.succeededFuture();
            // The status is told also if managing failed, and then the failure counts.
            return managed.transform(outcome -> status(set, active, new Attempt(manage, outcome.cause()))
                    .compose(next ->
                            outcome.succeeded() ? Future.succeededFuture(next) : Future.failedFuture(outcome.cause())));
        });
    }

    private Future<Void> manage(KubeObject set, List<KubeObject> active) {
        int wanted = Json.intOr(1, set.tree(), "spec", "replicas");
        int missing = wanted - active.size();
        if (missing > 0) {
            return create(set, Math.min(missing, BURST), 1);
        }
        if (missing < 0) {
            return delete(set, ReplicaRanking.least(active, Math.min(-missing, BURST)));
        }
        return Future.succeededFuture();
    }

    /** One, then two, then four …: if pods can't be made at all, few calls find out. */
    private Future<Void> create(KubeObject set, int count, int batch) {
        List<Future<KubeObject>> made = new ArrayList<>();
        for (int i = 0; i < Math.min(count, batch); i++) {
            made.add(createOne(set));
        }
        return Outcomes.all(made)
                .compose(done -> count > batch
                        ? create(set, count - batch, Math.min(batch * 2, count - batch))
                        : Future.succeededFuture());
    }

    private Future<KubeObject> createOne(KubeObject set) {
        KubeObject pod = KubeObject.of(Pods.ofTemplate(set, set.at("spec", "template"), ""));
        return context.client()
                .create(Resources.PODS, pod)
                .onSuccess(made -> {
                    expectations.created(
                            set.key(),
                            made,
                            pods.get(made.key()).isPresent(),
                            context.loop().now());
                    events.normal(set, "SuccessfulCreate", "Created pod: " + made.name());
                })
                .onFailure(error -> events.warning(set, "FailedCreate", "Error creating: " + error.getMessage()));
    }

    private Future<Void> delete(KubeObject set, List<KubeObject> doomed) {
        List<Future<Void>> deletions = new ArrayList<>();
        for (KubeObject pod : doomed) {
            expectations.deleted(set.key(), pod, context.loop().now());
            deletions.add(context.client()
                    .delete(Resources.PODS, pod.key(), DeleteOptions.onlyIf(pod.uid()))
                    .onSuccess(done -> events.normal(set, "SuccessfulDelete", "Deleted pod: " + pod.name()))
                    .<Void>mapEmpty()
                    .recover(error -> {
                        expectations.failedToDelete(pod);
                        if (ApiException.is(error, Reason.NotFound) || ApiException.is(error, Reason.Conflict)) {
                            return Future.succeededFuture();
                        }
                        events.warning(set, "FailedDelete", "Error deleting: " + error.getMessage());
                        return Future.failedFuture(error);
                    }));
        }
        return Outcomes.all(deletions);
    }

    /** How making and deleting pods went; not made: nothing new is known of it. */
    private record Attempt(boolean made, @Nullable Throwable failure) {}

    private Future<Optional<Duration>> status(KubeObject set, List<KubeObject> active, Attempt attempt) {
        Instant now = context.loop().now();
        long minReady = Json.longOr(0, set.tree(), "spec", "minReadySeconds");
        LabelSelector template = LabelSelector.of(Json.strings(set.tree(), "spec", "template", "metadata", "labels"));
        KubeObject told = set.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            status.put("replicas", active.size());
            Conditions.putUnlessZero(
                    status,
                    "fullyLabeledReplicas",
                    active.stream()
                            .filter(pod -> template.matches(pod.meta().labels()))
                            .count());
            Conditions.putUnlessZero(
                    status, "readyReplicas", active.stream().filter(Pods::ready).count());
            Conditions.putUnlessZero(
                    status,
                    "availableReplicas",
                    active.stream()
                            .filter(pod -> Pods.available(pod, minReady, now))
                            .count());
            status.put("observedGeneration", set.meta().generation());
            tellFailure(status, set, active, attempt);
        });
        Optional<Duration> next = Pods.nextAvailable(active, minReady, now);
        if (told.at("status").equals(set.at("status"))) {
            return Future.succeededFuture(next);
        }
        return context.client()
                .update(resource, told, "status")
                .recover(error -> attempt.failure() != null && ApiException.is(error, Reason.Conflict)
                        ? insist(set, active, attempt, FAILURE_TRIES)
                        : Future.failedFuture(error))
                .map(next);
    }

    private void tellFailure(ObjectNode status, KubeObject set, List<KubeObject> active, Attempt attempt) {
        Throwable failure = attempt.failure();
        if (failure != null) {
            int wanted = Json.intOr(1, set.tree(), "spec", "replicas");
            String reason = wanted > active.size() ? "FailedCreate" : "FailedDelete";
            // The same failure names another pod each time: to tell that anew would wake this set for good.
            boolean told = Conditions.find(status, "ReplicaFailure")
                    .filter(condition -> Json.text(condition, "reason").equals(reason))
                    .isPresent();
            if (!told) {
                Conditions.set(
                        status, "ReplicaFailure", "True", reason, String.valueOf(failure.getMessage()), context.time());
            }
        } else if (attempt.made()) {
            Conditions.remove(status, "ReplicaFailure");
        }
    }

    /**
     * Others write to the set too: the next look finds the numbers, but the failure is known just now. It alone is told on
     * what the others left; numbers of an old look there would lead a Deployment astray.
     */
    private Future<KubeObject> insist(KubeObject set, List<KubeObject> active, Attempt attempt, int tries) {
        return context.client().get(resource, set.key()).compose(live -> {
            if (!live.uid().equals(set.uid())) {
                return Future.succeededFuture(live);
            }
            KubeObject told = live.edit(tree -> tellFailure(Json.child(tree, "status"), set, active, attempt));
            if (told.at("status").equals(live.at("status"))) {
                return Future.succeededFuture(live);
            }
            return context.client()
                    .update(resource, told, "status")
                    .recover(error -> tries > 1 && ApiException.is(error, Reason.Conflict)
                            ? insist(set, active, attempt, tries - 1)
                            : Future.failedFuture(error));
        });
    }
}
