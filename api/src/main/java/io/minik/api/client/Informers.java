package io.minik.api.client;

import io.minik.api.meta.Resource;
import io.minik.ground.loop.Loop;
import io.minik.ground.room.Room;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One informer per resource and selection, shared by all controllers of a loop. Owned by that loop; asking before the
 * loop runs (while wiring) is fine.
 */
public final class Informers {
    private record Selection(Resource resource, String namespace, String labels, String fields) {}

    private final Loop loop;
    private final ApiClient client;
    /** Any thread reads. */
    private final Map<Selection, Informer> informers = new ConcurrentHashMap<>();

    public Informers(Loop loop, ApiClient client) {
        this.loop = loop;
        this.client = client;
    }

    /** All objects of a resource, parsed trees kept as they are read. Not started yet. */
    public Informer of(Resource resource) {
        return of(resource, "", ListOptions.ALL, false);
    }

    /** As {@link #of(Resource)}; {@code compact} counts for the first who asks. */
    public Informer of(Resource resource, String namespace, ListOptions selection, boolean compact) {
        return informers.computeIfAbsent(
                new Selection(resource, namespace, selection.labelSelector(), selection.fieldSelector()),
                ignored -> new Informer(loop, client, resource, namespace, selection, compact));
    }

    /** Measured: whether each that was started shows what the server has. Any thread. */
    public Room.Health health() {
        return informers.values().stream()
                .flatMap(informer -> informer.trouble().stream())
                .findFirst()
                .map(Room.Health::notReady)
                .orElse(Room.Health.READY);
    }

    public void stop() {
        informers.values().forEach(Informer::stop);
    }
}
