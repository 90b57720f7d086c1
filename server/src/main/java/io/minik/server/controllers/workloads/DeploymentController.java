package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informer;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.ControllerRefs;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.control.TemplateHash;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rolls a Deployment's pods from one template to the next by growing one ReplicaSet and shrinking the others; {@link
 * Rollout} decides the numbers. Each turn takes one step; the sets' changes wake the next.
 */
public final class DeploymentController implements Controller {
    private final ControllerContext context;
    private final Informer deployments;
    private final Informer sets;
    private final Informer pods;
    private final ControllerRefs adoption;
    private final EventRecorder events;
    private final ReconcileLoop work;

    public DeploymentController(ControllerContext context) {
        this.context = context;
        this.deployments = context.informer(Resources.DEPLOYMENTS);
        this.sets = Pods.indexed(context.informer(Resources.REPLICA_SETS));
        this.pods = Pods.indexed(context.informer(Resources.PODS));
        this.adoption = new ControllerRefs(context.client(), Resources.DEPLOYMENTS, Resources.REPLICA_SETS);
        this.events = context.events("deployment-controller");
        this.work = context.reconcile("deployment", this::reconcile)
                .watch(deployments)
                .watch(sets, set -> adoption.owners(set, deployments))
                .needs(pods);
        // Recreate waits for the last old pod to be gone.
        pods.onChange((before, now) -> {
            if (now.isEmpty()) {
                before.flatMap(pod -> pod.meta().controller())
                        .filter(owner -> owner.kind().equals("ReplicaSet"))
                        .flatMap(owner -> sets.get(ObjectKey.of(before.get().namespace(), owner.name())))
                        .ifPresent(set -> adoption.owners(set, deployments).forEach(work::add));
            }
        });
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> found = deployments.get(key);
        if (found.isEmpty()) {
            return Outcomes.done();
        }
        KubeObject deployment = found.get();
        if (adoption.selector(deployment).isEmpty()) {
            return Outcomes.done();
        }
        return adoption.claim(deployment, Pods.ownedBy(sets, deployment.uid()), Pods.orphans(sets, key.namespace()))
                .compose(ours -> {
                    Rollout rollout = Rollout.of(deployment, ours);
                    if (deployment.meta().deleting()) {
                        return tell(rollout);
                    }
                    return step(rollout).compose(this::tell);
                });
    }

    /** One step further; answers with the rollout as it stands then. */
    private Future<Rollout> step(Rollout rollout) {
        if (Json.bool(rollout.deployment().tree(), "spec", "paused")) {
            return rollout.resized() ? scaleAll(rollout, rollout.resize()) : Future.succeededFuture(rollout);
        }
        if (rollout.resized()) {
            return scaleAll(rollout, rollout.resize());
        }
        return rollout.recreate() ? recreate(rollout) : roll(rollout);
    }

    private Future<Rollout> roll(Rollout rollout) {
        return withCurrent(rollout).compose(ready -> {
            KubeObject current = ready.current().orElseThrow();
            int present = Rollout.replicas(current);
            int next = ready.nextSizeOfNew(present);
            if (next != present) {
                return scaleAll(ready, Map.of(current, next));
            }
            Map<KubeObject, Integer> smaller = ready.shrinkOld();
            return smaller.isEmpty() ? forget(ready) : scaleAll(ready, smaller);
        });
    }

    private Future<Rollout> recreate(Rollout rollout) {
        Map<KubeObject, Integer> down = new LinkedHashMap<>();
        rollout.old().stream().filter(set -> Rollout.replicas(set) > 0).forEach(set -> down.put(set, 0));
        if (!down.isEmpty()) {
            return scaleAll(rollout, down);
        }
        boolean oldLeft = rollout.old().stream()
                .anyMatch(set -> Rollout.status(set, "replicas") > 0
                        || Pods.ownedBy(pods, set.uid()).stream().anyMatch(pod -> !Pods.finished(pod)));
        if (oldLeft) {
            return Future.succeededFuture(rollout);
        }
        return withCurrent(rollout).compose(ready -> {
            KubeObject current = ready.current().orElseThrow();
            return Rollout.replicas(current) == ready.wanted()
                    ? forget(ready)
                    : scaleAll(ready, Map.of(current, ready.wanted()));
        });
    }

