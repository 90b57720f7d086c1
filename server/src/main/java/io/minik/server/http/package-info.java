/**
 * The API over HTTPS and in process: the pipeline as one list, content negotiation, watches, proxies, health, metrics,
 * audit.
 *
 * <p>Owns the listening sockets ({@link io.minik.server.http.ApiServer} starts one verticle a loop) and nothing that must
 * outlive them. A request stays on its connection's loop; compression and OpenAPI rendering go to the worker
 * {@code minik-compress}, writes with large bodies to {@code minik-decode}, one at a time. In: HTTP requests, or {@link io.minik.api.client.ApiCall}s of rooms in this process, which skip
 * authentication and encoding. Out: {@link io.minik.server.http.Answer}s, encoded last.
 *
 * <pre>
 *   measure, recover, timeOut, authenticate, audit, impersonate, limit, authorize -> Routes -> registry | proxy | document
 *   in process:  measure, recover, audit, limit, authorize -> Routes -> registry
 * </pre>
 *
 * <p>What one client may cost: its connection until it authenticates ({@link io.minik.ground.net.Connections}), its body once it is
 * let in ({@link io.minik.server.http.ByteBudget}, 413 above 3 MiB, 55 s), one decoded large body at a time for all
 * ({@link io.minik.server.http.HeavyWork}), and two slices of an answer, 30 s without taking any ({@link
 * io.minik.server.http.Outflow}).
 *
 * <p>An answer's form is negotiated ({@link io.minik.server.http.MediaType}): JSON is the bytes that objects have, protobuf is made
 * of those without a tree ({@link io.minik.server.http.ProtobufFrames}), a watch event once for all watchers of a form.
 *
 * <p>Follows Kubernetes' "Controlling Access to the Kubernetes API" and "Kubernetes API Concepts".
 */
@NullMarked
package io.minik.server.http;

import org.jspecify.annotations.NullMarked;
