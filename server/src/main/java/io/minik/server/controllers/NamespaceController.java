package io.minik.server.controllers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.client.ListOptions;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Ends a namespace that is being deleted: deletes all that is in it, says in conditions what still holds it up, and
 * takes the {@code kubernetes} finalizer off when it is empty.
 */
final class NamespaceController implements Controller {
    private static final String FINALIZER = "kubernetes";
    /** Pods with a grace take their time: look again this often. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    private final ControllerContext context;
    private final Supplier<? extends Collection<Resource>> namespaced;
    private final Informer namespaces;
    private final ReconcileLoop work;

    /** @param namespaced all namespaced resources that can be listed and deleted, also those of CRDs, as of now */
    NamespaceController(ControllerContext context, Supplier<? extends Collection<Resource>> namespaced) {
        this.context = context;
        this.namespaced = namespaced;
        this.namespaces = context.informer(Resources.NAMESPACES);
        this.work = context.reconcile("namespace", this::reconcile).watch(namespaces);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    /** What is left of one resource after the deletion was asked for. */
    private record Remainder(Resource resource, List<KubeObject> objects, Optional<Throwable> failure) {}

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> namespace = namespaces.get(key);
        if (namespace.isEmpty() || !namespace.get().meta().deleting() || !holds(namespace.get())) {
            return Outcomes.done();
        }
        List<Resource> others = new ArrayList<>(namespaced.get());
        others.removeIf(resource -> resource.equals(Resources.EVENTS));
        List<Future<Remainder>> parts =
                others.stream().map(resource -> empty(key.name(), resource)).toList();
        return Future.join(parts)
                // Events last: the deletions above make some.
                .compose(all -> empty(key.name(), Resources.EVENTS))
                .compose(events -> {
                    List<Remainder> left =
                            new ArrayList<>(parts.stream().map(Future::result).toList());
                    left.add(events);
                    left.removeIf(remainder ->
                            remainder.objects().isEmpty() && remainder.failure().isEmpty());
                    return left.isEmpty() ? finalizeIt(namespace.get()) : tell(namespace.get(), left);
                });
    }

    private static boolean holds(KubeObject namespace) {
        return Json.stringList(namespace.tree(), "spec", "finalizers").contains(FINALIZER);
    }

    /** Never fails: a failure is part of the answer. */
    private Future<Remainder> empty(String namespace, Resource resource) {
        return context.client()
                .list(resource, namespace, ListOptions.ALL)
                .compose(found -> {
                    if (found.items().isEmpty()) {
                        return Future.succeededFuture(new Remainder(resource, List.of(), Optional.empty()));
                    }
                    return deleteAll(namespace, resource, found.items())
                            .compose(done -> context.client().list(resource, namespace, ListOptions.ALL))
                            .map(left -> new Remainder(resource, left.items(), Optional.empty()));
                })
                .otherwise(error -> new Remainder(
                        resource,
                        List.of(),
                        // A resource that is served no more has nothing in it.
                        ApiException.is(error, Reason.NotFound) ? Optional.empty() : Optional.of(error)));
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

    private Future<Optional<Duration>> tell(KubeObject namespace, List<Remainder> left) {
        List<String> failures = new ArrayList<>();
        Map<String, Integer> instances = new TreeMap<>();
        Map<String, Integer> finalizers = new TreeMap<>();
        for (Remainder remainder : left) {
            remainder.failure().ifPresent(error -> failures.add(remainder.resource() + ": " + error.getMessage()));
            if (!remainder.objects().isEmpty()) {
                instances.put(
                        remainder.resource().groupResource(),
                        remainder.objects().size());
            }
            for (KubeObject object : remainder.objects()) {
                object.meta().finalizers().forEach(name -> finalizers.merge(name, 1, Integer::sum));
            }
        }
        String now = context.time();
        KubeObject told = namespace.edit(tree -> {
            ObjectNode status = Json.child(tree, "status");
            String failed = failures.isEmpty() ? "False" : "True";
            Conditions.set(
                    status,
                    "NamespaceDeletionContentFailure",
                    failed,
                    failures.isEmpty() ? "ContentDeleted" : "ContentDeletionFailed",
                    failures.isEmpty()
                            ? "All content successfully deleted, may be waiting on finalization"
                            : "Failed to delete all resource types, " + failures.size() + " remaining: "
                                    + String.join(", ", failures),
                    now);
            Conditions.set(
                    status,
                    "NamespaceContentRemaining",
                    instances.isEmpty() ? "False" : "True",
                    instances.isEmpty() ? "ContentRemoved" : "SomeResourcesRemain",
                    instances.isEmpty()
                            ? "All content successfully removed"
                            : "Some resources are remaining: " + counted(instances, " has ", " resource instances"),
                    now);
            Conditions.set(
                    status,
                    "NamespaceFinalizersRemaining",
                    finalizers.isEmpty() ? "False" : "True",
                    finalizers.isEmpty() ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
                    finalizers.isEmpty()
                            ? "All content-preserving finalizers finished"
                            : "Some content in the namespace has finalizers remaining: "
                                    + counted(finalizers, " in ", " resource instances"),
                    now);
        });
        Future<Void> written = told.at("status").equals(namespace.at("status"))
                ? Future.succeededFuture()
                : Outcomes.ignoring(
                        context.client().update(Resources.NAMESPACES, told, "status"),
                        Reason.Conflict,
                        Reason.NotFound);
        return written.map(Optional.of(LOOK_AGAIN));
    }

    private static String counted(Map<String, Integer> counts, String joint, String unit) {
        List<String> parts = new ArrayList<>();
        counts.forEach((what, count) -> parts.add(what + joint + count + unit));
        return String.join(", ", parts);
    }
}
