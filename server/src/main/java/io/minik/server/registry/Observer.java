package io.minik.server.registry;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;

/** Hears of every committed write, on the writer's context. */
@FunctionalInterface
public interface Observer {
    /** @param object as it was written, or was last */
    void written(Resource resource, KubeObject object, boolean removed);
}
