/**
 * Servers outside of the cluster that a kubeconfig names, and that say who somebody is or what he may do.
 *
 * <p>A {@link io.minik.server.outside.ReviewClient} posts reviews and gives back answers; it keeps its connections and nothing else. Any
 * loop; the answer comes on the loop that asks. Asked by server.authn and server.authz.
 */
@NullMarked
package io.minik.server.outside;

import org.jspecify.annotations.NullMarked;
