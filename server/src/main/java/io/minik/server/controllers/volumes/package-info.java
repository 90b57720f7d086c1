/**
 * PersistentVolumes that find their claims, and finalizers that keep both while pods use them.
 */
@NullMarked
package io.minik.server.controllers.volumes;

import org.jspecify.annotations.NullMarked;
