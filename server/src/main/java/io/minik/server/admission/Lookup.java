package io.minik.server.admission;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Optional;

/** Present objects, from memory: at least as new as the moment when the request was taken in. Any thread, never blocks. */
public interface Lookup {
    Optional<KubeObject> find(Resource resource, ObjectKey key);

    /** @param namespace empty for all */
    Collection<KubeObject> list(Resource resource, String namespace);

    /** Complete when such an object is there, or did not come for as long as anybody should wait. Never fails. */
    Future<Void> arrival(Resource resource, ObjectKey key);
}
