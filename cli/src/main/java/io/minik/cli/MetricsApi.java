package io.minik.cli;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resources;
import io.minik.api.schema.Kinds;
import io.minik.ground.loop.Loop;
import io.minik.server.http.ApiServer;
import io.minik.server.resourcemetrics.MetricsKinds;
import io.minik.server.resourcemetrics.ResourceMetrics;
import io.minik.server.table.Tables;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;

/** metrics.k8s.io of this server, unless it is left out: its kinds are there before the API server, which then answers for them. */
final class MetricsApi {
    private MetricsApi() {}

    static Optional<MetricsApi> of(ServerOptions options, Kinds kinds, Tables tables) {
        if (!options.parts().has(Parts.METRICS)) {
            return Optional.empty();
        }
        kinds.change(List.of(), MetricsKinds.rows(kinds.now()));
        MetricsKinds.show(tables);
        return Optional.of(new MetricsApi());
    }

    void answer(ApiServer server, Loop loop, ApiClient client) {
        ResourceMetrics metrics =
                new ResourceMetrics(loop, client, node -> server.askKubelet(node, "GET", "/metrics/resource")
                        .map(Buffer::toString));
        server.registry().compute(Resources.NODE_METRICS.groupResource(), metrics.nodes());
        server.registry().compute(Resources.POD_METRICS.groupResource(), metrics.pods());
    }
}
