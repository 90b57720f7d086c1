/**
 * Which node a pod runs on: {@link io.minik.server.scheduler.Scheduler} is the room. It keeps a NodeSnapshot current from
 * watches, decides with pure Filters and Scores through a Placer, and binds. All on one loop; callers only start and stop
 * it. Follows kube-scheduler's default profile: same filters, scores, weights and words.
 */
@NullMarked
package io.minik.server.scheduler;

import org.jspecify.annotations.NullMarked;
