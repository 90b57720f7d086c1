/**
 * PersistentVolumes that find their claims, finalizers that keep both while pods use them, claims of ephemeral volumes; and
 * local-path: volumes that are directories of nodes.
 */
@NullMarked
package io.minik.server.controllers.volumes;

import org.jspecify.annotations.NullMarked;
