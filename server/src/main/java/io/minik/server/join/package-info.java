/**
 * How a node becomes one of us: /cacerts and /v1-minik/*.
 *
 * <p>{@link io.minik.server.join.JoinEndpoint} is mounted by server.http before authentication: it authenticates by token or by the
 * node's own certificate itself. {@link io.minik.server.join.JoinService} issues; the agent in the same process calls it directly.
 * {@link io.minik.server.join.TokenFile} keeps {@code server/token}. Signing runs on Vert.x' worker pool, the rest on the caller's
 * loop. The wire contract is io.minik.api.join.
 */
@NullMarked
package io.minik.server.join;

import org.jspecify.annotations.NullMarked;
