package io.minik.server.authn;

import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Asks in turn: client certificate, bearer token. Empty: no credentials at all (the pipeline makes that
 * system:anonymous). Fails with a 401 ApiException: credentials that are bad.
 */
public interface Authenticator {
    Future<Optional<User>> authenticate(Credentials credentials);

    /**
     * @param clientCertificates chain as the client showed it, leaf first, of whose key TLS is sure; empty if none
     * @param bearerToken of the Authorization header, or of the WebSocket subprotocol; empty if none
     * @param audiences that the caller accepts; empty = the API server's own
     */
    record Credentials(List<X509Certificate> clientCertificates, String bearerToken, List<String> audiences) {}
}
