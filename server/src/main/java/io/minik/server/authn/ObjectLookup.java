package io.minik.server.authn;

import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.vertx.core.Future;
import java.util.Optional;

/** The present state of one object, read with the API server's own rights. Fails only if the API can't answer. */
@FunctionalInterface
public interface ObjectLookup {
    Future<Optional<KubeObject>> find(Resource resource, ObjectKey key);
}
