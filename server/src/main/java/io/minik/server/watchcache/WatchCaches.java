package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import io.minik.store.Bytes;
import io.minik.store.KeyValue;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.Value;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch cache per resource, all fed by one store watch on one loop.
 *
 * <pre>
 *   commit -> Store.Event batch -> [caches' loop] decode head once -> image + ring -> watchers' queues
 * </pre>
 *
 * start() reads everything below /registry/ at one revision and then watches from there ({@link Following}). Each cache
 * shows an immutable image, which is swapped. If the store ends the watch, it goes on from the revision that is shown; if
 * history is compacted there, everything is loaded again into new images, and all watchers list again. If the store has
 * ended, the images stay as they are and nobody is told that they are the present: reads and watches are answered 503.
 */
public final class WatchCaches implements Room {
    private static final Logger log = LoggerFactory.getLogger(WatchCaches.class);

    /** How often watchers that asked for bookmarks get one: upstream's "about once a minute". */
    private static final Duration BOOKMARK_EVERY = Duration.ofMinutes(1);

    /** A request that the caches keep waiting longer than this is answered that they do not keep up. */
    private static final long PATIENCE_MILLIS = 30_000;

    /** How often a resource that changes while it is added is read again. */
    private static final int FILLS = 5;

    private final Vertx vertx;
    private final Store store;
    private final CacheSet set = new CacheSet();
    private final Loader loader;
    private final Recent recent = Recent.ofThisHeap();

    private volatile @Nullable Context loop;
    private volatile long applied;
    private volatile boolean loaded;
    private volatile Health health = Health.notReady("not started");
    /** Why nothing can be told from here any more. */
    private volatile @Nullable ApiException failed;

    // The caches' loop.
    private final RevisionWaiters waiters;
    private final Wakes wakes = new Wakes(task -> loop().runOnContext(unused -> task.run()));

    private final Set<CacheWatcher> bookmarked = new LinkedHashSet<>();
    private @Nullable Following following;
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
            return fill(cache, FILLS).onFailure(error -> drop(resource));
        });
    }

    /** One resource fewer: its watches end, what is stored of it stays. */
    public Future<Void> remove(Resource resource) {
        return onLoop(() -> {
            drop(resource);
            return Future.succeededFuture();
        });
    }

    /** Reads again what could not be read: whoever understands what is stored has learned of it. */
    public Future<Void> readAgain() {
        return onLoop(() -> {
            List<Future<Void>> fills = new ArrayList<>();
            set.all().stream().filter(WatchCache::isPartlyUnreadable).forEach(cache -> fills.add(fill(cache, FILLS)));
            return Future.join(fills).mapEmpty();
        });
    }

    private void drop(Resource resource) {
        set.remove(resource).ifPresent(cache -> cache.endWatches(Optional.empty()));
    }

    private Future<Void> fill(WatchCache cache, int tries) {
        cache.filling();
        Bytes folder = Bytes.utf8(StorageKeys.prefix(cache.resource()));
        return loader.beside(folder, folder.prefixEnd()).compose(revision -> {
            if (!cache.filled(revision)) {
                return tries > 1
                        ? fill(cache, tries - 1)
                        : Future.failedFuture(
                                ApiException.unavailable(cache.resource() + " changes faster than it can be loaded"));
            }
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
        Future<Long> point = store.readRevision();
        return point.succeeded()
                ? reached(point.result())
                : point.recover(error -> Future.failedFuture(unavailable(error)))
                        .compose(this::reached);
    }

    /** Succeeds, on the caller's context, when the caches show a revision that the store has told; 503 if they do not soon. */
    public Future<Void> reached(long revision) {
        if (failed == null && applied >= revision) {
            return Future.succeededFuture();
        }
        return waiting(revision, false, PATIENCE_MILLIS)
                .recover(error -> Future.failedFuture(
                        error instanceof TimeoutException
                                ? ApiException.unavailable("the watch caches do not keep up with the store")
                                : error));
    }

    /** The same for a revision that a client names, and that may never be written: fails with a TimeoutException. */
    public Future<Void> reached(long revision, long millis) {
        return applied >= revision ? Future.succeededFuture() : waiting(revision, true, millis);
    }

    private Future<Void> waiting(long revision, boolean named, long millis) {
        Promise<Void> promise = Promise.promise();
        Context caller = callerOr(loop());
        loop().runOnContext(unused -> {
            ApiException since = failed;
            if (since != null) {
                caller.runOnContext(back -> promise.fail(since));
            } else if (applied >= revision) {
                caller.runOnContext(back -> promise.complete());
            } else {
                waiters.add(revision, named, millis, promise, caller);
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

    Wakes wakes() {
        return wakes;
    }

    /** The newest revision that all caches show, which is the present as far as anybody here knows. */
    long serving() {
        ApiException gone = failed;
        if (gone != null) {
            throw gone;
        }
        if (!loaded) {
            throw ApiException.unavailable("the watch caches have not started");
        }
        return applied;
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
        } else if (bookmarkTimer.equals(Loop.Timer.NONE)) {
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
            Following source = new Following(Loop.on(context), store, loader, set, new Shown());
            following = source;
            return source.load();
        }

        @Override
        public Future<?> stop() {
            if (following != null) {
                following.close();
            }
            bookmarkTimer.cancel();
            fail(ApiException.unavailable("the server is stopping"));
            return Future.succeededFuture();
        }
    }

    /**
     * A stored object, its bytes left in the store.
     *
     * @param kv as a page of the store, or a watch, has told it
     * @throws StoreException.Compacted if it is not retained any more
     */
    public KubeObject object(KeyValue kv) {
        Value value =
                store.value(kv).orElseThrow(() -> new StoreException.Compacted(kv.modRevision(), kv.modRevision() + 1));
        byte[] stored = value.read().array();
        if (!StoredForm.isCanonical(stored)) {
            return StoredForm.served(stored, kv.modRevision());
        }
        return recent.hasRoom(stored.length)
                ? Served.found(value, StoredForm.served(stored, kv.modRevision()), recent)
                : Served.found(value, StoredForm.head(stored, kv.modRevision()), recent);
    }

    /** The same of one that was just written, with its value. */
    KubeObject written(KeyValue kv) {
        byte[] stored = kv.value().array();
        if (stored.length == 0 || stored[0] != '{') {
            // Sealed, and not opened: who reads it from the store is told why.
            return object(kv);
        }
        KubeObject whole = StoredForm.served(stored, kv.modRevision());
        return StoredForm.isCanonical(stored)
                ? store.value(kv.key(), kv.modRevision())
                        .map(value -> Served.written(value, whole, recent))
                        .orElse(whole)
                : whole;
    }

    /** What comes from the store. The caches' loop. */
    private final class Shown implements Following.Sink {
        @Override
        public void loaded(long revision) {
            loaded = true;
            shown(Set.of(), revision);
        }

        @Override
        public void shown(Set<WatchCache> changed, long revision) {
            changed.forEach(WatchCache::show);
            applied = Math.max(applied, revision);
            waiters.wake(applied);
        }

        @Override
        public void health(Health present) {
            health = present;
        }

        @Override
        public void ended(StoreException why) {
            if (why instanceof StoreException.Unusable) {
                log.atError().addKeyValue("err", why.getMessage()).log("the watch caches lost their store");
            }
            fail(unavailable(why));
        }
    }

    /** The words go to clients, so they name no path. */
    private static ApiException unavailable(Throwable why) {
        return ApiException.unavailable(
                why instanceof StoreException.Closed
                        ? "the store is closed"
                        : why instanceof StoreException.Unusable
                                ? "the store has halted"
                                : "the store does not answer");
    }

    /** Ends the caches for good: the store will not come back. */
    private void fail(ApiException answer) {
        failed = answer;
        health = Health.notReady(String.valueOf(answer.getMessage()));
        waiters.failAll(answer);
        set.all().forEach(cache -> cache.endWatches(Optional.of(answer)));
    }
}
