package io.minik.ground.net;

import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** The body of a request that is small by its nature, and read as a whole. */
public final class SmallBody {
    private SmallBody() {}

    /** There is more of it than there may be. */
    public static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLarge(int mostBytes) {
            super("the body has more than " + mostBytes + " bytes");
        }
    }

    /**
     * Call it on the request's context, before any of the body has come or while the request is paused.
     *
     * @return fails with {@link TooLarge}, or with a TimeoutException if it did not come in time
     */
    public static Future<Buffer> of(HttpServerRequest request, int mostBytes, Duration most) {
        Buffer all = Buffer.buffer();
        Promise<Buffer> done = Promise.promise();
        request.handler(part -> {
            if (all.length() + part.length() > mostBytes) {
                done.tryFail(new TooLarge(mostBytes));
            } else {
                all.appendBuffer(part);
            }
        });
        request.exceptionHandler(done::tryFail);
        request.endHandler(end -> done.tryComplete(all));
        request.resume();
        return Loop.within(most, done.future());
    }
}
