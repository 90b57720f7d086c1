package io.minik.agent.ingress;

import io.minik.agent.ingress.RouteOptions.Limits;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries one request to an endpoint and its answer back, as it comes, at the pace of the slower side.
 *
 * <pre>
 *   ASKING ── the connection is dead, and nothing of the request is lost ──▶ ASKING, somebody else
 *     │ └──── no answer ──▶ 502, 504
 *     ▼
 *   ANSWERING ── the back end breaks off ──▶ the client's connection, or stream, breaks off
 *     ▼
 *   over
 * </pre>
 */
final class Passage {
    private final Conversation conversation;
    private final Decision.Forward forward;
    private final Attempts attempts;
    private final Patience patience;
    private final boolean body;

    private @Nullable HttpClientRequest outgoing;
    private boolean answering;
    /** Bytes of the body that came; once there are some, nobody else can be asked. */
    private long received;

    private boolean sentAll;

    Passage(IngressLoop loop, Conversation conversation, Decision.Forward forward) {
        this.conversation = conversation;
        this.forward = forward;
        this.attempts = new Attempts(loop, conversation, forward);
        this.body = conversation.hasBody();
        this.patience = new Patience(conversation.guard(), this::late);
    }

    private Limits limits() {
        return forward.route().options().limits();
    }

    void start() {
        conversation.request().pause();
        conversation.response().closeHandler(unused -> gone());
        conversation.response().exceptionHandler(unused -> gone());
        ask();
    }

    private void ask() {
        attempts.next(forward.uri()).onSuccess(this::send).onFailure(error -> {
            // Nothing was sent: any method may try again.
            if (received == 0 && !conversation.isOver() && attempts.mayGoOn()) {
                ask();
            } else {
                fail(error);
            }
        });
    }

    private void send(HttpClientRequest request) {
        request.exceptionHandler(IngressLoop::quietly);
        if (conversation.isOver()) {
            request.reset().onFailure(IngressLoop::quietly);
            return;
        }
        outgoing = request;
        head(request);
        request.response().onSuccess(this::answer).onFailure(this::unanswered);
        patience.begin(body ? limits().sendSeconds() : limits().readSeconds());
        if (body) {
            pump(conversation.request(), request);
        } else {
            if (conversation.isHttp2()) {
                conversation.request().handler(unannounced -> {
                    if (unannounced.length() > 0) {
                        breakOff(400, "a body that was not announced");
                    }
                });
                conversation.request().resume();
            }
            sentAll = true;
            request.end().onFailure(IngressLoop::quietly);
        }
    }

    private void head(HttpClientRequest request) {
        HttpServerRequest from = conversation.request();
        PassedHeaders.request(
                from.headers(),
                request.headers(),
                conversation.told(),
                forward.target(),
                forward.route().options().rewrite());
        attempts.host(request);
        boolean http2 = forward.route().backend().protocol().isHttp2();
        if (http2 && PassedHeaders.hasToken(from.headers(), "TE", "trailers")) {
            request.putHeader("te", "trailers");
        }
        long length = conversation.contentLength();
        if (length >= 0) {
            request.putHeader("Content-Length", Long.toString(length));
        } else if (body) {
            request.setChunked(true);
        }
    }

