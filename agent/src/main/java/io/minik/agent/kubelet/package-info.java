/**
 * The kubelet: makes the pods that the API binds to this node real, and tells the API how they are.
 *
 * <p>Owned by one loop. {@link io.minik.agent.kubelet.Kubelet} watches the pods of the node and keeps one {@code
 * PodWorker} per pod UID. A worker looks at the runtime ({@code Observed}), asks the pure {@code PodPlan} which steps are
 * next, and starts them; no step is waited for: each wakes the worker when it ends. What is known beyond runtime and API
 * (back-off, probe results) are {@code ContainerNotes}; {@code PodStatuses} turns all of it into the status that {@code
 * StatusWriter} patches. After a restart of minik the same reading of runtime and API gives the same state: nothing else
 * is kept. Of the runtime only CRI's words are known here ({@code runtime.cri}). File work runs on the kubelet's own worker pool.
 *
 * <p>Follows https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ and the texts that kubectl users know.
 */
@NullMarked
package io.minik.agent.kubelet;

import org.jspecify.annotations.NullMarked;
