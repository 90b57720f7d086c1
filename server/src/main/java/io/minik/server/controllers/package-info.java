/**
 * The list of all controllers, {@link io.minik.server.controllers.Controllers#all}: it builds them as rooms, in start order, on
 * one loop and one set of informers. They stand by subject in the rooms below, on {@code control} and ApiClient alone. Each is a
 * reconcile loop: informers wake keys, a key is made true from the present state, never from the event. Idle, nothing wakes
 * but the node monitor.
 *
 * <p>Follows kube-controller-manager: conditions, events, labels and annotations carry its words.
 */
@NullMarked
package io.minik.server.controllers;

import org.jspecify.annotations.NullMarked;
