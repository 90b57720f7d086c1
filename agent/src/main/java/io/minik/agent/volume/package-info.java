/**
 * What pods mount: emptyDir, hostPath, configMap, secret, projected, downwardAPI, and claims bound to local or hostPath
 * volumes.
 *
 * <p>Lives on the agent's loop; files are written on the kubelet's worker pool. Everything of a pod is below {@code
 * ROOT/pods/<uid>/volumes/<plugin>/<volume>}, as kubelet lays it out, so that a restart finds it. ConfigMaps, Secrets and
 * tokens appear whole or not at all: a new directory is written beside the old and {@code ..data} is moved over to it.
 * Their sources are followed by one watch per object that any pod of the node shows, never by polling; tokens are asked
 * for again after 80 % of their life.
 *
 * <p>Follows https://kubernetes.io/docs/concepts/storage/volumes/.
 */
@NullMarked
package io.minik.agent.volume;

import org.jspecify.annotations.NullMarked;
