/**
 * NetworkPolicies in the kernel of this node: which packets its pods may send and get.
 *
 * <p>Owns one table, {@code inet minik_policy}, which is there while there is a policy. A pod that policies select has one
 * element in a map, from its address to a chain; pods that the same rules hold for share the chain, which is named after its
 * content, and peers are sets named after their selectors. So a pod that comes or goes is a few elements, and no chain is
 * ever changed in place: what is closed is never open for an instant.
 *
 * <p>Flow: informers of policies and, once there is one, of pods and namespaces, on the agent's loop; {@code PolicyElements}
 * (pure) says what the kernel must have; {@code RuleTable} tells what differs; {@code PolicyScript} (pure) words that as one
 * transaction. The kubelet starts no container before its pod's rules are in place. Follows
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/.
 */
@NullMarked
package io.minik.agent.policy;

import org.jspecify.annotations.NullMarked;