    /** With the new set: made if it is absent, its revision and annotations brought up to date. */
    private Future<Rollout> withCurrent(Rollout rollout) {
        long revision = DeploymentRevision.next(rollout.old());
        if (rollout.current().isEmpty()) {
            return createCurrent(rollout, revision);
        }
        KubeObject current = rollout.current().get();
        Map<String, String> annotations =
                DeploymentRevision.annotations(rollout.deployment(), current.annotations(), revision);
        long minReady = Json.longOr(0, rollout.deployment().tree(), "spec", "minReadySeconds");
        boolean same = annotations.equals(current.annotations())
                && minReady == Json.longOr(0, current.tree(), "spec", "minReadySeconds");
        Future<KubeObject> updated = same
                ? Future.succeededFuture(current)
                : context.client().update(Resources.REPLICA_SETS, current.edit(tree -> {
                    putAnnotations(tree, annotations);
                    Json.child(tree, "spec").put("minReadySeconds", minReady);
                }));
        return updated.compose(set -> withRevision(
                new Rollout(rollout.deployment(), Optional.of(set), rollout.old()),
                set.annotations().getOrDefault(DeploymentRevision.REVISION, "")));
    }

    private Future<Rollout> createCurrent(Rollout rollout, long revision) {
        KubeObject deployment = rollout.deployment();
        long collisions = Json.longOr(0, deployment.tree(), "status", "collisionCount");
        String hash = TemplateHash.of(deployment.at("spec", "template"), collisions);
        int size = rollout.nextSizeOfNew(0);
        KubeObject set = newSet(rollout, hash, size, revision);
        return context.client()
                .create(Resources.REPLICA_SETS, set)
                .onSuccess(made -> {
                    if (size > 0) {
                        scaled(deployment, made.name(), 0, size);
                    }
                })
                .recover(error -> ApiException.is(error, Reason.AlreadyExists)
                        ? collided(rollout, set, collisions)
                        : Future.failedFuture(error))
                .compose(made -> withRevision(
                        new Rollout(deployment, Optional.of(made), rollout.old()), Long.toString(revision)));
    }

    private static KubeObject newSet(Rollout rollout, String hash, int size, long revision) {
        KubeObject deployment = rollout.deployment();
        ObjectKey key = ObjectKey.of(deployment.namespace(), deployment.name() + "-" + hash);
        return KubeObject.named("apps/v1", "ReplicaSet", key, tree -> {
            ObjectNode template = deployment.at("spec", "template").deepCopy();
            ObjectNode labels = Json.child(Json.child(template, "metadata"), "labels");
            labels.put(TemplateHash.LABEL, hash);
            ObjectNode meta = Json.child(tree, "metadata");
            meta.set("labels", labels.deepCopy());
            putAnnotations(tree, DeploymentRevision.annotations(deployment, Map.of(), revision));
            ObjectNode annotations = Json.child(meta, "annotations");
            annotations
                    .put(Rollout.DESIRED, Integer.toString(rollout.wanted()))
                    .put(Rollout.MOST, Integer.toString(rollout.wanted() + rollout.maxSurge()));
            meta.putArray("ownerReferences")
                    .add(OwnerReference.controllerOf(deployment).tree());
            ObjectNode spec = tree.putObject("spec").put("replicas", size);
            long minReady = Json.longOr(0, deployment.tree(), "spec", "minReadySeconds");
            if (minReady > 0) {
                spec.put("minReadySeconds", minReady);
            }
            ObjectNode selector = deployment.at("spec", "selector").deepCopy();
            Json.child(selector, "matchLabels").put(TemplateHash.LABEL, hash);
            spec.set("selector", selector);
            spec.set("template", template);
        });
    }

