package io.minik.agent.ingress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.NetSocket;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A request that asks for another protocol, WebSocket mostly. If the back end agrees, both connections become the ends of one pipe of
 * bytes; if not, its answer is passed on, and that was that.
 */
final class UpgradePassage {
    private static final int SWITCHING_PROTOCOLS = 101;
    /** nginx' word for it. */
    private static final int CLIENT_GONE = 499;

    /** That hop's, or what would let the client speak HTTP past all rules (h2c). */
    private static final Set<String> NOT_UPGRADES = Set.of("h2c", "http/2.0", "http/1.1", "tls/1.0");

    private final Conversation conversation;
    private final Decision.Forward forward;
    private final Attempts attempts;
    private final Patience patience;
    private Runnable stop = () -> {};

    UpgradePassage(IngressLoop loop, Conversation conversation, Decision.Forward forward) {
        this.conversation = conversation;
        this.forward = forward;
        this.attempts = new Attempts(loop, conversation, forward);
        this.patience = new Patience(conversation.guard(), this::late);
    }

    static boolean asked(Conversation conversation) {
        if (conversation.request().version() != HttpVersion.HTTP_1_1
                || !conversation.method().equals("GET")
                || conversation.hasBody()) {
            return false;
        }
        String upgrade = conversation.header("Upgrade").strip().toLowerCase(Locale.ROOT);
        return !upgrade.isEmpty()
                && upgrade.indexOf(',') < 0
                && !NOT_UPGRADES.contains(upgrade)
                && PassedHeaders.hasToken(conversation.request().headers(), "Connection", "upgrade");
    }

    void start() {
        conversation
                .response()
                .closeHandler(unused -> end(conversation.response().headWritten() ? SWITCHING_PROTOCOLS : CLIENT_GONE));
        ask();
    }

    private void ask() {
        attempts.next(forward.uri()).onSuccess(this::send).onFailure(error -> {
            if (!conversation.isOver() && attempts.mayGoOn()) {
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
        stop = () -> request.reset().onFailure(IngressLoop::quietly);
        PassedHeaders.request(
                conversation.request().headers(),
                request.headers(),
                conversation.told(),
                forward.target(),
                forward.route().options().rewrite());
        attempts.host(request);
        request.putHeader("Connection", "Upgrade").putHeader("Upgrade", conversation.header("Upgrade"));
        patience.begin(forward.route().options().limits().readSeconds());
        request.connect().onSuccess(this::answered).onFailure(this::fail);
    }

    private void fail(Throwable error) {
        patience.end();
        if (!conversation.isOver()) {
            conversation.refuse(Attempts.isTimeout(error) ? 504 : 502, String.valueOf(error.getMessage()));
        }
    }

    private void late() {
        if (conversation.response().headWritten()) {
            conversation.request().connection().close().onFailure(IngressLoop::quietly);
            end(SWITCHING_PROTOCOLS);
        } else {
            conversation.refuse(504, "nothing moved in time");
        }
        stop.run();
    }

    private void answered(HttpClientResponse from) {
        from.exceptionHandler(IngressLoop::quietly);
        if (conversation.isOver()) {
            stop.run();
        } else if (from.statusCode() == SWITCHING_PROTOCOLS) {
            join(from);
        } else {
            refused(from);
        }
    }

    /** What the back end says instead: as a whole, and small. */
    private void refused(HttpClientResponse from) {
        HttpServerResponse to = conversation.response();
        to.setStatusCode(from.statusCode());
        AnswerHead.pass(conversation, forward.route().options(), from.headers());
        to.setChunked(true);
        from.handler((Buffer data) -> {
            patience.moved();
            conversation.sent(data.length());
            to.write(data).onFailure(IngressLoop::quietly);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> from.resume());
            }
        });
        from.exceptionHandler(unused -> {
            patience.end();
            conversation.broken();
        });
        from.endHandler(unused -> {
            to.end().onFailure(IngressLoop::quietly);
            end(from.statusCode());
        });
        from.resume();
    }

    private void join(HttpClientResponse from) {
        NetSocket far = from.netSocket();
        far.pause();
        HttpServerResponse response = conversation.response();
        response.setStatusCode(SWITCHING_PROTOCOLS);
        for (Map.Entry<String, String> header : from.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!name.equals("content-length") && !name.equals("transfer-encoding")) {
                response.headers().add(header.getKey(), header.getValue());
            }
        }
        stop = () -> far.close().onFailure(IngressLoop::quietly);
        conversation
                .request()
                .toNetSocket()
                .onSuccess(near -> {
                    carry(near, far, true);
                    carry(far, near, false);
                })
                .onFailure(error -> {
                    IngressLoop.quietly(error);
                    stop.run();
                    end(SWITCHING_PROTOCOLS);
                });
    }

    /** One direction. When one side is gone, so is the other. */
    private void carry(NetSocket from, NetSocket to, boolean up) {
        from.handler((Buffer data) -> {
            patience.moved();
            if (up) {
                conversation.received(data.length());
            } else {
                conversation.sent(data.length());
            }
            to.write(data).onFailure(IngressLoop::quietly);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> from.resume());
            }
        });
        from.exceptionHandler(IngressLoop::quietly);
        from.closeHandler(unused -> {
            to.close().onFailure(IngressLoop::quietly);
            end(SWITCHING_PROTOCOLS);
        });
        from.resume();
    }

    private void end(int status) {
        patience.end();
        if (!conversation.isOver()) {
            stop.run();
            conversation.finish(status);
        }
    }
}
