/**
 * How rooms talk to the API: {@link io.minik.api.client.ApiClient} over a {@link io.minik.api.client.Transport} (HTTP,
 * or in-process), and what a controller is made of. A {@link io.minik.api.client.Reflector} mirrors a resource by list
 * and watch into an {@link io.minik.api.client.Informer}; its changes put keys into a {@link
 * io.minik.api.client.WorkQueue}; a {@link io.minik.api.client.Reconciler} makes the world as the object wants it. A
 * {@link io.minik.api.client.ReconcileLoop} joins the three, a {@link io.minik.api.client.Controller} is a room made of
 * one; {@link io.minik.api.client.Informers} shares mirrors, {@link io.minik.api.client.EventRecorder} tells people.
 *
 * <p>All state of these belongs to one {@link io.minik.ground.loop.Loop}. Nothing here polls: timers exist only while
 * something is due.
 *
 * <p>Follows Kubernetes' "API concepts" and client-go's behaviour.
 */
@NullMarked
package io.minik.api.client;

import org.jspecify.annotations.NullMarked;
