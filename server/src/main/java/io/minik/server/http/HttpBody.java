package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.ground.loop.Loop;
import io.minik.ground.net.Connections;
import io.minik.server.authn.User;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The body of an HTTP request: counted as it comes, in time or not at all. On the request's context. */
final class HttpBody implements RequestBody {
    /** kube-apiserver's limit of a request body. */
    static final int MAX_BYTES = 3 * 1024 * 1024;

    /** A little less than a request may take in all, so that the answer says what was late. */
    private static final int SECONDS = 55;

    /** What a refused client may still send for its answer to reach it: as Go's server, which then closes. */
    private static final long LEFTOVER_BYTES = 256 * 1024;

    private static final long LEFTOVER_SECONDS = 5;

    private final Vertx vertx;
    private final HttpServerRequest http;
    private final Connections.Guard guard;
    private final ByteBudget.Hold hold;
    private final List<Buffer> parts = new ArrayList<>();
    private final Promise<Buffer> whole = Promise.promise();
    private int length;
    private Connections.@Nullable Deadline deadline;

    HttpBody(Vertx vertx, HttpServerRequest http, Connections.Guard guard, ByteBudget.Hold hold) {
        this.vertx = vertx;
        this.http = http;
        this.guard = guard;
        this.hold = hold;
    }

    ByteBudget.Hold hold() {
        return hold;
    }

    @Override
    public Future<Buffer> read(User user) {
        long announced = announced();
        if (announced == 0 || (announced < 0 && http.isEnded())) {
            return Future.succeededFuture(Buffer.buffer());
        }
        if (announced > MAX_BYTES) {
            return Future.failedFuture(tooLarge());
        }
        http.handler(part -> take(user, part));
        http.endHandler(unused -> done());
        // Nobody reads this answer, but whoever leaves is no fault of the server's, as the log would have it otherwise.
        http.exceptionHandler(gone -> fail(ApiException.badRequest("unexpected EOF")));
        deadline = guard.within(SECONDS, () -> fail(late()));
        if ("100-continue".equalsIgnoreCase(http.getHeader("Expect"))) {
            http.response().writeContinue().onFailure(this::fail);
        }
        http.resume();
        return whole.future();
    }

    private void take(User user, Buffer part) {
        if (whole.future().isComplete()) {
            return;
        }
        if (length + part.length() > MAX_BYTES) {
            fail(tooLarge());
            return;
        }
        try {
            hold.grow(user, part.length());
        } catch (ApiException tooMany) {
            fail(tooMany);
            return;
        }
        length += part.length();
        parts.add(part);
    }

    private void done() {
        inTime();
        if (parts.size() == 1) {
            whole.tryComplete(parts.get(0));
        } else {
            Buffer all = Buffer.buffer(length);
            parts.forEach(all::appendBuffer);
            whole.tryComplete(all);
        }
        parts.clear();
    }

    private void inTime() {
        Connections.Deadline open = deadline;
        if (open != null) {
            open.met();
            deadline = null;
        }
    }

    /** What came is of no use any more: nothing of it is kept. */
    private void fail(Throwable why) {
        inTime();
        parts.clear();
        length = 0;
        hold.close();
        whole.tryFail(why);
    }

    /** Bytes that the head announces; -1: it doesn't say. */
    private long announced() {
        String length = http.getHeader("Content-Length");
        if (length == null) {
            return http.version() != HttpVersion.HTTP_2 && http.getHeader("Transfer-Encoding") == null ? 0 : -1;
        }
        try {
            return Long.parseLong(length.strip().toLowerCase(Locale.ROOT));
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Whether the connection has to go after the answer, since a body is still on its way. Before the head is written. */
    boolean spoils() {
        long announced = announced();
        return http.version() != HttpVersion.HTTP_2
                && announced != 0
                && !http.isEnded()
                && (announced < 0 || announced > LEFTOVER_BYTES);
    }

    /** After the answer of a request whose body nobody read: what still comes is dropped, for a moment. */
    void leave() {
        if (http.version() == HttpVersion.HTTP_2 || announced() == 0 || http.isEnded()) {
            return;
        }
        http.handler(dropped -> {});
        http.resume();
        Loop.here(vertx).after(Duration.ofSeconds(LEFTOVER_SECONDS), () -> {
            if (!http.isEnded()) {
                http.connection().close().onFailure(ProxyPipe::quietly);
            }
        });
    }

    private static ApiException tooLarge() {
        return ApiException.of(
                Reason.RequestEntityTooLarge, "Request entity too large: limit is " + MAX_BYTES, Details.NONE);
    }

    private static ApiException late() {
        return ApiException.of(
                Reason.Timeout, "Timeout: the body of the request did not come within " + SECONDS + " s", Details.NONE);
    }
}
