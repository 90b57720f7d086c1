package io.minik.server.authn;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks in turn: client certificate, bearer token. Empty: no credentials at all (the pipeline makes that
 * system:anonymous). Fails with a 401 ApiException: credentials that are bad.
 */
public interface Authenticator {
    Future<Optional<User>> authenticate(Credentials credentials);

    /** Whether who shows no credentials may ask for a path, as system:anonymous. */
    default boolean letsAnonymousIn(String path) {
        return true;
    }

    /** Takes out of a request's headers what tells of its user: it may be passed on to those who would believe it. */
    default void forget(MultiMap headers) {}

    /**
     * @param clientCertificates chain as the client showed it, leaf first, of whose key TLS is sure; empty if none
     * @param bearerToken of the Authorization header, or of the WebSocket subprotocol; empty if none
     * @param audiences that the caller accepts; empty = the API server's own
     * @param headers of the request, which mean something if a proxy has sent them
     */
    record Credentials(
            List<X509Certificate> clientCertificates,
            String bearerToken,
            List<String> audiences,
            Iterable<Map.Entry<String, String>> headers) {
        public Credentials(List<X509Certificate> clientCertificates, String bearerToken, List<String> audiences) {
            this(clientCertificates, bearerToken, audiences, List.of());
        }

        List<String> header(String name) {
            List<String> values = new ArrayList<>();
            for (Map.Entry<String, String> header : headers) {
                if (header.getKey().equalsIgnoreCase(name)) {
                    values.add(header.getValue());
                }
            }
            return values;
        }
    }
}
