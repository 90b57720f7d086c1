package io.minik.server.registry;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.util.List;

/** The objects of a kind that are made when they are read, and stored nowhere: ComponentStatus, PodMetrics. Of any loop. */
@FunctionalInterface
public interface Computed {
    /**
     * In the order of their keys.
     *
     * @param key a namespace of "" means all, a name of "" all names; may fail, or answer more than was asked for
     */
    Future<List<KubeObject>> objects(ObjectKey key);
}
