/**
 * A whole cluster on one thread and a clock of its own: the API server on a memory store, all controllers, the scheduler and
 * hollow nodes, with faults from a seed. Ten minutes pass in seconds, and a seed replays exactly: Vert.x runs on an event
 * loop that {@link io.minik.server.simulation.SimulatedTime} turns by hand, timers and worker pools included.
 */
@NullMarked
package io.minik.server.simulation;

import org.jspecify.annotations.NullMarked;
