package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.server.watchcache.WatchCaches;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Kinds that come and go while the server runs: what comes has its cache before anybody can ask for it, what goes is asked
 * for no more before its cache and its watches end. What is stored of it stays: who removes a kind deletes its objects
 * first. Any thread; one change after the other.
 */
public final class ServedKinds {
    private final Kinds kinds;
    private final WatchCaches caches;
    private Future<Void> last = Future.succeededFuture();

    public ServedKinds(Kinds kinds, WatchCaches caches) {
        this.kinds = kinds;
        this.caches = caches;
    }

    /** What is served at the moment. */
    public Kinds kinds() {
        return kinds;
    }

    /** Succeeds when the one are served and the others are not. @param gone as they are served now */
    public synchronized Future<Void> change(List<KindRow> gone, List<KindRow> come) {
        last = last.transform(before -> serve(gone, come));
        return last;
    }

    private Future<Void> serve(List<KindRow> gone, List<KindRow> come) {
        Set<Resource> ended = stored(gone);
        Set<Resource> opened = stored(come);
        ended.removeAll(stored(come));
        opened.removeAll(stored(gone));
        return all(opened, caches::add)
                .compose(ready -> {
                    try {
                        kinds.change(gone, come);
                    } catch (IllegalArgumentException refused) {
                        return all(opened, caches::remove).compose(unused -> Future.<Void>failedFuture(refused));
                    }
                    return Future.succeededFuture();
                })
                .compose(changed -> all(ended, caches::remove));
    }

    private static Set<Resource> stored(List<KindRow> rows) {
        Set<Resource> stored = new LinkedHashSet<>();
        rows.stream().filter(row -> row.has("watch")).forEach(row -> stored.add(row.stored()));
        return stored;
    }

    private interface Step {
        Future<Void> of(Resource resource);
    }

    private static Future<Void> all(Set<Resource> resources, Step step) {
        List<Future<Void>> steps = new ArrayList<>();
        resources.forEach(resource -> steps.add(step.of(resource)));
        return Future.join(steps).mapEmpty();
    }
}