    private void pump(HttpServerRequest from, HttpClientRequest to) {
        long most = limits().bodyBytes();
        from.handler(data -> {
            received += data.length();
            conversation.received(data.length());
            patience.moved();
            if (most > 0 && received > most) {
                breakOff(413, "a body of more than " + most + " bytes");
                return;
            }
            to.write(data).onFailure(IngressLoop::quietly);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> {
                    patience.moved();
                    from.resume();
                });
            }
        });
        from.endHandler(unused -> {
            sentAll = true;
            patience.begin(limits().readSeconds());
            to.end().onFailure(IngressLoop::quietly);
        });
        if (conversation.header("Expect").equalsIgnoreCase("100-continue")) {
            conversation.response().writeContinue().onFailure(IngressLoop::quietly);
        }
        if (conversation.contentLength() < 0) {
            // The first part of a stream may come after the back end's first answer.
            to.sendHead().onFailure(IngressLoop::quietly);
        }
        from.resume();
    }

    // ---- the answer

    private void unanswered(Throwable error) {
        if (conversation.isOver()) {
            return;
        }
        if (!body && Attempts.isDead(error) && Attempts.isIdempotent(conversation.method()) && attempts.mayGoOn()) {
            ask();
        } else {
            fail(error);
        }
    }

    private void fail(Throwable error) {
        breakOff(Attempts.isTimeout(error) ? 504 : 502, String.valueOf(error.getMessage()));
    }

    private void answer(HttpClientResponse from) {
        if (conversation.isOver()) {
            return;
        }
        if (from.statusCode() < 200) {
            breakOff(502, "an answer of " + from.statusCode() + " that nobody asked for");
            return;
        }
        answering = true;
        patience.moved();
        HttpServerResponse to = conversation.response();
        to.setStatusCode(from.statusCode());
        AnswerHead.pass(conversation, forward.route().options(), from.headers());
        attempts.cookie().ifPresent(cookie -> to.headers().add("Set-Cookie", cookie));
        String length = from.getHeader("Content-Length");
        if (length != null) {
            to.putHeader("Content-Length", length);
        }
        from.exceptionHandler(unused -> breakOff(502, "the back end broke off"));
        if (conversation.method().equals("HEAD") || from.statusCode() == 204 || from.statusCode() == 304) {
            from.endHandler(unused -> end(from, to));
            return;
        }
        if (length == null && !conversation.isHttp2()) {
            to.setChunked(true);
        }
        pump(from, to, length == null ? -1 : number(length));
    }

    /** @return -1 for what is none: then the end is where the connection ends */
    private static long number(String length) {
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void pump(HttpClientResponse from, HttpServerResponse to, long length) {
        long[] left = {length};
        from.handler((Buffer data) -> {
            patience.moved();
            conversation.sent(data.length());
            left[0] -= data.length();
            if (left[0] == 0) {
                // Head, body and end in one write, as most answers fit into.
                to.end(data).onFailure(IngressLoop::quietly);
                return;
            }
            to.write(data).onFailure(IngressLoop::quietly);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> {
                    patience.moved();
                    from.resume();
                });
            }
        });
        from.endHandler(unused -> end(from, to));
        if (length < 0) {
            // Streams whose first byte comes late still have a head.
            to.writeHead().onFailure(IngressLoop::quietly);
        }
    }

    private void end(HttpClientResponse from, HttpServerResponse to) {
        if (conversation.isOver()) {
            return;
        }
        patience.end();
        if (!to.ended()) {
            if (conversation.isHttp2()) {
                trailers(from.trailers(), to);
            }
            to.end().onFailure(IngressLoop::quietly);
        }
        if (!sentAll) {
            // Answered before the request was whole: the rest is not wanted.
            stop();
            conversation.stopListening();
        }
        conversation.finish(to.getStatusCode());
    }

    /** gRPC's status is there. */
    private static void trailers(MultiMap from, HttpServerResponse to) {
        from.forEach(trailer -> to.putTrailer(trailer.getKey(), trailer.getValue()));
    }

    // ---- ends that are none

    private void late() {
        breakOff(sentAll ? 504 : 408, "nothing moved in time");
    }

    private void breakOff(int status, String why) {
        patience.end();
        // First the client, or it hears of the end of the back end's connection instead.
        if (answering) {
            conversation.broken();
        } else if (!conversation.isOver()) {
            conversation.refuse(status, why);
        }
        stop();
    }

    private void gone() {
        patience.end();
        if (!conversation.isOver()) {
            stop();
            // nginx' word for it.
            conversation.finish(answering ? conversation.response().getStatusCode() : 499);
        }
    }

    private void stop() {
        Optional.ofNullable(outgoing).ifPresent(request -> request.reset().onFailure(IngressLoop::quietly));
    }
}
