package io.minik.server.controllers.garbage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Ends a namespace that is being deleted: deletes its pods, when they are gone all else (what protects or feeds a pod must
 * outlive it), says in conditions what still holds it up, and takes the {@code kubernetes} finalizer off when it is empty.
 */
public final class NamespaceController implements Controller {
    private static final String FINALIZER = "kubernetes";
    /** Pods with a grace take their time: look again this often. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    private final ControllerContext context;
    private final Supplier<? extends Collection<Resource>> namespaced;
    private final Supplier<List<String>> undiscovered;
    private final Informer namespaces;
    private final Informer pods;
    private final ReconcileLoop work;

    /**
     * @param namespaced all namespaced resources that can be listed and deleted, also those of CRDs, as of now
     * @param undiscovered group versions that may have more, and why nobody knows: they hold every namespace
     */
    public NamespaceController(
            ControllerContext context,
            Supplier<? extends Collection<Resource>> namespaced,
            Supplier<List<String>> undiscovered) {
        this.context = context;
        this.undiscovered = undiscovered;
        this.namespaced = namespaced;
        this.namespaces = context.informer(Resources.NAMESPACES);
        this.pods = context.informer(Resources.PODS);
        this.work = context.reconcile("namespace", this::reconcile)
                .watch(namespaces)
                .needs(pods);
        pods.onChange((before, now) -> before.filter(pod -> now.isEmpty()).ifPresent(this::lastPodMayBeGone));
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private void lastPodMayBeGone(KubeObject pod) {
        ObjectKey namespace = ObjectKey.cluster(pod.namespace());
        boolean ends =
                namespaces.get(namespace).map(found -> found.meta().deleting()).orElse(false);
        if (ends && pods.byNamespace(pod.namespace()).isEmpty()) {
            work.add(namespace);
        }
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> namespace = namespaces.get(key);
        if (namespace.isEmpty() || !namespace.get().meta().deleting() || !holds(namespace.get())) {
            return Outcomes.done();
        }
        NamespaceRemains remains =
                new NamespaceRemains(namespace.get(), context.loop().now(), undiscovered.get());
        return empty(key.name(), Resources.PODS, remains)
                .compose(done -> remains.mayGoOn() ? emptyOthers(key.name(), remains) : Future.succeededFuture())
                .compose(done -> {
                    if (!remains.none()) {
                        return tell(namespace.get(), remains).map(Optional.of(LOOK_AGAIN));
                    }
                    // Who else holds it reads there that its content is gone.
                    boolean stays = holders(namespace.get()).size() > 1
                            || !namespace.get().meta().finalizers().isEmpty();
                    Future<KubeObject> told =
                            stays ? tell(namespace.get(), remains) : Future.succeededFuture(namespace.get());
                    return told.compose(this::finalizeIt);
                });
    }

    private Future<Void> emptyOthers(String namespace, NamespaceRemains remains) {
        List<Future<Void>> parts = namespaced.get().stream()
                .filter(resource -> !resource.equals(Resources.PODS) && !resource.equals(Resources.EVENTS))
                .map(resource -> empty(namespace, resource, remains))
                .toList();
        // Events last: the deletions make some.
        return Future.join(parts).compose(all -> empty(namespace, Resources.EVENTS, remains));
    }

    private static List<String> holders(KubeObject namespace) {
        return Json.stringList(namespace.tree(), "spec", "finalizers");
    }

    private static boolean holds(KubeObject namespace) {
        return holders(namespace).contains(FINALIZER);
    }

    /** Never fails: a failure is part of what remains. */
    private Future<Void> empty(String namespace, Resource resource, NamespaceRemains remains) {
        return context.client()
                .list(resource, namespace, ListOptions.ALL)
                .compose(found -> {
                    if (found.items().isEmpty()) {
                        return Future.<Void>succeededFuture();
                    }
                    return deleteAll(namespace, resource, found.items())
                            .compose(done -> context.client().list(resource, namespace, ListOptions.ALL))
                            .onSuccess(left -> remains.add(resource, left.items()))
                            .<Void>mapEmpty();
                })
                .recover(error -> {
                    // A resource that is served no more has nothing in it.
                    if (!ApiException.is(error, Reason.NotFound)) {
                        remains.failed(resource, error);
                    }
                    return Future.succeededFuture();
                });
    }

    private Future<Void> deleteAll(String namespace, Resource resource, List<KubeObject> found) {
        DeleteOptions options = DeleteOptions.DEFAULT.propagate("Background");
        return context.client()
                .deleteCollection(resource, namespace, ListOptions.ALL, options)
                .<Void>mapEmpty()
                .recover(error -> {
                    if (!ApiException.is(error, Reason.MethodNotAllowed)) {
                        return Future.failedFuture(error);
                    }
                    List<Future<Void>> singles = found.stream()
                            .map(object -> Outcomes.ignoring(
                                    context.client().delete(resource, object.key(), options), Reason.NotFound))
                            .toList();
                    return Outcomes.all(singles);
                });
    }

    private Future<Optional<Duration>> finalizeIt(KubeObject namespace) {
        KubeObject free = namespace.edit(tree -> {
            ArrayNode rest = Json.array();
            for (String finalizer : Json.stringList(tree, "spec", "finalizers")) {
                if (!finalizer.equals(FINALIZER)) {
                    rest.add(finalizer);
                }
            }
            Json.child(tree, "spec").set("finalizers", rest);
        });
        return Outcomes.done(
                Outcomes.ignoring(context.client().update(Resources.NAMESPACES, free, "finalize"), Reason.NotFound));
    }

    private Future<KubeObject> tell(KubeObject namespace, NamespaceRemains remains) {
        KubeObject told = namespace.edit(tree -> remains.tell(Json.child(tree, "status"), context.time()));
        return told.at("status").equals(namespace.at("status"))
                ? Future.succeededFuture(namespace)
                : context.client()
                        .update(Resources.NAMESPACES, told, "status")
                        .recover(error -> ApiException.is(error, Reason.NotFound)
                                ? Future.succeededFuture(namespace)
                                : Future.failedFuture(error));
    }
}
