package io.minik.server.watchcache;

import io.minik.api.meta.ApiException;
import io.minik.server.watchcache.CacheEvent.Seen;
import java.util.List;
import java.util.Optional;

/** Where a watcher's events go. Called on the context that started the watch. */
public interface WatchSink {
    void onEvents(List<Seen> events);

    /** Once, last. Empty: in peace; else why. */
    void onEnd(Optional<ApiException> why);
}
