package io.minik.server.http;

import io.minik.server.openapi.OpenApi;
import io.minik.server.openapi.OpenApi.Document;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** /openapi/v2 and /openapi/v3: rendered on a worker, kept compressed, sent as they are kept to who takes gzip. */
final class OpenApiPages {
    private static final int NOT_MODIFIED = 304;

    private final OpenApi openApi;
    private final WorkerExecutor worker;

    OpenApiPages(OpenApi openApi, WorkerExecutor worker) {
        this.openApi = openApi;
        this.worker = worker;
    }

    Future<Answer> page(ApiRequest request) {
        String path = request.target().path();
        boolean gzip = header(request, "Accept-Encoding").contains("gzip");
        String held = header(request, "If-None-Match");
        String accept = header(request, "Accept");
        return worker.executeBlocking(
                        () -> openApi.document(path, accept).map(document -> answer(document, gzip, held)), false)
                .compose(found ->
                        found.map(Future::succeededFuture).orElseGet(() -> Future.failedFuture(Routes.noSuchPage())));
    }

    private static Answer answer(Document document, boolean gzip, String held) {
        Map<String, String> headers = new HashMap<>();
        headers.put("ETag", document.etag());
        headers.put("Vary", "Accept-Encoding, Accept");
        if (held.equals(document.etag())) {
            return new Answer.Raw(NOT_MODIFIED, "", headers, Buffer.buffer());
        }
        if (gzip) {
            headers.put("Content-Encoding", "gzip");
        }
        byte[] body = gzip ? document.gzip() : document.body();
        return new Answer.Raw(200, document.contentType(), headers, Buffer.buffer(body));
    }

    private static String header(ApiRequest request, String name) {
        return Optional.of(request)
                .flatMap(ApiRequest::wire)
                .map(wire -> wire.header(name))
                .orElse("");
    }
}
