/**
 * The kubelet's HTTPS face: logs, exec, attach, port-forward, pods, stats and metrics, for the API server and for
 * whoever it lets through. {@code Gate} asks it who callers are and what they may.
 *
 * <p>Runs on the agent's context. A client speaks exec and attach over WebSocket channels or over SPDY/3.1 streams, and
 * port-forward over SPDY/3.1, bare or inside a WebSocket; {@code SpdyCarrier} and {@code RemoteStreams} hide which. Nothing is
 * read from one side that the other can't take.
 *
 * <p>Follows https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/ and the remote-command protocol
 * as kubectl 1.20 to 1.36 speak it.
 */
@NullMarked
package io.minik.agent.streaming;

import org.jspecify.annotations.NullMarked;
