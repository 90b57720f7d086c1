/**
 * The one generic path that serves every kind: names, uids, versions, generations, status, finalizers, scale, patches,
 * and the transaction at its end.
 *
 * <p>Reads come from the watch caches. All writes go one way, {@link io.minik.server.registry.Attempt}: a draft of the verb ({@link
 * io.minik.server.registry.Creation}, {@link io.minik.server.registry.Replacement}, {@link io.minik.server.registry.Removal}), the
 * steps of admission, one transaction, and again if somebody else was first.
 *
 * <p>Where a kind's versions are converted by somebody else ({@link io.minik.server.registry.Converter}), whoever needs an object waits for
 * it in {@code Forms}: one review for a page of a list, events of a watch in batches and in order. All other kinds pass it by.
 *
 * <p>Owns no state but what the store holds; any loop may call {@link io.minik.server.registry.Registry}, futures complete
 * on the caller's context. In: {@link io.minik.server.request.Request}s that were authorized. Out: {@link
 * io.minik.server.registry.Result}, {@link io.minik.server.registry.Listing}, watchers; failures are {@code ApiException}s.
 *
 * <p>No kind is named here: they differ by a row of the schema and by their {@link io.minik.server.registry.KindStrategy}. Follows
 * Kubernetes' API conventions and API concepts.
 */
@NullMarked
package io.minik.server.registry;

import org.jspecify.annotations.NullMarked;
