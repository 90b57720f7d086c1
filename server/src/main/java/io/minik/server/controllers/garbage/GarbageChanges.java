package io.minik.server.controllers.garbage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiClient;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.PatchType;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.control.Finalizers;
import io.minik.server.controllers.control.Outcomes;
import io.minik.server.controllers.garbage.GarbageGraph.Node;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What the collector does to objects: each reads the object anew, and does nothing to a namesake. */
final class GarbageChanges {
    private final ApiClient client;

    GarbageChanges(ApiClient client) {
        this.client = client;
    }

    /** @param foreground its dependents first, as its owner asks for; an orphan finalizer that is on it wins */
    Future<Void> delete(Node node, boolean foreground) {
        Future<KubeObject> deleted = client.get(node.resource(), node.key()).compose(live -> {
            Set<String> uids = new HashSet<>();
            live.meta().ownerReferences().forEach(owner -> uids.add(owner.uid()));
            Set<String> known = new HashSet<>();
            node.owners().forEach(owner -> known.add(owner.uid()));
            if (!live.uid().equals(node.uid()) || live.meta().deleting()) {
                return Future.succeededFuture(live);
            }
            if (!uids.equals(known)) {
                return Future.failedFuture(
                        ApiException.conflict(node.resource(), node.key().name(), "its owners changed meanwhile"));
            }
            boolean orphan = live.meta().finalizers().contains(GarbageGraph.ORPHAN);
            String how = orphan ? "Orphan" : foreground ? "Foreground" : "Background";
            return client.delete(
                    node.resource(),
                    node.key(),
                    DeleteOptions.onlyIf(node.uid()).propagate(how));
        });
        return Outcomes.ignoring(deleted, Reason.NotFound);
    }

    Future<Void> removeFinalizer(Node node, String finalizer) {
        Future<Void> removed = client.get(node.resource(), node.key()).compose(live -> {
            boolean has =
                    live.uid().equals(node.uid()) && live.meta().finalizers().contains(finalizer);
            return has ? Finalizers.remove(client, node.resource(), live, finalizer) : Future.succeededFuture();
        });
        return Outcomes.ignoring(removed, Reason.NotFound);
    }

    Future<Void> dropOwners(Node node, Set<String> lost) {
        return changeOwners(node, owners -> owners.stream()
                .filter(owner -> !lost.contains(owner.uid()))
                .toList());
    }

    /** Nobody's end waits for its end any more; as upstream, where owners and dependents make a circle. */
    Future<Void> unblockOwners(Node node) {
        return changeOwners(
                node, owners -> owners.stream().map(OwnerReference::notBlocking).toList());
    }

    private Future<Void> changeOwners(Node node, UnaryOperator<List<OwnerReference>> change) {
        Future<KubeObject> changed = client.get(node.resource(), node.key()).compose(live -> {
            if (!live.uid().equals(node.uid())) {
                return Future.succeededFuture(live);
            }
            ObjectNode patch = Json.object();
            ObjectNode meta = patch.putObject("metadata")
                    .put("resourceVersion", live.meta().resourceVersion());
            ArrayNode list = meta.putArray("ownerReferences");
            change.apply(live.meta().ownerReferences()).forEach(owner -> list.add(owner.tree()));
            return client.patch(node.resource(), node.key(), "", PatchType.MERGE, patch);
        });
        return Outcomes.ignoring(changed, Reason.NotFound);
    }
}
