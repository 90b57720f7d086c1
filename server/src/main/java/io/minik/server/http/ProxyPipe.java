package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.ground.net.HttpCall;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one request to a place and its answer back, with backpressure both ways. If both sides agree to upgrade
 * (WebSocket, SPDY), the connections become two ends of one pipe of raw bytes.
 */
final class ProxyPipe {
    private static final Logger log = LoggerFactory.getLogger(ProxyPipe.class);

    /** Streams to one kubelet at a time: each followed log and each exec holds a connection. */
    private static final int MAX_CONNECTIONS = 1000;

    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int OK = 200;

    /** Figures of a thousand containers are a quarter of it. */
    private static final int MOST_ASKED_BYTES = 2 << 20;
    /** Of an answer that is an error: as much as fits into an event. */
    private static final int MOST_TOLD_BYTES = 500;

    /** Whoever asks for figures does not wait for longer. */
    private static final Duration ASKED_PATIENCE = Duration.ofSeconds(5);

    /** What belongs to one hop, or to the API server alone. */
    private static final Set<String> NOT_FORWARDED = Set.of(
            "host",
            "authorization",
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "accept-encoding",
            "minik-upgrade-by-post");

    // Filled when made, read by all loops.
    private final Map<Line, HttpClientAgent> clients = new EnumMap<>(Line.class);

    /** How a place is spoken to. */
    enum Line {
        PLAIN,
        /** Whoever has the address: upstream verifies neither pods nor services. */
        TLS,
        /** With the API server's identity, and to kubelets of this cluster alone. */
        KUBELET
    }

    /** Where a request goes. */
    record Place(String host, int port, Line line) {}

    ProxyPipe(Vertx vertx, ApiServerConfig.KubeletTls tls) {
        HttpClientOptions options = new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setTcpNoDelay(true);
        // Pods come and go, and their addresses with them: a kept connection may be to somebody who is gone.
        HttpClientOptions toPods = new HttpClientOptions(options).setKeepAlive(false);
        clients.put(Line.PLAIN, client(vertx, toPods));
        clients.put(
                Line.TLS,
                client(
                        vertx,
                        new HttpClientOptions(toPods)
                                .setSsl(true)
                                .setTrustAll(true)
                                .setVerifyHost(false)));
        clients.put(
                Line.KUBELET,
                client(
                        vertx,
                        new HttpClientOptions(options)
                                .setSsl(true)
                                .setVerifyHost(true)
                                .setKeyCertOptions(tls.identity())
                                .setTrustOptions(tls.trust())));
    }

