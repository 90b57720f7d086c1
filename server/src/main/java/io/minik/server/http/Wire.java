package io.minik.server.http;

import io.vertx.core.http.HttpServerRequest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The HTTP side of a request: what headers and TLS say. */
record Wire(HttpServerRequest request) {
    String header(String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    /** Chain that TLS verified, leaf first; empty if the client showed none. */
    List<X509Certificate> clientCertificates() {
        SSLSession session = request.connection().sslSession();
        if (session == null) {
            return List.of();
        }
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
            return chain;
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    String bearerToken() {
        String authorization = header("Authorization");
        if (authorization.regionMatches(true, 0, "Bearer ", 0, "Bearer ".length())) {
            return authorization.substring("Bearer ".length()).trim();
        }
        return BearerProtocol.token(header("Sec-WebSocket-Protocol"));
    }

    String remoteAddress() {
        return request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
    }
}
