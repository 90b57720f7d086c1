package io.minik.server.http;

import io.minik.ground.net.Connections;
import io.minik.ground.tls.ClientAuthority;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The HTTP side of a request: what headers and TLS say.
 *
 * @param guard of the connection that it came on
 */
record HttpExchange(HttpServerRequest request, HttpBody body, Connections.Guard guard) {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol";

    /** Whether an answer would reach nobody: the connection or stream is gone, or has had one. */
    boolean over() {
        return request.response().closed() || request.response().ended();
    }

    String header(String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    /** As the client showed it, leaf first: who signed it is for the authenticator to judge. Empty: none. */
    List<X509Certificate> clientCertificates() {
        return ClientAuthority.shown(request.connection().sslSession());
    }

    String bearerToken() {
        String authorization = header("Authorization");
        if (authorization.regionMatches(true, 0, "Bearer ", 0, "Bearer ".length())) {
            return authorization.substring("Bearer ".length()).trim();
        }
        String token = BearerProtocol.token(header(PROTOCOL));
        if (!token.isEmpty()) {
            offerOnly(BearerProtocol.others(header(PROTOCOL)));
        }
        return token;
    }

    boolean asksForWebSocket() {
        return header("Upgrade").equalsIgnoreCase("websocket")
                && header("Connection").toLowerCase(Locale.ROOT).contains("upgrade");
    }

    /** The subprotocols that the client offers, in its order. */
    List<String> subprotocols() {
        return Stream.of(header(PROTOCOL).split(","))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Becomes a WebSocket that speaks this subprotocol; empty: none. */
    Future<ServerWebSocket> upgrade(String subprotocol) {
        offerOnly(subprotocol);
        return request.toWebSocket();
    }

    /** The handshake takes the first of those that the client offers. */
    private void offerOnly(String subprotocols) {
        if (subprotocols.isEmpty()) {
            request.headers().remove(PROTOCOL);
        } else {
            request.headers().set(PROTOCOL, subprotocols);
        }
    }

    String remoteAddress() {
        return request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
    }
}
