package io.minik.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.http.ApiServer.Page;
import io.minik.server.http.ApiServer.PageAnswer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Documents of rooms that know no HTTP, as pages of the API server. */
final class Pages {
    private Pages() {}

    /** Beside minik's own: what OpenID Connect clients ask to check service account tokens by themselves. */
    static Map<String, Page> of(
            ServiceAccountTokens tokens, Encryption encryption, Map<String, Page> own, List<Object> options) {
        Map<String, Page> pages = new HashMap<>(ZPages.of(Build.THIS, options));
        pages.putAll(Map.of(
                "/.well-known/openid-configuration",
                request -> json(tokens.openIdConfiguration(), "application/json"),
                "/openid/v1/jwks",
                request -> json(tokens.jwks(), "application/jwk-set+json"),
                Encryption.PATH,
                encryption::page));
        pages.putAll(own);
        return pages;
    }

    /** What a page of minik's own says to a program. */
    static Future<PageAnswer> answer(int code, ObjectNode tree) {
        return Future.succeededFuture(
                new PageAnswer(code, "application/json", Map.of(), Buffer.buffer(Json.bytes(tree))));
    }

    private static Future<PageAnswer> json(ObjectNode tree, String contentType) {
        return Future.succeededFuture(new PageAnswer(200, contentType, Map.of(), Buffer.buffer(Json.bytes(tree))));
    }
}
