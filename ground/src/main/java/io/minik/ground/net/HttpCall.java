package io.minik.ground.net;

import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request to a server that nobody vouches for: over within its time, and answered with no more than there is room for. One that is
 * given up is reset: else its connection stays with it, and a server that hung a few times is never asked again.
 */
public final class HttpCall {
    private final long mostBytes;
    private volatile @Nullable HttpClientRequest sent;
    private volatile boolean over;

    /** @param head whose trailers are there too */
    public record Answer(HttpClientResponse head, Buffer body) {
        public int code() {
            return head.statusCode();
        }
    }

    private HttpCall(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * An answer of whatever code.
     *
     * @param mostBytes of the answer's body
     * @param timeout of all, from the wait for a connection to the body's last byte
     */
    public static Future<Answer> send(
            HttpClient client, RequestOptions options, Buffer body, long mostBytes, Duration timeout) {
        HttpCall call = new HttpCall(mostBytes);
        Future<Answer> answered = client.request(options).compose(request -> call.send(request, body));
        return Loop.within(timeout, answered).onFailure(error -> call.leave());
    }

    private Future<Answer> send(HttpClientRequest request, Buffer body) {
        request.exceptionHandler(HttpCall::quietly);
        sent = request;
        if (over) {
            leave();
            return Future.failedFuture("too late");
        }
        return request.send(body).compose(this::whole);
    }

    private Future<Answer> whole(HttpClientResponse head) {
        Buffer body = Buffer.buffer();
        Promise<Answer> read = Promise.promise();
        head.exceptionHandler(read::tryFail);
        head.endHandler(end -> read.tryComplete(new Answer(head, body)));
        head.handler(piece -> {
            if (body.length() + piece.length() <= mostBytes) {
                body.appendBuffer(piece);
            } else if (read.tryFail("the answer is larger than " + mostBytes + " bytes")) {
                leave();
            }
        });
        return read.future();
    }

    private void leave() {
        over = true;
        HttpClientRequest request = sent;
        if (request != null) {
            request.reset().onFailure(HttpCall::quietly);
        }
    }

    /** Whoever asked is told by the Future. */
    private static void quietly(Throwable error) {}
}
