package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.admission.Lookup;
import io.minik.server.watchcache.WatchCaches;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Optional;

/** What the watch caches show. Also for who is made before the registry is. */
public final class Present implements Lookup {
    private final WatchCaches caches;

    public Present(WatchCaches caches) {
        this.caches = caches;
    }

    @Override
    public Optional<KubeObject> find(Resource resource, ObjectKey key) {
        return caches.of(resource).find(key);
    }

    @Override
    public Collection<KubeObject> list(Resource resource, String namespace) {
        return caches.of(resource).present(namespace);
    }

    @Override
    public Future<Void> arrival(Resource resource, ObjectKey key) {
        return new Arrival(caches.of(resource), key).seen();
    }
}
