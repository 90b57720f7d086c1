/**
 * metrics.k8s.io/v1beta1 in process: what {@code kubectl top} prints and autoscalers count with, without the pod of a metrics-server.
 * Nothing is measured before somebody asks, and then by the kubelets of the nodes that are asked about: {@link
 * io.minik.server.resourcemetrics.Scrapes}.
 *
 * <p>Runs on one loop; its {@link io.minik.server.registry.Computed}s may be asked on any. Follows the Resource Metrics API of
 * kubernetes/metrics and metrics-server's answers.
 */
@NullMarked
package io.minik.server.resourcemetrics;

import org.jspecify.annotations.NullMarked;
