/**
 * What a write must pass after authorization: one ordered list of steps, each a class of upstream's plugin name. A step may take
 * its time: {@link io.minik.server.admission.Admission} says how.
 *
 * <p>Stateless; reads other objects through {@link io.minik.server.admission.Lookup}, changes them only through {@link
 * io.minik.server.admission.SideWrite}s, which the registry commits in the same transaction. Called by server.registry on
 * the request's loop. Follows Kubernetes' "Admission Control in Kubernetes".
 */
@NullMarked
package io.minik.server.admission;

import org.jspecify.annotations.NullMarked;
