package io.minik.server.authn;

import io.minik.api.meta.ApiException;
import io.minik.ground.tls.ClientAuthority;
import io.minik.server.authn.ServiceAccountTokens.Verified;
import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** The API server's authenticator: client certificate first, then bearer token, as upstream's union does. */
public final class RequestAuthenticator implements Authenticator {
    private final ServiceAccountTokens serviceAccounts;
    private final BootstrapTokens bootstrap;
    private final ClientAuthority clients;
    private final CertificateUsers users = new CertificateUsers();

    public RequestAuthenticator(
            ServiceAccountTokens serviceAccounts, BootstrapTokens bootstrap, ClientAuthority clients) {
        this.serviceAccounts = serviceAccounts;
        this.bootstrap = bootstrap;
        this.clients = clients;
    }

    @Override
    public Future<Optional<User>> authenticate(Credentials credentials) {
        Optional<User> byCertificate = credentials.clientCertificates().isEmpty()
                ? Optional.empty()
                : certificateUser(credentials.clientCertificates());
        if (byCertificate.isPresent()) {
            return Future.succeededFuture(byCertificate);
        }
        if (!credentials.bearerToken().isEmpty()) {
            return verifyToken(credentials.bearerToken(), credentials.audiences())
                    .compose(found -> found.isPresent()
                            ? Future.succeededFuture(found.map(Verified::user))
                            : Future.failedFuture(ApiException.unauthorized()));
        }
        return credentials.clientCertificates().isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(ApiException.unauthorized());
    }

    /** Who holds a bearer token of any kind; empty if nobody: TokenReview asks this. */
    public Future<Optional<Verified>> verifyToken(String token, List<String> audiences) {
        if (BootstrapTokens.looksLikeOne(token)) {
            List<String> own = audiences.isEmpty()
                    ? serviceAccounts.apiAudiences()
                    : audiences.stream()
                            .filter(serviceAccounts.apiAudiences()::contains)
                            .toList();
            return own.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : bootstrap.verify(token).map(found -> found.map(user -> new Verified(user, own)));
        }
        return Jwt.looksLikeOne(token)
                ? serviceAccounts.verify(token, audiences)
                : Future.succeededFuture(Optional.empty());
    }

    /** Asked with every request: connections live longer than certificates may. */
    private Optional<User> certificateUser(List<X509Certificate> chain) {
        if (!clients.vouchesFor(chain)) {
            return Optional.empty();
        }
        return users.of(chain.get(0));
    }
}
