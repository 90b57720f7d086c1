package io.minik.server.registry;

import io.minik.api.client.WatchEvent;
import io.minik.api.meta.ApiException;
import io.minik.api.object.KubeObject;
import io.minik.api.schema.KindRow;
import io.minik.server.watchcache.CacheEvent.Seen;
import io.minik.server.watchcache.CacheWatcher;
import io.minik.server.watchcache.WatchSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A watch of a kind whose versions somebody else converts: a batch of events is held until all its objects are in the watcher's version,
 * and the next one behind it, so that their order stays. What cannot be converted ends the watch. On the watcher's context.
 */
final class ConvertedWatch implements WatchSink {
    private final SharedForms forms;
    private final KindRow kind;
    private final WatchSink sink;
    private @Nullable CacheWatcher watcher;

    ConvertedWatch(SharedForms forms, KindRow kind, WatchSink sink) {
        this.forms = forms;
        this.kind = kind;
        this.sink = sink;
    }

    /** Before its first event. */
    CacheWatcher of(CacheWatcher begun) {
        watcher = begun;
        return begun;
    }

    @Override
    public void onEvents(List<Seen> events) {
        CacheWatcher source = Objects.requireNonNull(watcher);
        List<KubeObject> objects = events.stream()
                .filter(event -> event.type() != WatchEvent.Type.BOOKMARK)
                .map(Seen::object)
                .toList();
        source.hold();
        forms.seen(kind, objects)
                .onSuccess(converted -> {
                    if (!source.left()) {
                        sink.onEvents(with(events, converted));
                    }
                    source.release();
                })
                .onFailure(error -> {
                    if (!source.left()) {
                        source.close();
                        sink.onEnd(Optional.of(
                                error instanceof ApiException api
                                        ? api
                                        : ApiException.internal(String.valueOf(error.getMessage()))));
                    }
                });
    }

    private static List<Seen> with(List<Seen> events, List<KubeObject> objects) {
        List<Seen> converted = new ArrayList<>(events.size());
        int next = 0;
        for (Seen event : events) {
            converted.add(
                    event.type() == WatchEvent.Type.BOOKMARK
                            ? event
                            : new Seen(event.type(), objects.get(next++), event.source()));
        }
        return converted;
    }

    @Override
    public void onEnd(Optional<ApiException> why) {
        sink.onEnd(why);
    }
}
