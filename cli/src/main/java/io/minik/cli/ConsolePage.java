package io.minik.cli;

import io.minik.ground.json.Json;
import io.minik.server.console.ConsoleEndpoint;
import io.minik.server.console.ConsoleLinks;
import io.minik.server.http.ApiServer;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.minik.server.join.JoinEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/** The console on this server, and where {@code minik console} asks for a link. Like all pages of minik's own, for who may do everything. */
final class ConsolePage {
    static final String PATH = "/minik/v1/console";

    private final boolean on;
    private final ConsoleLinks links;
    private final ConsoleEndpoint endpoint;

    ConsolePage(Vertx vertx, InstantSource clock, Parts parts) {
        this.on = parts.has(Parts.CONSOLE);
        this.links = new ConsoleLinks(clock);
        this.endpoint = new ConsoleEndpoint(vertx, links);
    }

    /** The console beside the paths that nodes join by. */
    void mount(ApiServer server, JoinEndpoint join) {
        server.mount(
                path -> JoinEndpoint.handles(path) || (on && ConsoleEndpoint.handles(path)),
                request -> (JoinEndpoint.handles(request.path()) ? join : endpoint).handle(request));
    }

    /** POST {@code {"token": "…"}}: answers with a code that stands for it, once. */
    Future<PageAnswer> page(PageRequest request) {
        if (!on) {
            return Pages.answer(
                    409,
                    Json.object().put("error", "this server has no console: it was started with --disable console"));
        }
        if (!request.method().equals("POST")) {
            return Pages.answer(405, Json.object().put("error", "a link is made by POST"));
        }
        return request.body()
                .get()
                .map(body -> links.open(Json.text(Json.parseObject(body.getBytes()), "token")))
                .compose(code -> Pages.answer(200, Json.object().put("code", code)))
                .recover(error -> error instanceof IllegalArgumentException
                        ? Pages.answer(400, Json.object().put("error", String.valueOf(error.getMessage())))
                        : Future.failedFuture(error));
    }
}
