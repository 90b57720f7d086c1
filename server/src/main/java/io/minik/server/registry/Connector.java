package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.authn.User;
import io.vertx.core.Future;
import java.util.Map;

/**
 * A kind or subresource that is computed when it is created and not stored as such: SubjectAccessReview, TokenReview,
 * serviceaccounts/token, pods/binding, pods/eviction. The registry decodes and defaults the body; the connector fills the
 * answer, or fails with an ApiException.
 */
@FunctionalInterface
public interface Connector {
    Future<KubeObject> create(Scope scope, KubeObject body);

    /**
     * What a connector answers for.
     *
     * @param plural {@code serviceaccounts}
     * @param subresource {@code token}; empty for the kind itself
     */
    record Key(String group, String plural, String subresource) {}

    /** @param key namespace, and for a subresource the parent's name */
    record Scope(
            User user,
            Resource resource,
            ObjectKey key,
            String subresource,
            Map<String, String> query,
            boolean dryRun) {}
}
