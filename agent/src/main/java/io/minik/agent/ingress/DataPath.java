package io.minik.agent.ingress;

import io.minik.ground.net.Connections;
import io.minik.ground.net.Crowd;
import io.minik.ground.tls.NamedIdentities;
import io.minik.ground.tls.TlsEngine;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLEngineOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What listens and passes on, on event loops of its own: there from the first Ingress to the last. The table is swapped as a whole;
 * requests under way keep the one that they began with. Any thread.
 */
final class DataPath {
    private static final Logger log = LoggerFactory.getLogger(DataPath.class);

    /** Of a request line; of all headers: ingress-nginx' and then some. */
    private static final int MOST_LINE_BYTES = 8 * 1024;

    private static final int MOST_HEADER_BYTES = 16 * 1024;
    private static final int MOST_STREAMS = 100;

    private final Vertx vertx;
    private final List<IngressLoop> loops = new ArrayList<>();
    private final List<HttpServer> servers = new ArrayList<>();
    private volatile RoutingTable table = RoutingTable.EMPTY;

    /** @param host to listen at */
    record Place(String host, int port, boolean tls) {}

    private DataPath(Vertx vertx) {
        this.vertx = vertx;
    }

    /** @param vertx its own; closed with it */
    static Future<DataPath> open(Vertx vertx, int loops, RouteFigures figures, Optional<AccessLog> accessLog) {
        DataPath path = new DataPath(vertx);
        Crowd crowd = IngressLoop.crowd();
        IngressLoop.Shared shared = new IngressLoop.Shared(() -> path.table, figures, accessLog);
        List<Future<Context>> contexts = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            contexts.add(context(vertx));
        }
        return Future.all(contexts).map(all -> {
            contexts.forEach(context -> path.loops.add(new IngressLoop(vertx, context.result(), crowd, shared)));
            return path;
        });
    }

    private static Future<Context> context(Vertx vertx) {
        Promise<Context> lent = Promise.promise();
        return vertx.deployVerticle(new AbstractVerticle() {
                    @Override
                    public void start() {
                        lent.complete(context);
                    }
                })
                .compose(id -> lent.future());
    }

    void route(RoutingTable next) {
        table = next;
    }

    Vertx vertx() {
        return vertx;
    }

    /**
     * Fails if somebody else has the port; what others of this path listen at goes on.
     *
     * @return the port
     */
    Future<Integer> listen(Place place, NamedIdentities identities) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(place.host())
                .setPort(place.port() == 0 ? anyFree(place) : place.port())
                .setHttp2ClearTextEnabled(false)
                // WebSockets are passed on as they are: nobody here reads their frames.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxInitialLineLength(MOST_LINE_BYTES)
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                // A dead client's connection is noticed by the kernel, however long its streams may be silent.
                .setTcpKeepAlive(true)
                .setTcpNoDelay(true);
        if (place.tls()) {
            SSLEngineOptions engine = TlsEngine.forServers();
            options.setSsl(true)
                    .setSslEngineOptions(engine)
                    .setUseAlpn(true)
                    .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                    .setSslHandshakeTimeout(Connections.HANDSHAKE_SECONDS)
                    .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                    .setKeyCertOptions(KeyCertOptions.wrap(identities))
                    .setInitialSettings(new Http2Settings()
                            .setMaxConcurrentStreams(MOST_STREAMS)
                            .setMaxHeaderListSize(MOST_HEADER_BYTES));
        }
        Future<Integer> listening = Future.succeededFuture(place.port());
        for (IngressLoop loop : loops) {
            listening = listening.compose(port -> listen(loop, options));
        }
        return listening;
    }

    /** Vert.x' word for one that all loops share. */
    private static int anyFree(Place place) {
        return place.tls() ? -2 : -1;
    }

    /** All loops share one socket: the first one opens it. */
    private Future<Integer> listen(IngressLoop loop, HttpServerOptions options) {
        Promise<Integer> done = Promise.promise();
        loop.context().runOnContext(unused -> {
            HttpServer server = vertx.createHttpServer(options)
                    .connectionHandler(loop::opened)
                    .requestHandler(loop::take)
                    .invalidRequestHandler(loop::takeInvalid)
                    .exceptionHandler(IngressLoop::quietly);
            server.listen()
                    .onSuccess(listening -> {
                        synchronized (servers) {
                            servers.add(listening);
                        }
                    })
                    .map(HttpServer::actualPort)
                    .onComplete(done);
        });
        return done.future();
    }

    Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        synchronized (servers) {
            servers.forEach(server -> closing.add(server.close()));
        }
        loops.forEach(loop -> closing.add(loop.close()));
        return Future.join(closing).eventually(vertx::close).<Void>mapEmpty().onFailure(error -> log.atWarn()
                .addKeyValue("err", error.toString())
                .log("the ingress could not be closed in order"));
    }
}
