package io.minik.server.http;

import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.server.request.Target;
import io.minik.server.watchcache.WatchCaches;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** How many seats a request takes: a list one for each hundred objects that it looks at, as upstream counts, all else one. */
record Widths(Kinds kinds, WatchCaches caches) implements ToIntFunction<Target> {
    private static final int MOST = 10;
    private static final int OBJECTS_A_SEAT = 100;

    @Override
    public int applyAsInt(Target target) {
        if (!target.verb().equals("list") || !target.name().isEmpty()) {
            return 1;
        }
        Optional<KindRow> kind = kinds.find(target.apiVersion(), target.resource());
        if (kind.isEmpty() || !kind.get().has("watch")) {
            return 1;
        }
        int objects = caches.of(kind.get().stored()).size();
        return Math.max(1, Math.min(MOST, (objects + OBJECTS_A_SEAT - 1) / OBJECTS_A_SEAT));
    }
}
