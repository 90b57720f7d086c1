package io.minik.api.client;

import io.minik.api.meta.Resource;
import io.minik.api.object.ObjectKey;
import java.util.Map;

/**
 * One call of the API, before it is bytes.
 *
 * @param key namespace and name; a name of "" means the collection, a namespace of "" all namespaces
 * @param subresource {@code status}, {@code scale}, {@code binding}, … or empty
 * @param query parameters as in the URL, not escaped
 * @param contentType of the body; empty if there is none
 * @param body JSON (or YAML, for apply); empty array if there is none
 */
public record ApiCall(
        Verb verb,
        Resource resource,
        ObjectKey key,
        String subresource,
        Map<String, String> query,
        String contentType,
        byte[] body) {
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
