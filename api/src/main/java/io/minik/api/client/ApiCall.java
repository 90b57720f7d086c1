package io.minik.api.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.ObjectKey;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One call of the API, before it is bytes.
 *
 * @param key namespace and name; a name of "" means the collection, a namespace of "" all namespaces
 * @param subresource {@code status}, {@code scale}, {@code binding}, … or empty
 * @param query parameters as in the URL, not escaped
 * @param contentType of the body; empty if there is none
 * @param encoded the body as JSON (or YAML, for apply), made when somebody sends it as bytes; empty array if there is none
 * @param tree the same as a tree, for a server in this process, which does not write to it; empty: only bytes
 */
public record ApiCall(
        Verb verb,
        Resource resource,
        ObjectKey key,
        String subresource,
        Map<String, String> query,
        String contentType,
        Supplier<byte[]> encoded,
        Optional<ObjectNode> tree) {
    /** A call whose body is bytes already. */
    public ApiCall(
            Verb verb,
            Resource resource,
            ObjectKey key,
            String subresource,
            Map<String, String> query,
            String contentType,
            byte[] body) {
        this(verb, resource, key, subresource, query, contentType, () -> body, Optional.empty());
    }

    public byte[] body() {
        return encoded.get();
    }

    public enum Verb {
        GET,
        LIST,
        WATCH,
        CREATE,
        UPDATE,
        PATCH,
        DELETE,
        DELETE_COLLECTION
    }
}
