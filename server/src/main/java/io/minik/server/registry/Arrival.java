package io.minik.server.registry;

import io.minik.api.client.WatchEvent;
import io.minik.api.meta.ApiException;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.server.watchcache.CacheEvent.Seen;
import io.minik.server.watchcache.Filter;
import io.minik.server.watchcache.WatchCache;
import io.minik.server.watchcache.WatchSink;
import io.minik.server.watchcache.WatchStart;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Waits for one object that somebody is about to make, by a watch of it alone. Waiting is bounded, and blocks no loop. */
final class Arrival implements WatchSink {
    /** As long as upstream looks for a new namespace's account: ten times in at most two seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final WatchCache cache;
    private final ObjectKey key;
    private final Promise<Void> over = Promise.promise();

    Arrival(WatchCache cache, ObjectKey key) {
        this.cache = cache;
        this.key = key;
    }

    /** Complete when it is there, or will not be waited for any longer. */
    Future<Void> seen() {
        return cache.watch(WatchStart.PRESENT, Filter.one(key.toString(), object -> true), false, this)
                .compose(watcher -> {
                    watcher.resumeLater();
                    return Loop.within(PATIENCE, over.future())
                            .recover(late -> late instanceof TimeoutException
                                    ? Future.succeededFuture()
                                    : Future.failedFuture(late))
                            .onComplete(unused -> watcher.close());
                })
                .recover(unwatched -> Future.succeededFuture());
    }

    @Override
    public void onEvents(List<Seen> events) {
        if (events.stream().anyMatch(event -> event.type() == WatchEvent.Type.ADDED)) {
            over.tryComplete();
        }
    }

    @Override
    public void onEnd(Optional<ApiException> why) {
        over.tryComplete();
    }
}
