package io.minik.server.request;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resource;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.KindRow;
import io.minik.server.authn.User;
import java.util.Map;
import java.util.Optional;

/**
 * A request that may be done: authenticated, authorized and routed to a kind.
 *
 * @param key as in {@link io.minik.api.client.ApiCall}: a name of "" means the collection
 */
public record Request(
        Verb verb,
        KindRow kind,
        ObjectKey key,
        String subresource,
        Map<String, String> query,
        Requester requester,
        Body body) {
    /**
     * What a request carries.
     *
     * @param contentType without parameters; empty if there is none
     * @param tree what a room of this process gives as it is, never written to; then {@code bytes} is empty
     */
    public record Body(String contentType, byte[] bytes, Optional<ObjectNode> tree) {
        private static final byte[] EMPTY = {};

        public static final Body NONE = new Body("", EMPTY, Optional.empty());

        public static Body of(String contentType, byte[] bytes) {
            return new Body(contentType, bytes, Optional.empty());
        }

        public static Body of(String contentType, ObjectNode tree) {
            return new Body(contentType, EMPTY, Optional.of(tree));
        }

        public boolean isEmpty() {
            return tree.isEmpty() && bytes.length == 0;
        }
    }

    /** What the server does for this caller on the way, to another object or another part of it. */
    public Request instead(Verb other, KindRow otherKind, ObjectKey otherKey, String otherSubresource) {
        return new Request(other, otherKind, otherKey, otherSubresource, query, requester.served(), Body.NONE);
    }

    /** One of the objects that it asks for. */
    public Request at(ObjectKey other) {
        return new Request(verb, kind, other, subresource, query, requester, body);
    }

    public Request with(Map<String, String> otherQuery) {
        return new Request(verb, kind, key, subresource, Map.copyOf(otherQuery), requester, body);
    }

    public Resource resource() {
        return kind.resource();
    }

    public User user() {
        return requester.user();
    }

    public String parameter(String name) {
        return query.getOrDefault(name, "");
    }

    public boolean dryRun() {
        return !parameter("dryRun").isEmpty();
    }
}
