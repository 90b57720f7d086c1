package io.minik.server.controllers.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.Informer;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.control.TemplateHash;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The history of a DaemonSet's or StatefulSet's template as ControllerRevisions: `kubectl rollout history` and `undo` read
 * them, and each pod carries the name of its own as a label.
 */
public final class Revisions {
    /** The label by which a pod says of which revision it is. */
    static final String MARK = "controller-revision-hash";

    private final ControllerContext context;
    private final String label;
    private final Function<KubeObject, String> mark;
    private final Informer revisions;

    /** A DaemonSet's: pods carry the hash, as their revision does. */
    static Revisions markedByHash(ControllerContext context) {
        return new Revisions(context, MARK, revision -> revision.meta().labels().getOrDefault(MARK, ""));
    }

    /** A StatefulSet's: pods carry the revision's name. */
    static Revisions markedByName(ControllerContext context) {
        return new Revisions(context, "controller.kubernetes.io/hash", KubeObject::name);
    }

    private Revisions(ControllerContext context, String label, Function<KubeObject, String> mark) {
        this.context = context;
        this.label = label;
        this.mark = mark;
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

    /** What its pods are labelled with. */
    String mark(KubeObject revision) {
        return mark.apply(revision);
    }

    public static String markOf(KubeObject pod) {
        return pod.meta().labels().getOrDefault(MARK, "");
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
            labels.put(label, hash);
            // The cause of the change, as `kubectl rollout history` shows it, is one of them.
            ObjectNode annotations = meta.putObject("annotations");
            owner.annotations().forEach(annotations::put);
            meta.putArray("ownerReferences")
                    .add(OwnerReference.controllerOf(owner).tree());
            ObjectNode patch = template.deepCopy();
            patch.put("$patch", "replace");
            // Clients compare it byte by byte with what they make of the owner's template: a sorted map.
            tree.putObject("data").putObject("spec").set("template", sorted(patch));
            tree.put("revision", number);
        });
        return context.client()
                .create(Resources.CONTROLLER_REVISIONS, revision)
                .recover(error -> ApiException.is(error, Reason.AlreadyExists)
                        ? existing(owner, template, number, collisions, key)
                        : Future.failedFuture(error));
    }

    private static JsonNode sorted(JsonNode node) {
        if (node.isObject()) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            ObjectNode sorted = Json.object();
            fields.forEach(sorted::set);
            return sorted;
        }
        if (node.isArray()) {
            ArrayNode items = Json.array();
            node.forEach(item -> items.add(sorted(item)));
            return items;
        }
        return node;
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
                of(owner).stream().filter(each -> !inUse.contains(mark(each))).toList();
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
