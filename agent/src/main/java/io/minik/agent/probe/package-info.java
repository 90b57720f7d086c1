/**
 * Liveness, readiness and startup probes, and the actions that hooks share with them.
 *
 * <p>Lives on the agent's loop: one timer per probe of a running container, none otherwise. Results go to the listener
 * that asked, once when they cross their threshold; each failure is told too, for the Unhealthy event.
 *
 * <p>Follows https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/.
 */
@NullMarked
package io.minik.agent.probe;

import org.jspecify.annotations.NullMarked;
