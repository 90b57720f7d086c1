package io.minik.server.controllers.volumes;

import io.vertx.core.Future;

/** Directories on nodes, made and removed by the nodes themselves. Both are idempotent, and fail while a node is away. */
public interface NodeVolumes {
    /** @param name a directory's; @return its path on that node */
    Future<String> make(String node, String name);

    Future<Void> remove(String node, String name);
}
