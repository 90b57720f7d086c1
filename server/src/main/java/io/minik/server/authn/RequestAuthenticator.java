package io.minik.server.authn;

import io.minik.api.meta.ApiException;
import io.minik.ground.tls.ClientAuthority;
import io.minik.server.authn.ServiceAccountTokens.Verified;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API server's authenticator: a proxy's headers, then client certificate, then bearer token, as upstream's union does. */
public final class RequestAuthenticator implements Authenticator {
    private static final Logger log = LoggerFactory.getLogger(RequestAuthenticator.class);

    private final ServiceAccountTokens serviceAccounts;
    private final BootstrapTokens bootstrap;
    private final ClientAuthority clients;
    private final Strangers strangers;
    private final CertificateUsers users = new CertificateUsers();

    /** @param strangers who is known by others than the cluster itself */
    public RequestAuthenticator(
            ServiceAccountTokens serviceAccounts,
            BootstrapTokens bootstrap,
            ClientAuthority clients,
            Strangers strangers) {
        this.serviceAccounts = serviceAccounts;
        this.bootstrap = bootstrap;
        this.clients = clients;
        this.strangers = strangers;
    }

    @Override
    public boolean letsAnonymousIn(String path) {
        return strangers.letsAnonymousIn(path);
    }

    @Override
    public void forget(MultiMap headers) {
        strangers.forget(headers);
    }

    @Override
    public Future<Optional<User>> authenticate(Credentials credentials) {
        Optional<User> byProxy = strangers.named(credentials);
        if (byProxy.isPresent()) {
            return Future.succeededFuture(byProxy);
        }
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
        List<String> own = audiences.isEmpty()
                ? serviceAccounts.apiAudiences()
                : audiences.stream()
                        .filter(serviceAccounts.apiAudiences()::contains)
                        .toList();
        Optional<User> ofFile = own.isEmpty() ? Optional.empty() : strangers.find(token);
        if (ofFile.isPresent()) {
            return Future.succeededFuture(ofFile.map(user -> new Verified(user, own)));
        }
        Future<Optional<Verified>> here = known(token, audiences, own);
        List<String> wanted = audiences.isEmpty() ? own : audiences;
        return strangers.askElsewhere()
                ? here.transform(found -> found.succeeded() && found.result().isPresent()
                        ? here
                        : elsewhere(token, wanted)
                                .compose(user -> user.isPresent() ? Future.succeededFuture(user) : here))
                : here;
    }

    /** Empty also if the server that is asked does not say. */
    private Future<Optional<Verified>> elsewhere(String token, List<String> audiences) {
        return strangers
                .askElsewhere(token, audiences, serviceAccounts.apiAudiences())
                .otherwise(error -> {
                    log.atWarn()
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("the server that is asked for tokens does not answer");
                    return Optional.empty();
                });
    }

    private Future<Optional<Verified>> known(String token, List<String> audiences, List<String> own) {
        if (BootstrapTokens.looksLikeOne(token)) {
            return own.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : bootstrap.verify(token).map(found -> found.map(user -> new Verified(user, own)));
        }
        return Jwt.looksLikeOne(token) ? signed(token, audiences, own) : Future.succeededFuture(Optional.empty());
    }

    private Future<Optional<Verified>> signed(String token, List<String> audiences, List<String> own) {
        return serviceAccounts
                .verify(token, audiences)
                .compose(found -> found.isPresent() || own.isEmpty()
                        ? Future.succeededFuture(found)
                        : strangers.verify(token).map(user -> user.map(known -> new Verified(known, own))));
    }

    /** Asked with every request: connections live longer than certificates may. */
    private Optional<User> certificateUser(List<X509Certificate> chain) {
        if (!clients.vouchesFor(chain)) {
            return Optional.empty();
        }
        return users.of(chain.get(0));
    }
}
