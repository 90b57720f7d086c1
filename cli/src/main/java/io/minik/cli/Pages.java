package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.Json;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.http.ApiServer.Page;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.minik.server.openapi.OpenApi;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Documents of rooms that know no HTTP, as pages of the API server. */
final class Pages {
    private Pages() {}

    static Map<String, Page> of(Vertx vertx, OpenApi openApi, ServiceAccountTokens tokens) {
        Map<String, Page> pages = new LinkedHashMap<>();
        Page documents = request -> vertx.executeBlocking(() -> openApi(openApi, request), false);
        pages.put("/openapi/v2", documents);
        pages.put("/openapi/v3", documents);
        pages.put(
                "/.well-known/openid-configuration", request -> json(tokens.openIdConfiguration(), "application/json"));
        pages.put("/openid/v1/jwks", request -> json(tokens.jwks(), "application/jwk-set+json"));
        return pages;
    }

    private static PageAnswer openApi(OpenApi openApi, PageRequest request) {
        Optional<OpenApi.Document> found = openApi.document(request.path());
        if (found.isEmpty()) {
            return new PageAnswer(404, "text/plain", Map.of(), Buffer.buffer("404 page not found\n"));
        }
        OpenApi.Document document = found.get();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("etag", document.etag());
        headers.put("vary", "Accept-Encoding, Accept");
        if (document.etag().equals(request.headers().get("if-none-match"))) {
            return new PageAnswer(304, document.contentType(), headers, Buffer.buffer());
        }
        // A document asked for by its hash never changes.
        if (request.query().containsKey("hash")) {
            headers.put("cache-control", "public, immutable");
        }
        if (request.headers().getOrDefault("accept-encoding", "").contains("gzip")) {
            headers.put("content-encoding", "gzip");
            return new PageAnswer(200, document.contentType(), headers, Buffer.buffer(document.gzip()));
        }
        return new PageAnswer(200, document.contentType(), headers, Buffer.buffer(document.body()));
    }

    private static Future<PageAnswer> json(ObjectNode tree, String contentType) {
        return Future.succeededFuture(new PageAnswer(200, contentType, Map.of(), Buffer.buffer(Json.bytes(tree))));
    }
}
