package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The present objects of one resource, their latest changes, and who watches them.
 *
 * <p>Written by the caches' loop alone. {@link #find} and {@link #present} may be called from any thread and see each
 * object's latest state; what must hold together at one revision asks {@link #snapshot}.
 */
public final class WatchCache {
    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    private final Resource resource;
    private final WatchCaches caches;
    private final String prefix;
    /** The image that readers see. A reload fills another one and swaps: it is never emptied under them. */
    private volatile ConcurrentNavigableMap<Bytes, KubeObject> objects = new ConcurrentSkipListMap<>();

    // The caches' loop.
    private ConcurrentNavigableMap<Bytes, KubeObject> loading = new ConcurrentSkipListMap<>();
    private final Set<CacheWatcher> watchers = new HashSet<>();
    private EventRing ring = new EventRing(0);
    /** What the store told while this cache alone was being filled. */
    private List<Early> early = NONE;
    /** What the store tells up to here is in the image, if it was filled alone. */
    private long filledAt;

    private static final List<Early> NONE = List.of();

    private record Early(String key, Event event) {}

    WatchCache(Resource resource, WatchCaches caches) {
        this.resource = resource;
        this.caches = caches;
        this.prefix = StorageKeys.prefix(resource);
    }

    public Resource resource() {
        return resource;
    }

    /** The object as far as this cache has seen: {@link WatchCaches#caughtUp} first, to read one's own writes. */
    public Optional<KubeObject> find(ObjectKey key) {
        return find(key.toString());
    }

    private Optional<KubeObject> find(String key) {
        return Optional.ofNullable(objects.get(Bytes.utf8(prefix + key)));
    }

    /** Present objects, each in its latest state, not of one revision together. @param namespace empty for all */
    public Collection<KubeObject> present(String namespace) {
        return namespace.isEmpty() ? objects.values() : inScope(namespace + "/");
    }

    public int size() {
        return objects.size();
    }

    /** All objects in a filter's scope at one revision; the selector is the caller's to apply, on its own loop. */
    public Future<Snapshot> snapshot(Filter filter) {
        return caches.call(() -> {
            return new Snapshot(caches.applied(), present(filter));
        });
    }

    private List<KubeObject> present(Filter filter) {
        return filter.exact()
                ? find(filter.scope()).map(List::of).orElse(List.of())
                : new ArrayList<>(filter.scope().isEmpty() ? objects.values() : inScope(filter.scope()));
    }

    /**
     * Starts a watch; its events come on the caller's context. Fails with 410 if the start is older than what the ring
     * holds. A start in the future is the caller's to wait for.
     */
    public Future<CacheWatcher> watch(WatchStart start, Filter filter, boolean bookmarks, WatchSink sink) {
        var context = Vertx.currentContext() == null ? caches.loop() : Vertx.currentContext();
        return caches.call(() -> {
            CacheWatcher watcher = open(start, filter, bookmarks, sink, context);
            watchers.add(watcher);
            caches.watching(watcher, true);
            return watcher;
        });
    }

    private CacheWatcher open(WatchStart start, Filter filter, boolean bookmarks, WatchSink sink, Context context) {
        if (start.revision() > 0 && !start.initialEvents() && start.revision() < ring.oldest()) {
            throw ApiException.expired("too old resource version: " + start.revision() + " (" + ring.oldest() + ")");
        }
        CacheWatcher[] self = new CacheWatcher[1];
        CacheWatcher watcher = new CacheWatcher(context, filter, bookmarks, sink, () -> forget(self));
        self[0] = watcher;
        if (start.initialEvents()) {
            watcher.expectAny();
            for (KubeObject object : present(filter)) {
                if (filter.matches(object)) {
                    watcher.offerInitial(object);
                }
            }
            watcher.expectNoMore();
            watcher.startAfter(caches.applied());
            if (start.endOfInitialEvents()) {
                watcher.offerBookmark(bookmark(caches.applied(), true));
            }
        } else if (start.revision() > 0) {
            watcher.expectAny();
            watcher.startAfter(start.revision());
            ring.after(start.revision(), watcher::offer);
            watcher.expectNoMore();
        } else {
            watcher.startAfter(caches.applied());
        }
        return watcher;
    }

    private void forget(CacheWatcher[] self) {
        caches.loop().runOnContext(unused -> {
            watchers.remove(self[0]);
            caches.watching(self[0], false);
        });
    }

    // From here on: the caches' loop only.

    /** A load begins, or begins anew: what is shown stays as it is until {@link #loaded}. */
    void loading() {
        loading = new ConcurrentSkipListMap<>();
    }

    /** A present object at load time. Who holds it since before the load goes on to hold the same. */
    void load(KeyValue kv) {
        KubeObject known = objects.get(kv.key());
        loading.put(kv.key(), known != null && known.meta().revision() == kv.modRevision() ? known : caches.object(kv));
    }

    /** Loading is done: its image is shown, changes are known from here on, and who watched before lists again. */
    void loaded(long revision) {
        objects = loading;
        loading = new ConcurrentSkipListMap<>();
        ring = new EventRing(revision);
        early = NONE;
        endWatches(Optional.of(ApiException.expired("too old resource version: the server lost its place")));
    }

    /** Its own load begins, while the store's events go on: those are kept for {@link #filled}. */
    void filling() {
        loading();
        early = new ArrayList<>();
    }

    /** The load of this cache alone is done, at a revision that the events of the store may have passed or not. */
    void filled(long revision) {
        List<Early> kept = early;
        loaded(revision);
        filledAt = revision;
        for (Early each : kept) {
            apply(each.key(), each.event());
        }
    }

    /** Every watcher hears why, if there is something to say; the image stays. */
    void endWatches(Optional<ApiException> why) {
        for (CacheWatcher watcher : List.copyOf(watchers)) {
            watcher.finish(why);
        }
        watchers.clear();
    }

    void apply(String key, Event event) {
        if (early != NONE) {
            early.add(new Early(key, event));
            return;
        }
        if (event.revision() <= filledAt) {
            return;
        }
        Bytes stored = event.kv().key();
        Optional<KubeObject> before = Optional.ofNullable(objects.get(stored));
        Optional<KubeObject> after = Optional.empty();
        if (event.type() == Event.Type.PUT) {
            KubeObject object = caches.written(event.kv());
            after = Optional.of(object);
            objects.put(stored, object);
        } else if (before.isPresent()) {
            objects.remove(stored);
        } else {
            return;
        }
        CacheEvent change = new CacheEvent(event.revision(), key, before, after);
        ring.add(change);
        for (CacheWatcher watcher : watchers) {
            watcher.offer(change);
        }
    }

    void sendBookmarks(long revision) {
        for (CacheWatcher watcher : watchers) {
            if (watcher.wantsBookmarks()) {
                watcher.offerBookmark(bookmark(revision, false));
            }
        }
    }

    private KubeObject bookmark(long revision, boolean endsInitialEvents) {
        var tree = Json.object().put("kind", resource.kind()).put("apiVersion", resource.apiVersion());
        var metadata = tree.putObject("metadata").put("resourceVersion", Long.toString(revision));
        metadata.putNull("creationTimestamp");
        if (endsInitialEvents) {
            metadata.putObject("annotations").put(INITIAL_EVENTS_END, "true");
        }
        return KubeObject.of(tree);
    }

    private Collection<KubeObject> inScope(String scope) {
        Bytes from = Bytes.utf8(prefix + scope);
        return objects.subMap(from, from.prefixEnd()).values();
    }
}
