package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.ground.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the server decides about an object, whatever its author sent: pure functions on trees. */
final class WriteStrategy {
    private static final List<String> KEPT_METADATA =
            List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation");
    private static final Set<String> NOT_DESIRED = Set.of("kind", "apiVersion", "metadata", "status");

    private WriteStrategy() {}

    /** Settles metadata and status of a new object in place. @param namespace of the URL */
    static ObjectKey prepareCreate(Means means, KindRow kind, String namespace, ObjectNode tree, Instant now) {
        Resource resource = kind.resource();
        NameSource names = means.names();
        KindStrategy strategy = means.strategies().of(resource);
        ObjectNode metadata = Json.child(tree, "metadata");
        settleNamespace(resource, namespace, metadata);
        if (!Json.text(metadata, "resourceVersion").isEmpty()) {
            throw ApiException.badRequest("resourceVersion should not be set on objects to be created");
        }
        String name = Json.text(metadata, "name");
        if (name.isEmpty()) {
            String base = Json.text(metadata, "generateName");
            if (base.isEmpty()) {
                throw new Causes()
                        .required("metadata.name", "name or generateName is required")
                        .refusal(resource, "");
            }
            name = names.nameFrom(base);
            metadata.put("name", name);
        }
        metadata.remove(List.of("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"));
        metadata.put("uid", names.uid());
        metadata.put("creationTimestamp", KindStrategy.timestamp(now));
        if (strategy.has(Trait.COUNTS_GENERATIONS)) {
            metadata.put("generation", 1);
        } else {
            metadata.remove("generation");
        }
        if (hasStatus(kind) && !strategy.has(Trait.KEEPS_STATUS_ON_CREATE)) {
            strategy.initialStatus().ifPresentOrElse(status -> tree.set("status", status), () -> tree.remove("status"));
        }
        return resource.namespaced() ? ObjectKey.of(Json.text(metadata, "namespace"), name) : ObjectKey.cluster(name);
    }

    /** Of the metadata as they were settled what nobody may change. */
    static ObjectNode given(ObjectNode tree) {
        ObjectNode given = Json.object();
        KEPT_METADATA.forEach(field -> copy(Json.child(tree, "metadata"), given, field));
        return given;
    }

    /** What is the server's to say of a new object, whatever else somebody made of it. */
    static void keepCreated(KindStrategy strategy, KindRow kind, ObjectNode tree, ObjectNode given) {
        ObjectNode metadata = Json.child(tree, "metadata");
        KEPT_METADATA.forEach(field -> copy(given, metadata, field));
        metadata.remove(List.of("resourceVersion", "selfLink"));
        if (hasStatus(kind) && !strategy.has(Trait.KEEPS_STATUS_ON_CREATE)) {
            strategy.initialStatus().ifPresentOrElse(status -> tree.set("status", status), () -> tree.remove("status"));
        }
    }

    /** Restores in place what an update may not touch, and counts the generation. */
    static void prepareUpdate(
            KindStrategy strategy, KindRow kind, String subresource, ObjectNode next, KubeObject old) {
        ObjectNode before = old.tree();
        ObjectNode metadata = Json.child(next, "metadata");
        checkIdentity(kind.resource(), metadata, old);
        ObjectNode beforeMetadata = Json.child(before, "metadata");
        for (String field : KEPT_METADATA) {
            copy(beforeMetadata, metadata, field);
        }
        metadata.remove("selfLink");
        if (metadata.path("creationTimestamp").isMissingNode()) {
            metadata.putNull("creationTimestamp");
        }
        if (subresource.equals("status")) {
            keepAllButStatus(next, before, strategy.keptByStatus());
        } else if (hasStatus(kind) && !strategy.writesStatus(subresource)) {
            copy(before, next, "status");
        }
        checkFinalizers(kind.resource(), metadata, old);
        boolean wished = !subresource.equals("status") && !strategy.writesStatus(subresource);
        if (wished && strategy.has(Trait.COUNTS_GENERATIONS) && !sameDesired(kind, before, next)) {
            metadata.put("generation", (int) (old.meta().generation() + 1));
        }
        strategy.prepareUpdate(subresource, next, old);
    }

    static boolean hasStatus(KindRow kind) {
        return kind.subresources().stream().anyMatch(sub -> sub.name().equals("status"));
    }

    /** Whether everything but metadata and status is the same; a status that is no subresource is a field like others. */
    private static boolean sameDesired(KindRow kind, ObjectNode a, ObjectNode b) {
        return desired(a).equals(desired(b))
                && (hasStatus(kind) || a.path("status").equals(b.path("status")));
    }

    private static Map<String, JsonNode> desired(ObjectNode tree) {
        var fields = new HashMap<String, JsonNode>();
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            if (!NOT_DESIRED.contains(field.getKey())) {
                fields.put(field.getKey(), field.getValue());
            }
        }
        return fields;
    }

    private static void settleNamespace(Resource resource, String namespace, ObjectNode metadata) {
        if (!resource.namespaced()) {
            metadata.remove("namespace");
            return;
        }
        String said = Json.text(metadata, "namespace");
        if (!said.isEmpty() && !said.equals(namespace)) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        metadata.put("namespace", namespace);
    }

    private static void checkIdentity(Resource resource, ObjectNode metadata, KubeObject old) {
        String uid = Json.text(metadata, "uid");
        if (!uid.isEmpty() && !uid.equals(old.uid())) {
            throw ApiException.conflict(
                    resource,
                    old.name(),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + old.uid());
        }
        String version = Json.text(metadata, "resourceVersion");
        if (!version.isEmpty()
                && !version.equals("0")
                && !version.equals(old.meta().resourceVersion())) {
            throw ApiException.stale(resource, old.name());
        }
    }

    /** A status write keeps the desired state. @param kept what it also keeps of the metadata, by kind */
    private static void keepAllButStatus(ObjectNode next, ObjectNode before, List<String> kept) {
        JsonNode status = next.path("status");
        ObjectNode metadata = Json.child(next, "metadata");
        for (String field : kept) {
            copy(Json.child(before, "metadata"), metadata, field);
        }
        List<String> names = new ArrayList<>();
        next.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (!NOT_DESIRED.contains(name)) {
                next.remove(name);
            }
        }
        for (Map.Entry<String, JsonNode> field : before.properties()) {
            if (!NOT_DESIRED.contains(field.getKey())) {
                next.set(field.getKey(), field.getValue());
            }
        }
        if (!status.isMissingNode()) {
            next.set("status", status);
        }
    }

    private static void checkFinalizers(Resource resource, ObjectNode metadata, KubeObject old) {
        if (!old.meta().deleting()) {
            return;
        }
        List<String> added = new ArrayList<>(Json.stringList(metadata, "finalizers"));
        added.removeAll(old.meta().finalizers());
        if (!added.isEmpty()) {
            String list = "[]string{\"" + String.join("\", \"", added) + "\"}";
            String why = "no new finalizers can be added if the object is being deleted, found new finalizers " + list;
            throw new Causes().forbidden("metadata.finalizers", why).refusal(resource, old.name());
        }
    }

    private static void copy(ObjectNode from, ObjectNode to, String field) {
        JsonNode value = from.path(field);
        if (value.isMissingNode()) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }
}
