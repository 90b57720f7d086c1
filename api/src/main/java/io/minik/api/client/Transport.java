package io.minik.api.client;

import io.minik.api.object.KubeObject;
import io.vertx.core.Future;

/**
 * What carries calls to the API: HTTP, or the same pipeline in the same process. Failures are {@link
 * io.minik.api.meta.ApiException}s (503 if the server can't be reached). Futures complete, and handlers are called, on
 * the caller's Vert.x context.
 */
public interface Transport {
    /** Any call that answers with one object (a delete may answer with a Status object). */
    Future<KubeObject> send(ApiCall call);

    /** A list: items may be shared instances, never mutate. */
    Future<KubeList> list(ApiCall call);

    /** Succeeds once the server accepted the watch. */
    Future<WatchHandle> watch(ApiCall call, WatchHandler handler);
}
