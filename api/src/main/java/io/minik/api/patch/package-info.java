/**
 * From an object and a patch to the next object: JSON patch (RFC 6902), merge patch (RFC 7386), Kubernetes' strategic
 * merge patch, and server-side apply with its managedFields.
 *
 * <p>Pure functions on trees, on the caller's thread; the object given is never written to. What does not apply fails with an
 * {@link io.minik.api.meta.ApiException} worded as kube-apiserver words it. The list semantics (merge keys, sets, atomic) come
 * from the type graph of {@link io.minik.api.schema}. Follows https://kubernetes.io/docs/reference/using-api/server-side-apply/.
 */
@NullMarked
package io.minik.api.patch;

import org.jspecify.annotations.NullMarked;
