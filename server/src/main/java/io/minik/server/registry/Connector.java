package io.minik.server.registry;

import io.minik.api.object.KubeObject;
import io.minik.server.request.Request;
import io.vertx.core.Future;

/**
 * A kind or subresource that is computed when it is created and not stored as such: SubjectAccessReview, TokenReview,
 * serviceaccounts/token, pods/binding, pods/eviction. The registry decodes and defaults the body; the connector fills the
 * answer, or fails with an ApiException.
 */
@FunctionalInterface
public interface Connector {
    /** @param request its key is the namespace, and for a subresource the parent's name */
    Future<KubeObject> create(Request request, KubeObject body);

    /**
     * What a connector answers for.
     *
     * @param plural {@code serviceaccounts}
     * @param subresource {@code token}; empty for the kind itself
     */
    record Key(String group, String plural, String subresource) {}
}
