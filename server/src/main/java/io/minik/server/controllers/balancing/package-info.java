/**
 * ServiceLB: Services of type LoadBalancer get the addresses of nodes. Only the status is written here; each node's proxy
 * translates what arrives for those addresses. Follows the habits of k3s' ServiceLB, under labels of minik's own. And Ingresses of
 * minik's class: which nodes serve them.
 */
@NullMarked
package io.minik.server.controllers.balancing;

import org.jspecify.annotations.NullMarked;