    /** The name is taken: by our own set that the informer has not shown yet, or by another template of the same hash. */
    private Future<KubeObject> collided(Rollout rollout, KubeObject wanted, long collisions) {
        KubeObject deployment = rollout.deployment();
        return context.client().get(Resources.REPLICA_SETS, wanted.key()).compose(there -> {
            boolean ours = there.meta()
                    .controller()
                    .map(owner -> owner.uid().equals(deployment.uid()))
                    .orElse(false);
            if (ours && Rollout.sameTemplate(deployment.at("spec", "template"), there.at("spec", "template"))) {
                return Future.succeededFuture(there);
            }
            KubeObject counted =
                    deployment.edit(tree -> Json.child(tree, "status").put("collisionCount", collisions + 1));
            return context.client()
                    .update(Resources.DEPLOYMENTS, counted, "status")
                    .compose(done ->
                            Future.failedFuture(ApiException.alreadyExists(Resources.REPLICA_SETS, wanted.name())));
        });
    }

    /** Tells the deployment its revision. */
    private Future<Rollout> withRevision(Rollout rollout, String revision) {
        KubeObject deployment = rollout.deployment();
        if (deployment
                .annotations()
                .getOrDefault(DeploymentRevision.REVISION, "")
                .equals(revision)) {
            return Future.succeededFuture(rollout);
        }
        KubeObject told = deployment.edit(tree ->
                Json.child(Json.child(tree, "metadata"), "annotations").put(DeploymentRevision.REVISION, revision));
        return context.client()
                .update(Resources.DEPLOYMENTS, told)
                .map(updated -> new Rollout(updated, rollout.current(), rollout.old()));
    }

    private Future<Rollout> scaleAll(Rollout rollout, Map<KubeObject, Integer> sizes) {
        List<Future<KubeObject>> scaled = new ArrayList<>();
        sizes.forEach((set, size) -> scaled.add(scale(rollout, set, size)));
        return Outcomes.all(scaled).map(done -> {
            Map<String, KubeObject> updated = new HashMap<>();
            scaled.forEach(each -> updated.put(each.result().uid(), each.result()));
            return new Rollout(
                    rollout.deployment(),
                    rollout.current().map(set -> updated.getOrDefault(set.uid(), set)),
                    rollout.old().stream()
                            .map(set -> updated.getOrDefault(set.uid(), set))
                            .toList());
        });
    }

    private Future<KubeObject> scale(Rollout rollout, KubeObject set, int size) {
        int before = Rollout.replicas(set);
        KubeObject resized = set.edit(tree -> {
            Json.child(tree, "spec").put("replicas", size);
            Json.child(Json.child(tree, "metadata"), "annotations")
                    .put(Rollout.DESIRED, Integer.toString(rollout.wanted()))
                    .put(Rollout.MOST, Integer.toString(rollout.wanted() + rollout.maxSurge()));
        });
        return context.client().update(Resources.REPLICA_SETS, resized).onSuccess(done -> {
            if (before != size) {
                scaled(rollout.deployment(), set.name(), before, size);
            }
        });
    }

    private void scaled(KubeObject deployment, String set, int from, int to) {
        events.normal(
                deployment,
                "ScalingReplicaSet",
                "Scaled " + (to > from ? "up" : "down") + " replica set " + set + " from " + from + " to " + to);
    }

    private Future<Rollout> forget(Rollout rollout) {
        List<Future<Void>> deleted = rollout.forgotten().stream()
                .map(set -> Outcomes.ignoring(
                        context.client().delete(Resources.REPLICA_SETS, set.key(), DeleteOptions.onlyIf(set.uid())),
                        Reason.NotFound,
                        Reason.Conflict))
                .toList();
        return deleted.isEmpty()
                ? Future.succeededFuture(rollout)
                : Outcomes.all(deleted).map(rollout);
    }

    private Future<Optional<Duration>> tell(Rollout rollout) {
        KubeObject deployment = rollout.deployment();
        KubeObject told = DeploymentStatus.of(rollout, context.loop().now(), context.time());
        Optional<Duration> next = DeploymentStatus.nextLook(told, context.loop().now());
        if (told.at("status").equals(deployment.at("status"))) {
            return Future.succeededFuture(next);
        }
        return context.client().update(Resources.DEPLOYMENTS, told, "status").map(next);
    }

    private static void putAnnotations(ObjectNode tree, Map<String, String> annotations) {
        if (!annotations.isEmpty()) {
            ObjectNode node = Json.child(tree, "metadata").putObject("annotations");
            annotations.forEach(node::put);
        }
    }
}
