/**
 * What is special about Kubernetes' own kinds, each in one place: {@link io.minik.server.kinds.BuiltInKinds} lists them all, those
 * that take code have a file ({@code PodKind}, {@code ServiceKind} …), and what such a kind does besides being stored stands beside
 * it (addresses, bindings, evictions, quotas' status, the objects that every cluster has).
 *
 * <p>Strategies are pure; the rest writes through {@link io.minik.server.registry.Writes} or as steps of admission. Called by
 * server.registry, which names no kind: one that is not listed here, such as a custom one, gets {@code KindStrategy.GENERIC}.
 */
@NullMarked
package io.minik.server.kinds;

import org.jspecify.annotations.NullMarked;
