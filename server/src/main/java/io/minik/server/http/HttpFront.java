package io.minik.server.http;

import io.minik.ground.net.Connections;
import io.minik.ground.net.Crowd;
import io.minik.ground.net.JoinedFlushes;
import io.minik.ground.net.MalformedQuery;
import io.minik.ground.net.UpgradeByPost;
import io.minik.ground.tls.TlsEngine;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.TrustOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** One event loop of the HTTPS server; several share the port. */
final class HttpFront extends VerticleBase {
    /** Streams of one HTTP/2 connection: clients such as controllers hold a watch per kind on one connection. */
    private static final int MAX_STREAMS = 250;

    /** Longest request line and headers: long label selectors and tokens go there. */
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    /** Streams that a client may open and reset at once (CVE-2023-44487): kubectl and client-go reset a watch each. */
    private static final int MAX_RESETS = 200;

    private static final int RESET_WINDOW_SECONDS = 30;

    /** Pieces of one header that are nearly empty (CVE-2024-27316). */
    private static final int MAX_CONTINUATIONS = 16;

    private final ApiServerConfig config;
    private final Crowd crowd;
    private final BiConsumer<HttpServerRequest, Connections> handler;
    private final IntConsumer bound;
    private @Nullable HttpServer server;

    /** @param crowd of all loops */
    HttpFront(
            ApiServerConfig config,
            Crowd crowd,
            BiConsumer<HttpServerRequest, Connections> handler,
            IntConsumer bound) {
        this.config = config;
        this.crowd = crowd;
        this.handler = handler;
        this.bound = bound;
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setMaxInitialLineLength(MAX_HEADER_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setTcpNoDelay(true)
                // Which subprotocol is right differs by what is asked: HttpExchange.upgrade leaves one, which is taken.
                .addWebSocketSubProtocol("*")
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setSslHandshakeTimeout(Connections.HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
                .setHttp2RstFloodWindowDuration(RESET_WINDOW_SECONDS)
                .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
                .setHttp2MaxSmallContinuationFrames(MAX_CONTINUATIONS)
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(MAX_STREAMS)
                        .setMaxHeaderListSize(MAX_HEADER_BYTES));
        config.tls().ifPresent(serving -> {
            options.setSsl(true)
                    .setSslEngineOptions(TlsEngine.forServers())
                    .setUseAlpn(true)
                    .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                    .setKeyCertOptions(serving.identity());
            serving.clients().ifPresent(clients -> options.setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(TrustOptions.wrap(clients.trustManager())));
        });
        Connections connections =
                new Connections(vertx, Connections.MAX_STRANGERS / Math.max(1, config.loops()), crowd);
        HttpServer made = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    UpgradeByPost.allow(connection);
                    JoinedFlushes.of(connection);
                    connections.opened(connection);
                })
                .requestHandler(request -> {
                    Connections.Guard guard = connections.of(request.connection());
                    guard.inTurn(
                            request,
                            () -> MalformedQuery.refuse(request, guard, () -> handler.accept(request, connections)));
                });
        server = made;
        return made.listen().onSuccess(listening -> bound.accept(listening.actualPort()));
    }

    @Override
    public Future<?> stop() {
        HttpServer open = server;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
