/**
 * The two shapes of a request, and no third.
 *
 * <pre>
 *   HTTP, in process -> {@link io.minik.server.request.Target}: words. Judged by server.authz, counted, audited.
 *                          | routed to a kind
 *                       {@link io.minik.server.request.Request}: a kind, a key, a caller, a body. Read, or admitted and stored.
 * </pre>
 *
 * <p>Each has one carrier that adds what its stage needs and repeats no field: {@code http.ApiRequest} takes a Target through the
 * pipeline, {@code admission.Review} takes a Request through one attempt of a write. Values, immutable, of any thread.
 */
@NullMarked
package io.minik.server.request;

import org.jspecify.annotations.NullMarked;
