/**
 * The present objects as bytes with a head, kept current by one store watch and shared by all readers and watchers.
 *
 * <p>Owns: one {@link io.minik.server.watchcache.WatchCache} per stored resource, its bounded ring of events, the queues of
 * its watchers. Lives on one event loop (the verticle of {@link io.minik.server.watchcache.WatchCaches}); reads of single
 * objects may come from any thread, lists and watches hop onto the loop and answer on the caller's. In: store events.
 * Out: {@link io.minik.server.watchcache.Snapshot}s and {@link io.minik.server.watchcache.CacheEvent}s. Follows "Efficient
 * detection of changes" of Kubernetes' API concepts.
 */
@NullMarked
package io.minik.server.watchcache;

import org.jspecify.annotations.NullMarked;
