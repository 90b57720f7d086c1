package io.minik.api.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The API in Kubernetes' verbs. All rooms outside the API server talk to it through this, also in the same process.
 *
 * <p>Every future fails with {@link io.minik.api.meta.ApiException}. Objects that come back are shared: never mutate.
 */
public final class ApiClient {
    private static final String JSON = "application/json";
    private static final byte[] NO_BODY = {};

    private final Transport transport;
    private final String fieldManager;

    /** @param fieldManager who this client writes as, in managedFields */
    public ApiClient(Transport transport, String fieldManager) {
        this.transport = transport;
        this.fieldManager = fieldManager;
    }

    public Future<KubeObject> get(Resource resource, ObjectKey key) {
        return transport.send(call(Verb.GET, resource, key, "", Map.of(), "", NO_BODY));
    }

    /** Of a subresource: {@code scale}. */
    public Future<KubeObject> get(Resource resource, ObjectKey key, String subresource, Map<String, String> query) {
        return transport.send(call(Verb.GET, resource, key, subresource, query, "", NO_BODY));
    }

    /** @param namespace empty for all */
    public Future<KubeList> list(Resource resource, String namespace, ListOptions options) {
        return transport.list(call(Verb.LIST, resource, ObjectKey.of(namespace, ""), "", options.query(), "", NO_BODY));
    }

    /** @param namespace empty for all */
    public Future<WatchHandle> watch(Resource resource, String namespace, ListOptions options, WatchHandler handler) {
        return transport.watch(
                call(Verb.WATCH, resource, ObjectKey.of(namespace, ""), "", options.query(), "", NO_BODY), handler);
    }

    /** Creates in the namespace that the object says. */
    public Future<KubeObject> create(Resource resource, KubeObject object) {
        return write(Verb.CREATE, resource, ObjectKey.of(object.namespace(), ""), "", object);
    }

    /** Posts to a subresource: {@code binding}, {@code eviction}, {@code token}. */
    public Future<KubeObject> create(Resource resource, ObjectKey key, String subresource, KubeObject object) {
        return write(Verb.CREATE, resource, key, subresource, object);
    }

    public Future<KubeObject> update(Resource resource, KubeObject object) {
        return write(Verb.UPDATE, resource, object.key(), "", object);
    }

    /** Updates a subresource, mostly {@code status}. */
    public Future<KubeObject> update(Resource resource, KubeObject object, String subresource) {
        return write(Verb.UPDATE, resource, object.key(), subresource, object);
    }

    public Future<KubeObject> patch(
            Resource resource, ObjectKey key, String subresource, PatchType type, JsonNode patch) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("fieldManager", fieldManager);
        Optional<ObjectNode> tree = patch instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        return transport.send(new ApiCall(
                Verb.PATCH, resource, key, subresource, query, type.contentType(), () -> Json.bytes(patch), tree));
    }

    /** Server-side apply that takes fields from other managers, as {@code kubectl apply --server-side --force-conflicts}. */
    public Future<KubeObject> apply(Resource resource, ObjectKey key, ObjectNode object) {
        Map<String, String> query = Map.of("fieldManager", fieldManager, "force", "true");
        return transport.send(new ApiCall(
                Verb.PATCH,
                resource,
                key,
                "",
                query,
                PatchType.APPLY.contentType(),
                () -> Json.bytes(object),
                Optional.of(object)));
    }

    /** Answers with the object (now being deleted) or a Status. */
    public Future<KubeObject> delete(Resource resource, ObjectKey key, DeleteOptions options) {
        return transport.send(delete(Verb.DELETE, resource, key, Map.of(), options));
    }

    /** Deletes all objects that the options select, in one namespace or (empty) everywhere. */
    public Future<KubeObject> deleteCollection(
            Resource resource, String namespace, ListOptions selection, DeleteOptions options) {
        return transport.send(
                delete(Verb.DELETE_COLLECTION, resource, ObjectKey.of(namespace, ""), selection.query(), options));
    }

    private static ApiCall delete(
            Verb verb, Resource resource, ObjectKey key, Map<String, String> query, DeleteOptions options) {
        ObjectNode tree = options.tree();
        return new ApiCall(verb, resource, key, "", query, JSON, () -> Json.bytes(tree), Optional.of(tree));
    }

    /** The whole object: a server in this process takes its tree. */
    private Future<KubeObject> write(
            Verb verb, Resource resource, ObjectKey key, String subresource, KubeObject object) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("fieldManager", fieldManager);
        return transport.send(
                new ApiCall(verb, resource, key, subresource, query, JSON, object::bytes, Optional.of(object.tree())));
    }

    private static ApiCall call(
            Verb verb,
            Resource resource,
            ObjectKey key,
            String subresource,
            Map<String, String> query,
            String contentType,
            byte[] body) {
        return new ApiCall(verb, resource, key, subresource, query, contentType, body);
    }
}
