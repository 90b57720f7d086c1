package io.minik.agent.kubelet;

import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** GETs a manifest of static pods. */
public interface PageFetch {
    /** A manifest is some kilobytes; a list of all that a node can run is still less. */
    int MOST_BYTES = 8 << 20;

    /** Fails unless the answer is 200 and no longer than {@link #MOST_BYTES}. On the caller's context. */
    Future<byte[]> get(URI url, Map<String, List<String>> header);
}
