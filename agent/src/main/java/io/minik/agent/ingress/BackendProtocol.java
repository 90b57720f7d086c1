package io.minik.agent.ingress;

import java.util.Locale;
import java.util.Optional;

/** What is spoken with a back end. Its certificate is not verified: whoever has the address is the pod. */
enum BackendProtocol {
    HTTP,
    HTTPS,
    /** HTTP/2 without TLS, known beforehand: gRPC. */
    H2C,
    /** HTTP/2 over TLS. */
    H2;

    boolean isTls() {
        return this == HTTPS || this == H2;
    }

    boolean isHttp2() {
        return this == H2C || this == H2;
    }

    /** ingress-nginx' names. */
    static Optional<BackendProtocol> named(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "HTTP" -> Optional.of(HTTP);
            case "HTTPS" -> Optional.of(HTTPS);
            case "GRPC" -> Optional.of(H2C);
            case "GRPCS" -> Optional.of(H2);
            default -> Optional.empty();
        };
    }

    /** Traefik's names. */
    static Optional<BackendProtocol> scheme(String text) {
        return switch (text) {
            case "http" -> Optional.of(HTTP);
            case "https" -> Optional.of(HTTPS);
            case "h2c" -> Optional.of(H2C);
            default -> Optional.empty();
        };
    }

    /** Of a Service's port. WebSockets begin as HTTP. */
    static BackendProtocol ofPort(String appProtocol) {
        return switch (appProtocol.toLowerCase(Locale.ROOT)) {
            case "kubernetes.io/h2c", "h2c", "grpc" -> H2C;
            case "https", "kubernetes.io/wss" -> HTTPS;
            default -> HTTP;
        };
    }
}
