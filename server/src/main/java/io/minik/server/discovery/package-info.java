/**
 * /api, /apis and their aggregated forms v2 and v2beta1, rendered once from the kinds' rows and from what other servers list.
 *
 * <p>Immutable after construction; any thread may call. Asked by server.http. Follows Kubernetes' "API discovery".
 */
@NullMarked
package io.minik.server.discovery;

import org.jspecify.annotations.NullMarked;