    private static HttpClientAgent client(Vertx vertx, HttpClientOptions options) {
        return vertx.httpClientBuilder()
                .with(options)
                .with(new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS))
                // After an upgrade nobody else hears that the connection ended.
                .withConnectHandler(connection -> connection.exceptionHandler(ProxyPipe::quietly))
                .build();
    }

    Future<Void> close() {
        return Future.join(clients.values().stream().map(HttpClientAgent::close).toList())
                .mapEmpty();
    }

    private HttpClientAgent client(Line line) {
        return Objects.requireNonNull(clients.get(line));
    }

    /** Succeeds when the other side answered: then the answer only needs to be let through. */
    Future<Answer> open(ApiRequest request, Place place, String uri, Passing passing) {
        HttpServerRequest http = request.wire()
                .orElseThrow(() -> ApiException.badRequest("streams are served over HTTP alone"))
                .request();
        RequestOptions options = new RequestOptions()
                .setMethod(http.method())
                .setHost(place.host())
                .setPort(place.port())
                .setURI(uri);
        return carry(http, client(place.line()).request(options), passing)
                .recover(error ->
                        Future.failedFuture(error instanceof ApiException ? error : passing.unreachable(place, error)));
    }

    /** The same on a connection that somebody else opens. Fails with what kept it from being answered. */
    static Future<Answer> carry(HttpServerRequest http, Future<HttpClientRequest> opened, Passing passing) {
        return opened.compose(outgoing -> {
            outgoing.exceptionHandler(ProxyPipe::quietly);
            copyHeaders(http.headers(), outgoing.headers());
            passing.prepare(http, outgoing);
            return passing.upgrades() && upgrades(http)
                    ? upgrade(http, outgoing, passing)
                    : forward(http, outgoing, passing);
        });
    }

    /** A request without a body on the server's own behalf, its answer whole. */
    Future<Buffer> ask(Place place, String method, String uri) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.valueOf(method))
                .setHost(place.host())
                .setPort(place.port())
                .setURI(uri);
        return HttpCall.send(client(place.line()), options, Buffer.buffer(), MOST_ASKED_BYTES, ASKED_PATIENCE)
                .compose(answer -> answer.code() == OK
                        ? Future.succeededFuture(answer.body())
                        : Future.failedFuture(ApiException.unavailable("the kubelet at " + place.host() + " answers "
                                + answer.code() + " to " + method + " " + uri + why(answer.body()))));
    }

    private static String why(Buffer body) {
        String text =
                body.getString(0, Math.min(body.length(), MOST_TOLD_BYTES)).strip();
        return text.isEmpty() ? "" : ": " + text;
    }

    static boolean upgrades(HttpServerRequest http) {
        String connection = http.getHeader("Connection");
        return http.getHeader("Upgrade") != null
                && connection != null
                && connection.toLowerCase(Locale.ROOT).contains("upgrade");
    }

    private static Future<Answer> forward(HttpServerRequest http, HttpClientRequest outgoing, Passing passing) {
        http.response().closeHandler(unused -> outgoing.reset().onFailure(ProxyPipe::quietly));
        Future<HttpClientResponse> answered;
        String length = http.getHeader("Content-Length");
        if (length == null && http.getHeader("Transfer-Encoding") == null) {
            answered = outgoing.send();
        } else {
            if (length == null) {
                outgoing.setChunked(true);
            } else {
                outgoing.putHeader("Content-Length", length);
            }
            answered = outgoing.send(http);
        }
        return answered.compose(response -> {
            if (response.statusCode() == SWITCHING_PROTOCOLS) {
                // Nobody asked for another protocol: what follows is no answer of this one.
                outgoing.reset().onFailure(ProxyPipe::quietly);
                return Future.failedFuture(new IOException("the connection was switched to another protocol unasked"));
            }
            response.pause();
            return passing.answer(http, response);
        });
    }

    /** The answer as it is. */
    static void pass(HttpClientResponse from, HttpServerResponse to) {
        passHead(from, to);
        to.writeHead().onFailure(ProxyPipe::quietly);
        from.pipeTo(to).onFailure(ProxyPipe::quietly);
    }

    /** Status and headers, of which the caller may still change some. */
    static void passHead(HttpClientResponse from, HttpServerResponse to) {
        to.setStatusCode(from.statusCode());
        Set<String> ofThisHop = ofThisHop(from.headers());
        from.headers().forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!NOT_FORWARDED.contains(name) && !name.equals("audit-id") && !ofThisHop.contains(name)) {
                to.headers().add(header.getKey(), header.getValue());
            }
        });
        String length = from.getHeader("Content-Length");
        if (length != null) {
            to.putHeader("Content-Length", length);
        } else {
            to.setChunked(true);
        }
    }

    private static Future<Answer> upgrade(HttpServerRequest http, HttpClientRequest outgoing, Passing passing) {
        outgoing.putHeader("Connection", "Upgrade").putHeader("Upgrade", http.getHeader("Upgrade"));
        return outgoing.connect().compose(response -> {
            response.exceptionHandler(ProxyPipe::quietly);
            if (response.statusCode() != SWITCHING_PROTOCOLS) {
                response.pause();
                return passing.answer(http, response);
            }
            NetSocket far = response.netSocket();
            far.pause();
            return Future.succeededFuture(
                    new Answer.Taken(SWITCHING_PROTOCOLS, unused -> join(http, response.headers(), far)));
        });
    }

    private static void join(HttpServerRequest http, MultiMap headers, NetSocket far) {
        HttpServerResponse response = http.response();
        response.setStatusCode(SWITCHING_PROTOCOLS);
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!name.equals("content-length") && !name.equals("transfer-encoding")) {
                response.headers().add(header.getKey(), header.getValue());
            }
        }
        http.toNetSocket()
                .onSuccess(near -> {
                    carry(near, far);
                    carry(far, near);
                })
                .onFailure(error -> {
                    quietly(error);
                    far.close().onFailure(ProxyPipe::quietly);
                });
    }

    /** One direction. When one side is gone, so is the other. */
    private static void carry(NetSocket from, NetSocket to) {
        from.handler((Buffer data) -> {
            to.write(data).onFailure(ProxyPipe::quietly);
            if (to.writeQueueFull()) {
                from.pause();
                to.drainHandler(unused -> from.resume());
            }
        });
        from.exceptionHandler(ProxyPipe::quietly);
        from.closeHandler(unused -> to.close().onFailure(ProxyPipe::quietly));
        from.resume();
    }

    /** What a Connection header names ends with the connection (RFC 9110, 7.6.1). */
    private static Set<String> ofThisHop(MultiMap headers) {
        Set<String> named = new HashSet<>();
        for (String said : headers.getAll("Connection")) {
            for (String name : said.split(",")) {
                named.add(name.trim().toLowerCase(Locale.ROOT));
            }
        }
        return named;
    }

    private static void copyHeaders(MultiMap from, MultiMap to) {
        Set<String> ofThisHop = ofThisHop(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!NOT_FORWARDED.contains(name) && !name.startsWith("impersonate-") && !ofThisHop.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    static void quietly(Throwable error) {
        log.atDebug().addKeyValue("err", String.valueOf(error.getMessage())).log("a proxied stream broke off");
    }
}
