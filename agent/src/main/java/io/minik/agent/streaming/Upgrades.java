package io.minik.agent.streaming;

import io.minik.runtime.cri.Session;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request to streams, whichever way the client goes: SPDY/3.1, or a WebSocket. */
final class Upgrades {
    /** kubectl 1.31 and later: SPDY's bytes in a WebSocket's binary messages. */
    static final String TUNNELLED_PORT_FORWARD = "SPDY/3.1+portforward.k8s.io";

    static final String SPDY = "SPDY/3.1";
    static final String VERSION_HEADER = "X-Stream-Protocol-Version";
    static final String PORT_FORWARD = "portforward.k8s.io";

    private static final Logger log = LoggerFactory.getLogger(Upgrades.class);

    private Upgrades() {}

    /** Joins the client to a process, which begins once the client's streams are there. @param id of the container, for the log */
    static void join(HttpServerRequest request, String id, Streams streams, Supplier<Future<Session>> begin) {
        streams(request, streams)
                .compose(client -> begin.get()
                        .transform(process -> process.succeeded()
                                ? new ProcessSession(process.result(), client)
                                        .run(streams.stdin(), streams.stdout(), streams.stderr())
                                : client.finish(ExecStatus.failed(failure(process.cause())))))
                .onFailure(error -> {
                    log.atDebug()
                            .addKeyValue("container", id)
                            .addKeyValue("err", error.toString())
                            .log("a remote command ended badly");
                    KubeletServer.refuse(request, 400, String.valueOf(error.getMessage()));
                });
    }

    private static String failure(Throwable error) {
        return "Internal error occurred: error executing command in container: " + error.getMessage();
    }

    private static Future<RemoteStreams> streams(HttpServerRequest request, Streams wanted) {
        if (isSpdy(request)) {
            Optional<String> protocol = agreed(request, SpdyStreams.PROTOCOLS);
            if (protocol.isEmpty()) {
                return Future.failedFuture("unable to upgrade: no subprotocol of " + SpdyStreams.PROTOCOLS);
            }
            return spdy(request, protocol.get()).compose(wire -> new SpdyStreams(wire, protocol.get(), wanted).start());
        }
        if (!request.canUpgradeToWebSocket()) {
            return Future.failedFuture("unable to upgrade: missing upgrade headers in request");
        }
        return request.toWebSocket().map(socket -> new WebSocketStreams(socket, wanted.stdin(), wanted.stdout()));
    }

    /** What carries a port-forward. */
    static Future<SpdyCarrier> wire(HttpServerRequest request) {
        if (isSpdy(request)) {
            return agreed(request, List.of(PORT_FORWARD)).isEmpty()
                    ? Future.failedFuture("unable to upgrade: no subprotocol " + PORT_FORWARD)
                    : spdy(request, PORT_FORWARD);
        }
        String offered = String.valueOf(request.getHeader("Sec-WebSocket-Protocol"));
        if (!request.canUpgradeToWebSocket() || !offered.contains(TUNNELLED_PORT_FORWARD)) {
            return Future.failedFuture(
                    "unable to upgrade: port-forward needs " + SPDY + " or the subprotocol " + TUNNELLED_PORT_FORWARD);
        }
        return request.toWebSocket().map(SpdyCarrier::of);
    }

    private static boolean isSpdy(HttpServerRequest request) {
        return String.valueOf(request.getHeader("Upgrade"))
                .toUpperCase(Locale.ROOT)
                .equals(SPDY);
    }

    /** The client's first that we know; clients that offer none mean the oldest. */
    private static Optional<String> agreed(HttpServerRequest request, List<String> known) {
        List<String> offered = request.headers().getAll(VERSION_HEADER).stream()
                .flatMap(line -> List.of(line.split("\\s*,\\s*")).stream())
                .toList();
        return offered.isEmpty()
                ? Optional.of(known.get(known.size() - 1))
                : offered.stream().filter(known::contains).findFirst();
    }

    private static Future<SpdyCarrier> spdy(HttpServerRequest request, String protocol) {
        if (!request.method().equals(HttpMethod.POST) && !request.method().equals(HttpMethod.GET)) {
            return Future.failedFuture("unable to upgrade: " + request.method());
        }
        request.response()
                .putHeader("Connection", "Upgrade")
                .putHeader("Upgrade", SPDY)
                .putHeader(VERSION_HEADER, protocol);
        return request.toNetSocket().map(SpdyCarrier::of);
    }
}
