package io.minik.agent.probe;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;

/** The beginning of an answer: a container can send without end, and only some text of it is wanted. */
final class BoundedBody {
    private BoundedBody() {}

    /** To be called in the very call that brings the answer. What comes beyond the limit is not waited for. */
    static Future<Buffer> of(HttpClientResponse response, int mostBytes) {
        Promise<Buffer> done = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            int room = mostBytes - body.length();
            body.appendBuffer(part, 0, Math.min(room, part.length()));
            if (part.length() > room && done.tryComplete(body)) {
                response.request().reset().onFailure(done::tryFail);
            }
        });
        response.exceptionHandler(done::tryFail);
        response.endHandler(end -> done.tryComplete(body));
        return done.future();
    }
}
