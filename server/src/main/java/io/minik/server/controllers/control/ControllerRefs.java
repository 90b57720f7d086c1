package io.minik.server.controllers.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.api.selector.LabelSelector;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose an object is: a controller takes orphans that its selector picks and lets go of what it no longer picks. The
 * uid in each patch keeps it from hitting a namesake.
 */
public final class ControllerRefs {
    private final ApiClient client;
    private final Resource ownerResource;
    private final Resource resource;
    private final Optional<String> finalizer;

    public ControllerRefs(ApiClient client, Resource ownerResource, Resource resource) {
        this(client, ownerResource, resource, Optional.empty());
    }

    /** @param finalizer what the owner holds its own by: put on with adoption, taken off with release */
    public ControllerRefs(ApiClient client, Resource ownerResource, Resource resource, Optional<String> finalizer) {
        this.client = client;
        this.ownerResource = ownerResource;
        this.resource = resource;
        this.finalizer = finalizer;
    }

    public LabelSelector selector(KubeObject owner) {
        return ownerResource.equals(Resources.REPLICATION_CONTROLLERS)
                ? LabelSelector.of(Json.strings(owner.tree(), "spec", "selector"))
                : LabelSelector.of(owner.at("spec", "selector"));
    }

    /** Whom it concerns: its controller, if that is of our kind; of an orphan those that would pick it. */
    public List<ObjectKey> owners(KubeObject object, Informer owners) {
        Optional<OwnerReference> controller = object.meta().controller();
        if (controller.isPresent()) {
            return controller.get().kind().equals(ownerResource.kind())
                    ? List.of(ObjectKey.of(object.namespace(), controller.get().name()))
                    : List.of();
        }
        return owners.byNamespace(object.namespace()).stream()
                .filter(owner -> selector(owner).matches(object.meta().labels()))
                .map(KubeObject::key)
                .toList();
    }

    /** @param owned those with our uid as controller; @param orphans of the namespace. Answers with those that are ours. */
    public Future<List<KubeObject>> claim(KubeObject owner, List<KubeObject> owned, List<KubeObject> orphans) {
        LabelSelector selector = selector(owner);
        List<KubeObject> ours = new ArrayList<>();
        List<Future<Void>> changes = new ArrayList<>();
        for (KubeObject object : owned) {
            if (selector.matches(object.meta().labels())) {
                ours.add(object);
            } else if (!owner.meta().deleting()) {
                changes.add(release(owner, object));
            }
        }
        List<KubeObject> wanted = owner.meta().deleting()
                ? List.of()
                : orphans.stream()
                        .filter(object -> !object.meta().deleting()
                                && selector.matches(object.meta().labels()))
                        .toList();
        if (!wanted.isEmpty()) {
            changes.add(adoptAll(owner, wanted, ours));
        }
        return changes.isEmpty()
                ? Future.succeededFuture(ours)
                : Outcomes.all(changes).map(ours);
    }

    /** Only if the owner still lives, seen uncached: a dead one must not take anybody. */
    private Future<Void> adoptAll(KubeObject owner, List<KubeObject> orphans, List<KubeObject> ours) {
        return client.get(ownerResource, owner.key()).compose(live -> {
            if (!live.uid().equals(owner.uid()) || live.meta().deleting()) {
                return Future.succeededFuture();
            }
            List<Future<Void>> adopted = new ArrayList<>();
            for (KubeObject orphan : orphans) {
                ObjectNode patch = Json.object();
                ObjectNode meta = patch.putObject("metadata").put("uid", orphan.uid());
                meta.putArray("ownerReferences")
                        .add(OwnerReference.controllerOf(owner).tree());
                finalizer.ifPresent(each -> meta.putArray("finalizers").add(each));
                adopted.add(client.patch(resource, orphan.key(), "", PatchType.STRATEGIC, patch)
                        .onSuccess(ours::add)
                        .<Void>mapEmpty()
                        .recover(ControllerRefs::unlessGone));
            }
            return Outcomes.all(adopted);
        });
    }

    private Future<Void> release(KubeObject owner, KubeObject object) {
        ObjectNode patch = Json.object();
        ObjectNode meta = patch.putObject("metadata").put("uid", object.uid());
        meta.putArray("ownerReferences").addObject().put("$patch", "delete").put("uid", owner.uid());
        finalizer.ifPresent(
                each -> meta.putArray("$deleteFromPrimitiveList/finalizers").add(each));
        return client.patch(resource, object.key(), "", PatchType.STRATEGIC, patch)
                .<Void>mapEmpty()
                .recover(ControllerRefs::unlessGone);
    }

    private static Future<Void> unlessGone(Throwable error) {
        boolean gone = ApiException.is(error, Reason.NotFound) || ApiException.is(error, Reason.Invalid);
        return gone ? Future.succeededFuture() : Future.failedFuture(error);
    }
}
