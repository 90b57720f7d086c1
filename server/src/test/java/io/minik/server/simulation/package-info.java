/**
 * A whole cluster on one thread and a clock of its own: the API server on a memory store, all controllers, the scheduler and
 * hollow nodes. Minutes pass in seconds: Vert.x runs on an event loop that {@link io.minik.server.simulation.SimulatedTime} turns
 * by hand, timers and worker pools included.
 */
@NullMarked
package io.minik.server.simulation;

import org.jspecify.annotations.NullMarked;
