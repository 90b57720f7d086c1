package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.StoreException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The present objects of one resource, their latest changes, and who watches them.
 *
 * <p>The objects are one immutable image, which the caches' loop swaps and any thread reads: {@link #find}, {@link #present}
 * and {@link #snapshot} each look at one.
 */
public final class WatchCache {
    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    /** What a kept event takes beside its key and value. */
    private static final int EARLY_BYTES = 200;

    private final Resource resource;
    private final WatchCaches caches;
    private final String prefix;
    /** What readers see. A reload fills another one and swaps: it is never emptied under them. */
    private volatile Image image = Image.EMPTY;
    /** What is stored and can't be read, by key. Neither there nor absent: who asks for it is told so. */
    private volatile Unreadables unreadable = new Unreadables();
    /** Those of the load that is under way: what is shown stays as it is until it is done. */
    private Unreadables loadingUnreadable = new Unreadables();

    // The caches' loop.
    private ObjectTree loading = ObjectTree.EMPTY;
    /** The image's objects with the changes that {@link #show} has not shown yet. */
    private ObjectTree objects = ObjectTree.EMPTY;

    private final List<CacheEvent> changes = new ArrayList<>();
    private final Audience watchers = new Audience();
    private EventRing ring = new EventRing(0);
    /** What the store told while this cache alone was being filled. */
    private List<Early> early = List.of();

    private long earlyBytes;

    private boolean filling;
    /** What the store tells up to here is in the image, if it was filled alone. */
    private long filledAt;

    private record Early(String key, Event event) {
        long bytes() {
            return (long) EARLY_BYTES + key.length() + event.kv().value().length();
        }
    }

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
        unreadable.check(key);
        return image.objects().find(Bytes.utf8(prefix + key));
    }

    /** Present objects of one image. @param namespace empty for all */
    public List<KubeObject> present(String namespace) {
        unreadable.checkBelow(namespace.isEmpty() ? "" : namespace + "/");
        return inScope(image, namespace.isEmpty() ? "" : namespace + "/");
    }

    public int size() {
        return image.objects().size();
    }

    /**
     * All objects in a filter's scope at one revision; the selector is the caller's to apply. Any thread.
     *
     * @throws ApiException 503 if what is here is not the present any more
     */
    public Snapshot snapshot(Filter filter) {
        // In this order: the image holds all changes up to that revision, and perhaps later ones, whose latest it
        // names.
        long applied = caches.serving();
        Image present = image;
        return new Snapshot(Math.max(applied, present.revision()), inScope(present, filter));
    }

    private List<KubeObject> inScope(Image of, Filter filter) {
        if (filter.exact()) {
            unreadable.check(filter.scope());
        } else {
            unreadable.checkBelow(filter.scope());
        }
        return filter.exact()
                ? of.objects()
                        .find(Bytes.utf8(prefix + filter.scope()))
                        .map(List::of)
                        .orElse(List.of())
                : inScope(of, filter.scope());
    }

    private List<KubeObject> inScope(Image of, String scope) {
        if (scope.isEmpty()) {
            return of.objects().all();
        }
        Bytes from = Bytes.utf8(prefix + scope);
        return of.objects().range(from, from.prefixEnd());
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
        CacheWatcher watcher =
                new CacheWatcher(Wakes.Bell.of(context, caches.wakes()), filter, bookmarks, sink, () -> forget(self));
        self[0] = watcher;
        if (start.initialEvents()) {
            watcher.expectAny();
            for (KubeObject object : inScope(image, filter)) {
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
        loading = ObjectTree.EMPTY;
        loadingUnreadable = new Unreadables();
    }

    void loadUnreadable(String key, StoreException.Unreadable why) {
        loadingUnreadable.add(key, why);
    }

    boolean isPartlyUnreadable() {
        return !unreadable.isEmpty();
    }

    /** The same of what was written just now. Watchers hear nothing of it; what was there before is not shown any more. */
    void unreadable(String key, StoreException.Unreadable why) {
        if (!filling) {
            unreadable.add(key, why);
        }
    }

    /** A present object at load time. Who holds it since before the load goes on to hold the same. */
    void load(KeyValue kv) {
        KubeObject object = objects.find(kv.key())
                .filter(known -> known.meta().revision() == kv.modRevision())
                .orElseGet(() -> caches.object(kv));
        loading = loading.with(kv.key(), object);
    }

    /** Loading is done: its image is shown, changes are known from here on, and who watched before lists again. */
    void loaded(long revision) {
        objects = loading;
        loading = ObjectTree.EMPTY;
        unreadable = loadingUnreadable;
        changes.clear();
        image = new Image(revision, objects);
        ring = new EventRing(revision);
        filling = false;
        early = List.of();
        endWatches(Optional.of(ApiException.expired("too old resource version: the server lost its place")));
    }

    /** Its own load begins, while the store's events go on: those are kept for {@link #filled}. */
    void filling() {
        loading();
        filling = true;
        early = new ArrayList<>();
        earlyBytes = 0;
    }

    /**
     * The load of this cache alone is done, at a revision that the events of the store may have passed or not.
     *
     * @return false if more was told meanwhile than is kept: nothing is shown, and it is to be filled again
     */
    boolean filled(long revision) {
        if (earlyBytes > EventRing.MAX_BYTES) {
            return false;
        }
        List<Early> kept = early;
        loaded(revision);
        filledAt = revision;
        boolean changed = false;
        for (Early each : kept) {
            changed |= apply(each.key(), each.event());
        }
        if (changed) {
            show();
        }
        return true;
    }

    /** On the heap until it is filled, so no more than a ring has: beyond that, none is worth anything without the others. */
    private void keep(Early told) {
        earlyBytes += told.bytes();
        if (earlyBytes > EventRing.MAX_BYTES) {
            early.clear();
        } else {
            early.add(told);
        }
    }

    /** Every watcher hears why, if there is something to say; the image stays. */
    void endWatches(Optional<ApiException> why) {
        for (CacheWatcher watcher : watchers.clear()) {
            watcher.finish(why);
        }
    }

    /** @return whether {@link #show} has something to show. @throws RuntimeException if it is no object: nothing is changed */
    boolean apply(String key, Event event) {
        if (filling) {
            keep(new Early(key, event));
            return false;
        }
        if (event.revision() <= filledAt) {
            return false;
        }
        Bytes stored = event.kv().key();
        unreadable.remove(key);
        Optional<KubeObject> before = objects.find(stored);
        Optional<KubeObject> after = Optional.empty();
        if (event.type() == Event.Type.PUT) {
            KubeObject object = caches.written(event.kv());
            after = Optional.of(object);
            objects = objects.with(stored, object);
        } else if (before.isPresent()) {
            objects = objects.without(stored);
        } else {
            return false;
        }
        changes.add(new CacheEvent(event.revision(), key, before, after));
        return true;
    }

    /** Whole revisions have been applied: readers see them from here on, then watchers hear of them. */
    void show() {
        image = new Image(changes.get(changes.size() - 1).revision(), objects);
        for (CacheEvent change : changes) {
            ring.add(change);
            watchers.tell(change);
        }
        changes.clear();
    }

    void sendBookmarks(long revision) {
        for (CacheWatcher watcher : watchers.all()) {
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
}
