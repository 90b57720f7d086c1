package io.minik.cli;

import io.minik.ground.json.Json;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.minik.server.join.ServerTokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.Optional;

/** Where {@code minik token rotate} asks. Like all pages of minik's own, only for who may do everything. */
final class TokenPage {
    static final String PATH = "/minik/v1/token";

    private final Vertx vertx;
    /** Why the token can't be changed here, empty: it can. */
    private final String fixed;

    private volatile Optional<ServerTokens> tokens = Optional.empty();

    /** @param fixed of {@link #fixed} */
    TokenPage(Vertx vertx, String fixed) {
        this.vertx = vertx;
        this.fixed = fixed;
    }

    static String fixed(ServerOptions options) {
        if (options.datastore.isElsewhere()) {
            return "what the servers of one etcd share is sealed by their token there: it is not changed in this version";
        }
        return options.tokens.token.isEmpty()
                ? ""
                : "this server is told its token by --token (or the key token, or MINIK_TOKEN): change"
                        + " it there and start the server anew; nodes that have joined stay";
    }

    void answerFor(ServerTokens served) {
        tokens = Optional.of(served);
    }

    /** POST {@code {"newToken": "…"}}: answers with the token in its secure form. */
    Future<PageAnswer> page(PageRequest request) {
        if (!request.method().equals("POST")) {
            return Pages.answer(405, Json.object().put("error", "the token is changed by POST"));
        }
        if (!fixed.isEmpty() || tokens.isEmpty()) {
            return Pages.answer(
                    409, Json.object().put("error", fixed.isEmpty() ? "this server has no token yet" : fixed));
        }
        ServerTokens served = tokens.get();
        return request.body()
                .get()
                .compose(body -> vertx.executeBlocking(
                        () -> served.rotate(Json.text(Json.parseObject(body.getBytes()), "newToken"))))
                .map(token -> new PageAnswer(200, "text/plain", Map.of(), Buffer.buffer(token.text() + "\n")))
                .recover(error -> error instanceof IllegalArgumentException
                        ? Pages.answer(400, Json.object().put("error", String.valueOf(error.getMessage())))
                        : Future.failedFuture(error));
    }
}
