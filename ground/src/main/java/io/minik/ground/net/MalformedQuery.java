package io.minik.ground.net;

import io.vertx.core.http.HttpServerRequest;

/** Requests whose query has escapes that are none, which Vert.x tells by an exception at whoever reads it first. */
public final class MalformedQuery {
    private static final int BAD_REQUEST = 400;

    private MalformedQuery() {}

    /** Answers such a request, or has it handled. */
    public static void refuse(HttpServerRequest request, Connections.Guard guard, Runnable otherwise) {
        if (isReadable(request)) {
            otherwise.run();
            return;
        }
        guard.begin();
        request.resume();
        request.response()
                .setStatusCode(BAD_REQUEST)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end("400 Bad Request: the query is malformed\n")
                .onComplete(unused -> guard.end());
    }

    private static boolean isReadable(HttpServerRequest request) {
        String query = request.query();
        if (query == null || query.indexOf('%') < 0) {
            return true;
        }
        try {
            request.params();
            return true;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
