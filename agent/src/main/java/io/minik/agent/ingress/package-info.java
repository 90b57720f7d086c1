/**
 * The Ingress controller of this node: HTTP and HTTPS at its ports 80 and 443, passed on to the ready endpoints of Services.
 *
 * <p>Costs one informer, of Ingresses, until there is an Ingress of a class that is ours ({@code minik.io/ingress}); what
 * listens and passes on then runs on event loops of its own ({@code IngressLoops}), so that a flood of requests holds neither the
 * kubelet nor an API server of this process.
 *
 * <p>Flow: informers on the agent's loop; {@code RoutingPlan} (pure) makes a {@code RoutingTable}, immutable, of what
 * they know, and tells what is wrong with it; each request is read once into a {@code RequestTarget} (pure), {@code Decision}
 * (pure) says what becomes of it, {@code Passage} or {@code UpgradePassage} carries it out. What was matched is what is passed on.
 * Follows https://kubernetes.io/docs/concepts/services-networking/ingress/ and RFC 9110 to 9113; {@code docs/box.md} says which
 * annotations are honoured.
 */
@NullMarked
package io.minik.agent.ingress;

import org.jspecify.annotations.NullMarked;
