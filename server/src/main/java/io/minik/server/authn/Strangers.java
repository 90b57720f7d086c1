package io.minik.server.authn;

import io.minik.ground.json.Json;
import io.minik.server.authn.Authenticator.Credentials;
import io.minik.server.authn.ServiceAccountTokens.Verified;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Users that others know: a proxy in front, a file of tokens, issuers of tokens. Any thread; issuers may change at any time. */
public final class Strangers {
    private final Optional<HeaderUsers> headers;
    private final StaticTokens tokens;
    private final IssuerDocuments documents;
    private final InstantSource clock;
    private final Optional<TokenWebhook> webhook;
    private volatile Known known;

    private record Known(AuthenticationConfig config, List<TokenIssuer> issuers) {}

    public Strangers(
            Optional<HeaderUsers> headers,
            StaticTokens tokens,
            AuthenticationConfig config,
            IssuerDocuments documents,
            InstantSource clock) {
        this(headers, tokens, Optional.empty(), config, new Means(documents, clock));
    }

    /** How issuers are asked, and when their tokens end. */
    public record Means(IssuerDocuments documents, InstantSource clock) {}

    /** @param webhook who is asked for what nobody here knows */
    public Strangers(
            Optional<HeaderUsers> headers,
            StaticTokens tokens,
            Optional<TokenWebhook> webhook,
            AuthenticationConfig config,
            Means means) {
        this.webhook = webhook;
        this.headers = headers;
        this.tokens = tokens;
        this.documents = means.documents();
        this.clock = means.clock();
        this.known = known(config);
    }

    /** Nobody from elsewhere is known. */
    public static Strangers none(InstantSource clock) {
        return new Strangers(
                Optional.empty(),
                StaticTokens.NONE,
                AuthenticationConfig.NONE,
                (url, authority) -> Future.failedFuture("there is no issuer"),
                clock);
    }

    /** For the next request. */
    public void follow(AuthenticationConfig config) {
        known = known(config);
    }

    private Known known(AuthenticationConfig config) {
        return new Known(
                config,
                config.issuers().stream()
                        .map(terms -> new TokenIssuer(terms, documents, clock))
                        .toList());
    }

    /** Whether who shows nothing may ask for a path. */
    boolean letsAnonymousIn(String path) {
        return known.config().letsIn(path);
    }

    /** Takes out of a request what is told of its user, so that whoever it is passed on to believes none of it. */
    void forget(MultiMap told) {
        headers.ifPresent(users -> users.forget(told));
    }

    /** Whom a proxy names. */
    Optional<User> named(Credentials credentials) {
        return headers.flatMap(users -> users.of(credentials));
    }

    /** Who holds a token of a file. */
    Optional<User> find(String token) {
        return tokens.find(token);
    }

    /** Whether another server is asked for tokens that nobody here knows. */
    boolean askElsewhere() {
        return webhook.isPresent();
    }

    /** Who holds a token that nobody here knows. */
    Future<Optional<Verified>> askElsewhere(String token, List<String> audiences, List<String> own) {
        return webhook.map(server -> server.verify(token, audiences, own))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    /** Who holds a token of an issuer. */
    Future<Optional<User>> verify(String token) {
        List<TokenIssuer> issuers = known.issuers();
        Optional<Jws> read = issuers.isEmpty() ? Optional.empty() : Jws.read(token);
        Optional<TokenIssuer> issuer = read.flatMap(found -> issuers.stream()
                .filter(each -> each.url().equals(Json.text(found.claims(), "iss")))
                .findFirst());
        return issuer.isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : issuer.get().verify(token, read.get());
    }
}
