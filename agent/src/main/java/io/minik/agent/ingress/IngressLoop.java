package io.minik.agent.ingress;

import io.minik.ground.net.Connections;
import io.minik.ground.net.Crowd;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that one event loop has of the data path: its clients' connections, its connections to back ends. Owned by its context. */
final class IngressLoop {
    private static final Logger log = LoggerFactory.getLogger(IngressLoop.class);

    /** Connections that wait for a next request: some 50 kB each with TLS. The oldest makes room for a new one. */
    static final int MOST_IDLE = 512;

    /** Requests under way, each with at most some 100 kB between a reader and a writer of different speed. */
    static final int MOST_BUSY = 1024;

    /** One address alone, which may be a proxy for many, leaves a quarter to others. */
    private static final int MOST_BUSY_OF_ADDRESS = MOST_BUSY * 3 / 4;

    /** To one endpoint; who comes later waits for one of them. */
    private static final int MOST_TO_ENDPOINT = 256;

    private static final int KEPT_SECONDS = 60;
    private static final int WAITING_TO_ENDPOINT = 512;
    private static final int MOST_ANSWER_HEADER_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final Context context;
    private final Supplier<RoutingTable> table;
    private final RouteFigures figures;
    private final Optional<AccessLog> accessLog;
    private final Connections connections;
    private final Map<BackendProtocol, HttpClientAgent> clients = new EnumMap<>(BackendProtocol.class);
    private int busy;

    IngressLoop(Vertx vertx, Context context, Crowd crowd, Shared shared) {
        this.vertx = vertx;
        this.context = context;
        this.table = shared.table();
        this.figures = shared.figures();
        this.accessLog = shared.accessLog();
        this.connections = new Connections(vertx, MOST_IDLE, crowd);
    }

    /** What all loops have together. */
    record Shared(Supplier<RoutingTable> table, RouteFigures figures, Optional<AccessLog> accessLog) {}

    static Crowd crowd() {
        return new Crowd(MOST_BUSY, MOST_BUSY_OF_ADDRESS);
    }

    Context context() {
        return context;
    }

    RouteFigures figures() {
        return figures;
    }

    Optional<AccessLog> accessLog() {
        return accessLog;
    }

    void opened(HttpConnection connection) {
        connections.opened(connection);
    }

    void take(HttpServerRequest request) {
        Connections.Guard guard = connections.of(request.connection());
        if (guard.isDoomed()) {
            return;
        }
        request.exceptionHandler(IngressLoop::quietly);
        boolean named = guard.isKnown() || guard.known("client", 1);
        // Counted when its turn comes: one whose connection goes before is nobody's, and would be counted for ever.
        guard.inTurn(request, () -> serve(begin(request, guard), named));
    }

    private void serve(Conversation conversation, boolean named) {
        if (busy > MOST_BUSY || !named) {
            conversation.refuse(503, "too many requests under way");
            return;
        }
        try {
            decide(conversation);
        } catch (RuntimeException e) {
            // One request's, and nobody else's: without an answer it would be under way for ever.
            boolean gone = conversation.response().closed();
            if (!gone) {
                log.atError().setCause(e).log("a request could not be served");
            }
            conversation.guard().doom();
            conversation.refuse(500, "a fault of ours");
        }
    }

    private Conversation begin(HttpServerRequest request, Connections.Guard guard) {
        guard.begin();
        busy++;
        figures.underWay(1);
        return new Conversation(this, request, guard);
    }

    /** A conversation is over. */
    void ended(Connections.Guard guard) {
        busy--;
        figures.underWay(-1);
        guard.end();
        guard.rest();
    }

    /** What no decoder can read. */
    void takeInvalid(HttpServerRequest request) {
        Connections.Guard guard = connections.of(request.connection());
        if (guard.isDoomed()) {
            return;
        }
        Conversation conversation = begin(request, guard);
        Throwable cause = request.decoderResult().cause();
        conversation.refuse(
                cause instanceof TooLongHttpLineException ? 414 : cause instanceof TooLongFrameException ? 431 : 400,
                String.valueOf(cause));
        guard.doom();
        request.connection().close().onFailure(IngressLoop::quietly);
    }

    private void decide(Conversation conversation) {
        HttpServerRequest request = conversation.request();
        if (request.headers().size() > PassedHeaders.MOST) {
            conversation.refuse(431, "too many headers");
            return;
        }
        if (!conversation.isHttp2() && !understood(request)) {
            conversation.refuse(400, "a transfer encoding that is not chunked alone, or a header without a name");
            return;
        }
        Decision decision = Decision.of(table.get(), conversation);
        if (decision instanceof Decision.Forward forward) {
            conversation.routed(forward.route());
            forward(conversation, forward);
        } else if (decision instanceof Decision.Refuse refuse) {
            refuse.route().ifPresent(conversation::routed);
            conversation.refuse(refuse.status(), refuse.why());
        } else if (decision instanceof Decision.Redirect redirect) {
            conversation.routed(redirect.route());
            conversation.redirect(redirect.status(), redirect.location());
        } else if (decision instanceof Decision.Preflight preflight) {
            conversation.routed(preflight.route());
            CrossOrigin.answer(conversation, preflight);
        } else {
            throw new IllegalStateException("unknown decision " + decision);
        }
    }

    /** Netty reads other encodings as no body, and what follows them as the next request. */
    private static boolean understood(HttpServerRequest request) {
        // Before a colon there may be nothing, says the decoder.
        if (request.headers().contains("")) {
            return false;
        }
        var encodings = request.headers().getAll("Transfer-Encoding");
        return encodings.isEmpty()
                || (encodings.size() == 1
                        && encodings.get(0).equalsIgnoreCase("chunked")
                        && request.version() == HttpVersion.HTTP_1_1);
    }

    private void forward(Conversation conversation, Decision.Forward forward) {
        if (UpgradePassage.asked(conversation)
                && !forward.route().backend().protocol().isHttp2()) {
            new UpgradePassage(this, conversation, forward).start();
        } else {
            new Passage(this, conversation, forward).start();
        }
    }

    HttpClientAgent client(BackendProtocol protocol) {
        return clients.computeIfAbsent(protocol, this::client0);
    }

    private HttpClientAgent client0(BackendProtocol protocol) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(protocol.isHttp2() ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false)
                .setSsl(protocol.isTls())
                .setUseAlpn(protocol.isTls() && protocol.isHttp2())
                .setTrustAll(true)
                .setVerifyHost(false)
                .setMaxHeaderSize(MOST_ANSWER_HEADER_BYTES)
                .setKeepAliveTimeout(KEPT_SECONDS)
                .setTcpNoDelay(true);
        return vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions()
                        .setHttp1MaxSize(MOST_TO_ENDPOINT)
                        .setHttp2MaxSize(MOST_TO_ENDPOINT)
                        .setMaxWaitQueueSize(WAITING_TO_ENDPOINT))
                .withConnectHandler(connection -> connection.exceptionHandler(IngressLoop::quietly))
                .build();
    }

    Future<Void> close() {
        return Future.join(clients.values().stream().map(HttpClientAgent::close).toList())
                .mapEmpty();
    }

    static void quietly(Throwable error) {
        log.atDebug().addKeyValue("err", String.valueOf(error.getMessage())).log("a connection broke off");
    }
}
