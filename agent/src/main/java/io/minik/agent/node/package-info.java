/**
 * This machine as a Node of the cluster: registration, Lease, status and conditions, and the hand-over of addresses to
 * the pod network.
 *
 * <p>Owned by the agent's loop. When nothing happens the only timer is the Lease's; with it the node's pressure is looked
 * at, and the status is written when it differs or is five minutes old.
 *
 * <p>Follows https://kubernetes.io/docs/reference/node/node-status/ and https://kubernetes.io/docs/concepts/architecture/leases/.
 */
@NullMarked
package io.minik.agent.node;

import org.jspecify.annotations.NullMarked;
