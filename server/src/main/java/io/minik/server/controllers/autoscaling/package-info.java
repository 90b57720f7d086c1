/**
 * HorizontalPodAutoscalers: how many replicas a workload needs, by what its pods use and by what others measure.
 *
 * <pre>
 *   HorizontalController -> ScaleTarget (the Scale) -> MetricReads (figures) -> ReplicaCalculator -> ScaleHistory -> ScaleTarget
 * </pre>
 *
 * <p>All on the controllers' loop; every object is looked at each fifteen seconds, and nothing is done where there is none. Follows
 * Kubernetes' "Horizontal Pod Autoscaling" and the words of its controller.
 */
@NullMarked
package io.minik.server.controllers.autoscaling;

import org.jspecify.annotations.NullMarked;
