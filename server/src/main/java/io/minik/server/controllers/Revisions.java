package io.minik.server.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.OwnerReference;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The history of a DaemonSet's or StatefulSet's template as ControllerRevisions: `kubectl rollout history` and `undo` read
 * them, and each pod carries the name of its own as a label.
 */
final class Revisions {
    static final String HASH = "controller-revision-hash";

    private final ControllerContext context;
    private final Informer revisions;

    Revisions(ControllerContext context) {
        this.context = context;
        this.revisions = Pods.indexed(context.informer(Resources.CONTROLLER_REVISIONS));
    }

    Informer informer() {
        return revisions;
    }

    /** Oldest first. */
    List<KubeObject> of(KubeObject owner) {
        List<KubeObject> own = new ArrayList<>(Pods.ownedBy(revisions, owner.uid()));
        own.sort(Comparator.comparingLong(Revisions::number));
        return own;
    }

    static long number(KubeObject revision) {
        return Json.longOr(0, revision.tree(), "revision");
    }

    static JsonNode template(KubeObject revision) {
        return revision.at("data", "spec", "template");
    }

    /** What pods are labelled with. */
    static String hash(KubeObject revision) {
        return revision.meta().labels().getOrDefault(HASH, "");
    }

    /** The revision of the owner's present template, made or brought to the front if need be. */
    Future<KubeObject> current(KubeObject owner) {
        List<KubeObject> known = of(owner);
        JsonNode template = owner.at("spec", "template");
        long last = known.isEmpty() ? 0 : number(known.get(known.size() - 1));
        Optional<KubeObject> same = known.stream()
                .filter(each -> Rollout.sameTemplate(template(each), template))
                .reduce((first, second) -> second);
        if (same.isPresent()) {
            if (number(same.get()) == last) {
                return Future.succeededFuture(same.get());
            }
            return context.client()
                    .update(Resources.CONTROLLER_REVISIONS, same.get().edit(tree -> tree.put("revision", last + 1)));
        }
        return create(owner, template, last + 1, Json.longOr(0, owner.tree(), "status", "collisionCount"));
    }

    private Future<KubeObject> create(KubeObject owner, JsonNode template, long number, long collisions) {
        String hash = TemplateHash.of(template, collisions);
        ObjectKey key = ObjectKey.of(owner.namespace(), owner.name() + "-" + hash);
        KubeObject revision = KubeObject.named("apps/v1", "ControllerRevision", key, tree -> {
            ObjectNode meta = Json.child(tree, "metadata");
            ObjectNode labels = meta.putObject("labels");
            Json.strings(template, "metadata", "labels").forEach(labels::put);
            labels.put(HASH, hash);
            meta.putArray("ownerReferences")
                    .add(OwnerReference.controllerOf(owner).tree());
            ObjectNode data = template.deepCopy();
            data.put("$patch", "replace");
            tree.putObject("data").putObject("spec").set("template", data);
            tree.put("revision", number);
        });
        return context.client()
                .create(Resources.CONTROLLER_REVISIONS, revision)
                .recover(error -> ApiException.is(error, Reason.AlreadyExists)
                        ? existing(owner, template, number, collisions, key)
                        : Future.failedFuture(error));
    }

    /** Ours that the informer has not shown yet, or another template of the same hash. */
    private Future<KubeObject> existing(
            KubeObject owner, JsonNode template, long number, long collisions, ObjectKey key) {
        return context.client().get(Resources.CONTROLLER_REVISIONS, key).compose(there -> {
            boolean ours = there.meta()
                    .controller()
                    .map(reference -> reference.uid().equals(owner.uid()))
                    .orElse(false);
            return ours && Rollout.sameTemplate(template(there), template)
                    ? Future.succeededFuture(there)
                    : create(owner, template, number, collisions + 1);
        });
    }

    /** Deletes the oldest beyond the limit; those that pods still have are kept. */
    Future<Void> truncate(KubeObject owner, Set<String> inUse) {
        int keep = Json.intOr(10, owner.tree(), "spec", "revisionHistoryLimit");
        List<KubeObject> spare =
                of(owner).stream().filter(each -> !inUse.contains(hash(each))).toList();
        List<Future<Void>> deleted = spare.subList(0, Math.max(0, spare.size() - keep)).stream()
                .map(each -> Outcomes.ignoring(
                        context.client()
                                .delete(Resources.CONTROLLER_REVISIONS, each.key(), DeleteOptions.onlyIf(each.uid())),
                        Reason.NotFound,
                        Reason.Conflict))
                .toList();
        return deleted.isEmpty() ? Future.succeededFuture() : Outcomes.all(deleted);
    }
}
