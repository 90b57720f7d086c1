package io.minik.api.join;

import io.vertx.core.Future;

/** What carries a join to the server: HTTPS, or a direct call when both are one process. */
@FunctionalInterface
public interface JoinCaller {
    /** Fails with an ApiException that says why the server refused. */
    Future<JoinAnswer> join(JoinRequest request);

    /**
     * Whether a CA that the node has kept is that of this server's cluster, as far as it is known: if not, what is kept is
     * another cluster's.
     *
     * @param serverCa PEM
     */
    default boolean isServedBy(String serverCa) {
        return true;
    }
}
