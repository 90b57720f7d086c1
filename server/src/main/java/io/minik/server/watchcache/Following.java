package io.minik.server.watchcache;

import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room.Health;
import io.minik.store.Bytes;
import io.minik.store.Event;
import io.minik.store.Store;
import io.minik.store.StoreException;
import io.minik.store.WatchRequest;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the caches get what the store has: everything at one revision, then its watch. On the caches' loop.
 *
 * <pre>
 *   LOADING --loaded--> FOLLOWING --watch lost--> FOLLOWING, from the revision that is shown: nobody notices
 *     |  ^                  |
 *     |  +-- history gone --+       LOADING again: the old images show until the new ones are whole
 *     +--failed--> LOADING, after a pause
 *
 *   the store ended, from any of them --> ENDED, for good
 * </pre>
 */
final class Following {
    private static final Logger log = LoggerFactory.getLogger(Following.class);

    /** A store that is too busy to be read, or ends watches at once, is asked again this much later. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** What the caches do with it. */
    interface Sink {
        /** All caches have their image of this revision. */
        void loaded(long revision);

        /** All events up to a revision have been applied. @param changed the caches that have something new to show */
        void shown(Set<WatchCache> changed, long revision);

        void health(Health health);

        /** Nothing comes any more. */
        void ended(StoreException why);
    }

    private final Loop loop;
    private final Store store;
    private final Loader loader;
    private final CacheSet set;
    private final Sink sink;
    private Store.@Nullable Watch watch;
    private long shown;
    /** Where the last watch began, to see whether it told anything. */
    private long followedFrom = -1;

    private boolean over;

    Following(Loop loop, Store store, Loader loader, CacheSet set, Sink sink) {
        this.loop = loop;
        this.store = store;
        this.loader = loader;
        this.set = set;
        this.sink = sink;
    }

    /** Succeeds when everything is loaded. */
    Future<Void> load() {
        sink.health(Health.notReady("loading"));
        set.all().forEach(WatchCache::loading);
        Bytes root = Bytes.utf8(StorageKeys.ROOT);
        return loader.anew(root, root.prefixEnd())
                .onSuccess(revision -> {
                    set.all().forEach(cache -> cache.loaded(revision));
                    sink.loaded(revision);
                    shown = revision;
                    sink.health(Health.READY);
                    follow();
                })
                .mapEmpty();
    }

    void close() {
        over = true;
        if (watch != null) {
            watch.close();
        }
    }

    /** Everything is watched, not only /registry/: so that revisions of other keys also count as seen. */
    private void follow() {
        followedFrom = shown;
        WatchRequest all = WatchRequest.allFor(Bytes.utf8(StorageKeys.ROOT), shown + 1);
        watch = store.watch(all, new Store.WatchListener() {
            @Override
            public void onEvents(List<Event> events, long seen) {
                apply(events, seen);
            }

            @Override
            public void onEnd(StoreException why) {
                lost(why);
            }
        });
    }

    private void apply(List<Event> events, long seen) {
        Set<WatchCache> changed = new LinkedHashSet<>();
        for (Event event : events) {
            try {
                set.route(event.kv().key().utf8(), (cache, key) -> {
                    if (cache.apply(key, event)) {
                        changed.add(cache);
                    }
                });
            } catch (StoreException.Unreadable unreadable) {
                log.atError().addKeyValue("err", unreadable.getMessage()).log("a stored value can't be read");
                set.route(event.kv().key().utf8(), (cache, key) -> cache.unreadable(key, unreadable));
            } catch (RuntimeException e) {
                // Not an object: someone else's write below /registry/. The other objects go on.
                log.atError().addKeyValue("key", event.kv().key()).setCause(e).log("a stored value is no object");
            }
        }
        shown = Math.max(shown, seen);
        sink.shown(changed, shown);
    }

    private void lost(StoreException why) {
        if (over) {
            return;
        }
        if (ends(why)) {
            over = true;
            sink.ended(why);
        } else if (why instanceof StoreException.Compacted) {
            log.atWarn().addKeyValue("err", why.getMessage()).log("the watch caches load anew");
            reload();
        } else if (shown > followedFrom) {
            log.atInfo().addKeyValue("err", why.getMessage()).log("the watch caches lost their watch and go on");
            follow();
        } else {
            pause(this::follow);
        }
    }

    private static boolean ends(Throwable why) {
        return why instanceof StoreException.Closed || why instanceof StoreException.Unusable;
    }

    private void reload() {
        load().onFailure(error -> {
            if (ends(error)) {
                lost((StoreException) error);
            } else if (!over) {
                sink.health(Health.notReady("loading failed: " + error.getMessage()));
                log.atError().setCause(error).log("the watch caches could not load, will retry");
                pause(this::reload);
            }
        });
    }

    private void pause(Runnable next) {
        loop.after(PAUSE, () -> {
            if (!over) {
                next.run();
            }
        });
    }
}
