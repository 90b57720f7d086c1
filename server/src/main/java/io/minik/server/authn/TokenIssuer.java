package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.ClaimRules.Refused;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One issuer of tokens, as OpenID Connect has it: its keys are found by its discovery document, and asked for again when a token
 * names one that is not known. Any thread.
 */
final class TokenIssuer {
    private static final Logger log = LoggerFactory.getLogger(TokenIssuer.class);

    /** An issuer that is down, or a token that names no key, must not cost a request each time. */
    private static final Duration LEAST_BETWEEN = Duration.ofSeconds(10);

    /**
     * @param discoveryUrl of its discovery document
     * @param authority PEM of who signs its serving certificate; empty: whom Java trusts
     * @param audiences of which a token must be for one
     * @param algorithms that it signs by
     */
    record Terms(
            String url,
            String discoveryUrl,
            String authority,
            List<String> audiences,
            Set<String> algorithms,
            ClaimRules rules) {}

    private final Terms terms;
    private final IssuerDocuments documents;
    private final InstantSource clock;
    private volatile WebKeys keys = WebKeys.NONE;
    private @Nullable Future<WebKeys> asking;
    private Instant asked = Instant.MIN;

    TokenIssuer(Terms terms, IssuerDocuments documents, InstantSource clock) {
        this.terms = terms;
        this.documents = documents;
        this.clock = clock;
    }

    String url() {
        return terms.url();
    }

    /** Whom a token names whose claims say that it is of this issuer; empty: it is not good. @param read the same token */
    Future<Optional<User>> verify(String token, Jws read) {
        if (!terms.algorithms().contains(read.algorithm())) {
            return Future.succeededFuture(Optional.empty());
        }
        WebKeys present = keys;
        if (present.has(read.keyId())) {
            return Future.succeededFuture(present.claims(token, read).flatMap(this::judged));
        }
        return fetched()
                .map(found -> found.claims(token, read).flatMap(this::judged))
                .recover(error -> {
                    log.atWarn()
                            .addKeyValue("issuer", terms.url())
                            .addKeyValue("err", String.valueOf(error.getMessage()))
                            .log("the keys of an issuer of tokens can't be had");
                    return Future.succeededFuture(Optional.empty());
                });
    }

    private synchronized Future<WebKeys> fetched() {
        if (asking != null && !asking.isComplete()) {
            return asking;
        }
        if (clock.instant().isBefore(asked.equals(Instant.MIN) ? asked : asked.plus(LEAST_BETWEEN))) {
            return Future.succeededFuture(keys);
        }
        asked = clock.instant();
        Future<WebKeys> now = documents
                .get(terms.discoveryUrl(), terms.authority())
                .compose(discovery -> {
                    String said = Json.text(discovery, "issuer");
                    return said.equals(terms.url())
                            ? documents.get(Json.text(discovery, "jwks_uri"), terms.authority())
                            : Future.failedFuture("issuer did not match the issuer returned by provider, expected \""
                                    + terms.url() + "\" got \"" + said + "\"");
                })
                .map(set -> {
                    WebKeys found = WebKeys.parse(set);
                    keys = found;
                    return found;
                });
        asking = now;
        return now;
    }

    private Optional<User> judged(ObjectNode claims) {
        try {
            return Optional.of(user(claims));
        } catch (Refused e) {
            log.atDebug()
                    .addKeyValue("issuer", terms.url())
                    .addKeyValue("err", String.valueOf(e.getMessage()))
                    .log("a token is refused");
            return Optional.empty();
        }
    }

    private User user(ObjectNode claims) throws Refused {
        long now = clock.instant().getEpochSecond();
        if (!claims.path("exp").isNumber() || now >= claims.path("exp").longValue()) {
            throw new Refused("the token is expired");
        }
        if (claims.path("nbf").isNumber() && now < claims.path("nbf").longValue()) {
            throw new Refused("the token does not hold yet");
        }
        List<String> theirs = claims.path("aud").isTextual()
                ? List.of(claims.path("aud").textValue())
                : Json.stringList(claims, "aud");
        if (theirs.stream().noneMatch(terms.audiences()::contains)) {
            throw new Refused("the token is for " + theirs);
        }
        return terms.rules().user(claims);
    }
}
