package io.minik.server.http;

import io.minik.ground.room.Room;
import io.minik.server.aggregation.RemoteDescriptions;
import io.minik.server.openapi.OpenApi;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The documents that every API server has, beside those that other rooms bring. */
record OwnPages(
        ApiServerConfig config, Frames frames, Metrics metrics, WorkerExecutor worker, ExtensionProxy extensions) {
    /** @param rooms that the health pages tell of, as of the moment when they are asked */
    Documents with(ApiServer.Parts parts, Supplier<List<Room>> rooms) {
        Map<String, Documents.Page> pages = Documents.ofOthers(parts.pages());
        DiscoveryPages discovery = new DiscoveryPages(parts.kinds(), frames, extensions);
        pages.put("/api", discovery::core);
        pages.put("/apis", discovery::groups);
        OpenApiPages openApi = new OpenApiPages(
                new OpenApi(parts.kinds(), config.version().gitVersion()),
                worker,
                extensions,
                new RemoteDescriptions(extensions.aggregation(), parts.clock()),
                parts.clock());
        pages.put("/openapi/v2", openApi::page);
        pages.put("/openapi/v3", openApi::page);
        HealthPages healthPages = new HealthPages(rooms);
        pages.put("/readyz", healthPages::ready);
        pages.put("/livez", healthPages::live);
        pages.put("/healthz", healthPages::live);
        pages.put("/version", request -> Future.succeededFuture(VersionPage.of(config.version())));
        pages.put(
                "/metrics",
                request -> Future.succeededFuture(new Answer.Raw(
                        200, "text/plain; version=0.0.4; charset=utf-8", Map.of(), Buffer.buffer(metrics.text()))));
        return new Documents(pages);
    }
}
