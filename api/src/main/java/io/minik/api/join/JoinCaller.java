package io.minik.api.join;

import io.vertx.core.Future;

/** What carries a join to the server: HTTPS, or a direct call when both are one process. */
@FunctionalInterface
public interface JoinCaller {
    /** Fails with an ApiException that says why the server refused. */
    Future<JoinAnswer> join(JoinRequest request);
}
