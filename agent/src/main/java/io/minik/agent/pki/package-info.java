/**
 * The node's side of joining: its keys, its requests, its certificates on disk.
 *
 * <p>{@link io.minik.agent.pki.NodeKeys} owns the folder (keys never leave it) and decides whether what is there still serves;
 * {@link io.minik.agent.pki.JoinClient} speaks HTTPS to a server. Out goes a {@link io.minik.agent.pki.NodeIdentity}. File work and key
 * making run on Vert.x' worker pool; any context may call. The wire contract is io.minik.api.join.
 */
@NullMarked
package io.minik.agent.pki;

import org.jspecify.annotations.NullMarked;
