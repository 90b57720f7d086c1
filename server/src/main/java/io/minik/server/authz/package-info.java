/**
 * May they: RBAC, with upstream's bootstrap roles, and the node authorizer.
 *
 * <p>{@link io.minik.server.authz.ClusterAuthorizer} answers from memory, on any loop, without waiting; others may ask somebody. It is fed by informers that
 * the room {@link io.minik.server.authz.Rbac} holds; until they are complete only system:masters may do anything.
 * {@link io.minik.server.authz.RoleBootstrap} puts the bootstrap roles there, {@link io.minik.server.authz.RoleAggregation} fills
 * aggregated ones, {@link io.minik.server.authz.RoleEscalation} is admission's question "does he give away what he does not have",
 * {@link io.minik.server.authz.Forbidden} words the 403. Follows rbac.authorization.k8s.io/v1 and "Using Node Authorization".
 */
@NullMarked
package io.minik.server.authz;

import org.jspecify.annotations.NullMarked;
