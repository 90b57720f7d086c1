package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.KeyValue;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Value;
import io.minik.store.WatchRequest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch cache per resource, all fed by one store watch on one loop.
 *
 * <pre>
 *   commit -> Store.Event batch -> [caches' loop] decode head once -> ring + current map -> watchers' queues
 * </pre>
 *
 * start() reads everything below /registry/ at one revision and then watches from there. If the store ends the watch
 * (this loop was too slow, or history is compacted), everything is loaded again into a new image, which is swapped in, and
 * all watchers list again. If the store has ended, the image stays as it is and nobody is told that it is the present:
 * reads and watches are answered 503.
 *
 * <pre>
 *   LOADING --loaded--> FOLLOWING --watch lost--> LOADING (the old image shows) --failed--> LOADING, after a pause
 *                           |                        |
 *                           +----- store ended ------+--> FAILED: 503 with the reason, for good
 * </pre>
 */
public final class WatchCaches implements Room {
    private static final Logger log = LoggerFactory.getLogger(WatchCaches.class);

    /** How often watchers that asked for bookmarks get one: upstream's "about once a minute". */
    private static final Duration BOOKMARK_EVERY = Duration.ofMillis(60_000);

    /** Keys read at once while loading; values are read one by one. */
    private static final long LOAD_PAGE = 1000;

    /** A store that is too busy to be read is asked again this much later. */
    private static final Duration RELOAD_AFTER = Duration.ofMillis(500);

    private final Vertx vertx;
    private final Store store;
    private final CacheSet set = new CacheSet();
    private final Loader loader;
    private final Recent recent = Recent.ofThisHeap();

    private volatile @Nullable Context loop;
    private volatile long applied;
    private volatile Health health = Health.notReady("not started");
    /** Why nothing can be told from here any more. */
    private volatile @Nullable ApiException failed;

    // The caches' loop.
    private final RevisionWaiters waiters;

    private final Set<CacheWatcher> bookmarked = new HashSet<>();
    private Store.@Nullable Watch watch;
    private String deployment = "";
    private Loop.Timer bookmarkTimer = Loop.Timer.NONE;

    /** @param resources as stored: one per kind, each in one version. More and fewer by {@link #add} and {@link #remove} */
    public WatchCaches(Vertx vertx, Store store, Collection<Resource> resources) {
        this.vertx = vertx;
        this.store = store;
        this.waiters = new RevisionWaiters(vertx);
        this.loader = new Loader(store, this, set);
        for (Resource resource : resources) {
            set.add(new WatchCache(resource, this));
        }
    }

    /**
     * One resource more: succeeds, on the caller's context, when its cache shows all that is stored of it. Fails if
     * everything had to be loaded anew meanwhile; then it was not added, and may be again.
     */
    public Future<Void> add(Resource resource) {
        return onLoop(() -> {
            WatchCache cache = new WatchCache(resource, this);
            ApiException gone = failed;
            if (gone != null) {
                throw gone;
            }
            set.add(cache);
            return fill(cache).onFailure(error -> drop(resource));
        });
    }

    /** One resource fewer: its watches end, what is stored of it stays. */
    public Future<Void> remove(Resource resource) {
        return onLoop(() -> {
            drop(resource);
            return Future.succeededFuture();
        });
    }

    private void drop(Resource resource) {
        set.remove(resource).ifPresent(cache -> cache.endWatches(Optional.empty()));
    }

    private Future<Void> fill(WatchCache cache) {
        cache.filling();
        Bytes folder = Bytes.utf8(StorageKeys.prefix(cache.resource()));
        return loader.beside(folder, folder.prefixEnd()).compose(revision -> {
            cache.filled(revision);
            return applied >= revision ? Future.succeededFuture() : reached(revision);
        });
    }

    /** The cache of a stored resource. @throws IllegalArgumentException if there is none */
    public WatchCache of(Resource resource) {
        return set.of(resource);
    }

    /** The newest revision that all caches show. Any thread. */
    public long applied() {
        return applied;
    }

    /** Succeeds, on the caller's context, when the caches show everything that the store has acknowledged until now. */
    public Future<Void> caughtUp() {
        return reached(store.status().revision());
    }

    /** Succeeds, on the caller's context, when the caches show a revision. Never, if it is never written. */
    public Future<Void> reached(long revision) {
        ApiException gone = failed;
        if (gone != null) {
            return Future.failedFuture(gone);
        }
        return waiting(revision, (promise, caller) -> waiters.add(revision, promise, caller));
    }

    /**
     * The same for a revision that a client names, and that may never be written: fails with a TimeoutException after some
     * time, and then nothing of it is kept.
     */
    public Future<Void> reached(long revision, long millis) {
        return waiting(revision, (promise, caller) -> waiters.add(revision, promise, caller, millis));
    }

    private Future<Void> waiting(long revision, BiConsumer<Promise<Void>, Context> wait) {
        if (applied >= revision) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        Context caller = callerOr(loop());
        loop().runOnContext(unused -> {
            ApiException since = failed;
            if (applied >= revision) {
                caller.runOnContext(back -> promise.complete());
            } else if (since != null) {
                caller.runOnContext(back -> promise.fail(since));
            } else {
                wait.accept(promise, caller);
            }
        });
        return promise.future();
    }

    /** Requests that wait for something. Any thread, a moment late. */
    int waiting() {
        return waiters.size();
    }

    @Override
    public String name() {
        return "watchcache";
    }

    @Override
    public Future<Void> start() {
        return vertx.deployVerticle(new Turn()).onSuccess(id -> deployment = id).mapEmpty();
    }

    @Override
    public Future<Void> stop() {
        health = Health.notReady("stopped");
        return deployment.isEmpty() ? Future.succeededFuture() : vertx.undeploy(deployment);
    }

    @Override
    public Health health() {
        return health;
    }

    Context loop() {
        Context running = loop;
        if (running == null) {
            throw ApiException.unavailable("the watch caches have not started");
        }
        return running;
    }

    /** Runs on the caches' loop and answers on the caller's. */
    <T> Future<T> call(Callable<T> action) {
        ApiException gone = failed;
        if (gone != null) {
            return Future.failedFuture(gone);
        }
        Context home = loop();
        Promise<T> promise = Promise.promise();
        Context caller = callerOr(home);
        home.runOnContext(unused -> {
            try {
                ApiException since = failed;
                if (since != null) {
                    throw since;
                }
                T result = action.call();
                caller.runOnContext(back -> promise.complete(result));
            } catch (Exception e) {
                caller.runOnContext(back -> promise.fail(e));
            }
        });
        return promise.future();
    }

    /** The same of what takes turns of the loop. */
    private <T> Future<T> onLoop(Supplier<Future<T>> action) {
        Context home = loop();
        Promise<T> promise = Promise.promise();
        Context caller = callerOr(home);
        home.runOnContext(unused -> Future.<Void>succeededFuture()
                .compose(now -> action.get())
                .onComplete(done -> caller.runOnContext(back -> promise.handle(done))));
        return promise.future();
    }

    /** A watcher came or went. The caches' loop. */
    void watching(CacheWatcher watcher, boolean present) {
        if (present && watcher.wantsBookmarks()) {
            bookmarked.add(watcher);
        } else {
            bookmarked.remove(watcher);
        }
        if (bookmarked.isEmpty()) {
            bookmarkTimer.cancel();
            bookmarkTimer = Loop.Timer.NONE;
        } else if (bookmarkTimer == Loop.Timer.NONE) {
            bookmarkTimer = Loop.here(vertx)
                    .every(BOOKMARK_EVERY, () -> set.all().forEach(cache -> cache.sendBookmarks(applied)));
        }
    }

    private static Context callerOr(Context fallback) {
        Context caller = Vertx.currentContext();
        return caller == null ? fallback : caller;
    }

    /** Owns the event loop that the caches live on. */
    private final class Turn extends VerticleBase {
        @Override
        public Future<?> start() {
            loop = context;
            return load();
        }

        @Override
        public Future<?> stop() {
            if (watch != null) {
                watch.close();
            }
            bookmarkTimer.cancel();
            fail("the server is stopping");
            return Future.succeededFuture();
        }
    }

    private Future<Void> load() {
        health = Health.notReady("loading");
        set.all().forEach(WatchCache::loading);
        Bytes root = Bytes.utf8(StorageKeys.ROOT);
        return loader.anew(root, root.prefixEnd())
                .onSuccess(revision -> {
                    set.all().forEach(cache -> cache.loaded(revision));
                    follow(revision);
                    shown(revision);
                    health = Health.READY;
                })
                .mapEmpty();
    }

    /**
     * A stored object, its bytes left in the store.
     *
     * @param kv its value is not looked at
     * @throws StoreException.Compacted if it is not retained any more
     */
    public KubeObject object(KeyValue kv) {
        Value value = store.value(kv.key(), kv.modRevision())
                .orElseThrow(() -> new StoreException.Compacted(
                        kv.modRevision(), store.status().compactedRevision()));
        byte[] stored = value.read().array();
        KubeObject whole = StoredForm.served(stored, kv.modRevision());
        return StoredForm.isCanonical(stored) ? Served.found(value, whole, recent) : whole;
    }

    /** The same of one that was just written, with its value. */
    KubeObject written(KeyValue kv) {
        byte[] stored = kv.value().array();
        KubeObject whole = StoredForm.served(stored, kv.modRevision());
        return StoredForm.isCanonical(stored)
                ? store.value(kv.key(), kv.modRevision())
                        .map(value -> Served.written(value, whole, recent))
                        .orElse(whole)
                : whole;
    }

    /** Everything is watched, not only /registry/: so that revisions of other keys also count as seen. */
    private void follow(long revision) {
        Bytes all = Bytes.of(new byte[] {0});
        watch = store.watch(new WatchRequest(all, all, revision + 1, false), new Store.WatchListener() {
            @Override
            public void onEvents(List<Event> events, long seen) {
                for (Event event : events) {
                    applied(event);
                }
                shown(seen);
            }

            @Override
            public void onEnd(StoreException why) {
                lost(why);
            }
        });
    }

    private void applied(Event event) {
        try {
            set.route(event.kv().key().utf8(), (cache, key) -> cache.apply(key, event));
        } catch (RuntimeException e) {
            // Not an object: someone else's write below /registry/. The other objects go on.
            log.atError().addKeyValue("key", event.kv().key()).setCause(e).log("a stored value is no object");
        }
    }

    private void lost(StoreException why) {
        if (why instanceof StoreException.Closed) {
            fail("the store is closed");
        } else if (why instanceof StoreException.Unusable) {
            log.atError().addKeyValue("err", why.getMessage()).log("the watch caches lost their store");
            fail("the store has halted");
        } else {
            log.atWarn().addKeyValue("err", why.getMessage()).log("the watch caches load anew");
            reload();
        }
    }

    private void reload() {
        load().onFailure(error -> {
            if (error instanceof StoreException.Closed || error instanceof StoreException.Unusable) {
                lost((StoreException) error);
            } else if (failed == null) {
                health = Health.notReady("loading failed: " + error.getMessage());
                log.atError().setCause(error).log("the watch caches could not load, will retry");
                Loop.here(vertx).after(RELOAD_AFTER, this::reload);
            }
        });
    }

    /** For good: the words go to clients, so they name no path. */
    private void fail(String why) {
        ApiException answer = ApiException.unavailable(why);
        failed = answer;
        health = Health.notReady(why);
        waiters.failAll(answer);
        set.all().forEach(cache -> cache.endWatches(Optional.of(answer)));
    }

    private void shown(long revision) {
        applied = Math.max(applied, revision);
        waiters.wake(applied);
    }
}
