/**
 * The present objects as bytes with a head, kept current by one store watch and shared by all readers and watchers.
 *
 * <p>Owns: one {@link io.minik.server.watchcache.WatchCache} per stored resource: an immutable image of its objects, a bounded
 * ring of events, the queues of its watchers. One event loop (the verticle of {@link
 * io.minik.server.watchcache.WatchCaches}) swaps the images; any thread reads them, single objects and lists alike. Watches
 * hop onto the loop and are answered on the caller's. In: store events, and the store's read point, to which a reader waits.
 * Out: {@link io.minik.server.watchcache.Snapshot}s and {@link io.minik.server.watchcache.CacheEvent}s. Follows "Efficient
 * detection of changes" of Kubernetes' API concepts.
 */
@NullMarked
package io.minik.server.watchcache;

import org.jspecify.annotations.NullMarked;
