/**
 * What {@code kubectl get} prints: columns and row functions by kind, rendered as meta.k8s.io/v1 Table.
 *
 * <p>Pure functions on shared, immutable objects; any loop may call. {@link io.minik.server.table.Tables} is made once by
 * the wiring from a map of {@link io.minik.server.table.TableKind}s and asked by server.http for lists, objects and watch
 * events whose Accept header says {@code as=Table}.
 */
@NullMarked
package io.minik.server.table;

import org.jspecify.annotations.NullMarked;
