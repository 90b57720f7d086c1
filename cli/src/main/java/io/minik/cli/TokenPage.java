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
    private final boolean told;
    private volatile Optional<ServerTokens> tokens = Optional.empty();

    /** @param told the server's token comes from its options */
    TokenPage(Vertx vertx, boolean told) {
        this.vertx = vertx;
        this.told = told;
    }

    void answerFor(ServerTokens served) {
        tokens = Optional.of(served);
    }

    /** POST {@code {"newToken": "…"}}: answers with the token in its secure form. */
    Future<PageAnswer> page(PageRequest request) {
        if (!request.method().equals("POST")) {
            return Pages.answer(405, Json.object().put("error", "the token is changed by POST"));
        }
        if (told || tokens.isEmpty()) {
            return Pages.answer(
                    409,
                    Json.object()
                            .put(
                                    "error",
                                    "this server is told its token by --token (or the key token, or MINIK_TOKEN): change"
                                            + " it there and start the server anew; nodes that have joined stay"));
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
