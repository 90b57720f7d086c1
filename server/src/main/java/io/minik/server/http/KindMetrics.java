package io.minik.server.http;

import io.minik.api.meta.Resource;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.server.watchcache.WatchCaches;

/** How many objects there are of each kind; and that nothing is counted any more of a kind that is gone. */
final class KindMetrics {
    private final Metrics metrics;
    private final WatchCaches caches;

    private KindMetrics(Metrics metrics, WatchCaches caches) {
        this.metrics = metrics;
        this.caches = caches;
    }

    static void follow(Kinds kinds, Metrics metrics, WatchCaches caches) {
        KindMetrics each = new KindMetrics(metrics, caches);
        kinds.now().stored().forEach(each::add);
        kinds.onChange(change -> {
            change.removed()
                    .forEach(row -> each.forget(row, change.now().stored().contains(row.stored())));
            change.added().stream().filter(row -> row.has("watch")).forEach(row -> each.add(row.stored()));
        });
    }

    private static String gauge(Resource stored) {
        return "apiserver_storage_objects{resource=\"" + stored.groupResource() + "\"}";
    }

    private void add(Resource stored) {
        metrics.gauge(gauge(stored), caches.of(stored)::size);
    }

    /** @param stays whether it is served in another version still */
    private void forget(KindRow row, boolean stays) {
        metrics.forget(row.resource());
        if (!stays) {
            metrics.noGauge(gauge(row.stored()));
        }
    }
}
