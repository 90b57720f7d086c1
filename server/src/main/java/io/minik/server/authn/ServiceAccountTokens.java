package io.minik.server.authn;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Uuids;
import io.minik.server.pki.ServiceAccountKeys;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Makes and checks service account tokens: bound ones (TokenRequest) and legacy ones (token Secrets).
 *
 * <p>Thread-safe. Cost: a signature check once per token and server, then object lookups only.
 */
public final class ServiceAccountTokens {
    /** What a token may be bound to. */
    public record Bound(String kind, String name, String uid) {}

    /** A token that holds. @param audiences of the token that were asked for */
    public record Verified(User user, List<String> audiences) {}

    /** Deleted pods and secrets keep their tokens this long: containers are still ending, and say so to the API. */
    private static final Duration DELETION_LEEWAY = Duration.ofSeconds(60);
    /** Clocks of nodes differ: how far "not before" may lie ahead. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(10);
    /** Distinct tokens in use at a time on a cluster of this size; at about 1 KiB each. */
    private static final int MAX_CACHED = 2048;

    private static final String LEGACY_ISSUER = "kubernetes/serviceaccount";
    private static final String LEGACY = "kubernetes.io/serviceaccount/";
    private static final String EXTRA = "authentication.kubernetes.io/";

    private final Jwt jwt;
    private final String issuer;
    private final ObjectLookup lookup;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final GoodTokens good = new GoodTokens(MAX_CACHED);

    /** @param issuer {@code https://kubernetes.default.svc.cluster.local}: also the API server's own audience */
    public ServiceAccountTokens(ServiceAccountKeys keys, String issuer, ObjectLookup lookup, InstantSource clock) {
        this.jwt = new Jwt(keys);
        this.issuer = issuer;
        this.lookup = lookup;
        this.clock = clock;
    }

    /** Of a cluster domain. */
    public static String issuerOf(String clusterDomain) {
        return "https://kubernetes.default.svc." + clusterDomain;
    }

    public List<String> apiAudiences() {
        return List.of(issuer);
    }

    public record Issued(String token, Instant expiration) {}

    /**
     * Signs a bound token. Whether the account may have it, and whether the object lives, is the caller's to check.
     *
     * @param audiences empty = the API server's
     * @param node of the bound pod, if it is on one
     */
    public Issued issue(
            KubeObject account, List<String> audiences, Duration length, Optional<Bound> bound, Optional<Bound> node) {
        Instant now = clock.instant();
        Instant end = Instant.ofEpochSecond(now.getEpochSecond()).plus(length);
        ObjectNode claims = Json.object();
        ArrayNode audience = claims.putArray("aud");
        (audiences.isEmpty() ? apiAudiences() : audiences).forEach(audience::add);
        claims.put("exp", end.getEpochSecond())
                .put("iat", now.getEpochSecond())
                .put("iss", issuer)
                .put("jti", Uuids.next(random).toString());
        ObjectNode about = claims.putObject("kubernetes.io").put("namespace", account.namespace());
        node.ifPresent(it -> about.putObject("node").put("name", it.name()).put("uid", it.uid()));
        bound.ifPresent(it -> about.putObject(it.kind().toLowerCase(Locale.ROOT))
                .put("name", it.name())
                .put("uid", it.uid()));
        about.putObject("serviceaccount").put("name", account.name()).put("uid", account.uid());
        claims.put("nbf", now.getEpochSecond()).put("sub", userName(account.namespace(), account.name()));
        return new Issued(jwt.sign(claims), end);
    }

    /** The token of a kubernetes.io/service-account-token Secret: it lives as long as the Secret. */
    public String issueLegacy(KubeObject account, String secretName) {
        return jwt.sign(Json.object()
                .put("iss", LEGACY_ISSUER)
                .put(LEGACY + "namespace", account.namespace())
                .put(LEGACY + "secret.name", secretName)
                .put(LEGACY + "service-account.name", account.name())
                .put(LEGACY + "service-account.uid", account.uid())
                .put("sub", userName(account.namespace(), account.name())));
    }

    /** Who holds this token; empty if it is not ours, is over, is for others, or what it is bound to is gone. */
    public Future<Optional<Verified>> verify(String token, List<String> audiences) {
        Optional<ObjectNode> found = claims(token);
        if (found.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        ObjectNode claims = found.get();
        List<String> wanted = audiences.isEmpty() ? apiAudiences() : audiences;
        String from = Json.text(claims, "iss");
        if (from.equals(LEGACY_ISSUER)) {
            List<String> matching = wanted.stream().filter(issuer::equals).toList();
            return matching.isEmpty() ? Future.succeededFuture(Optional.empty()) : legacy(token, claims, matching);
        }
        if (!from.equals(issuer) || !inTime(claims)) {
            return Future.succeededFuture(Optional.empty());
        }
        List<String> theirs = claims.path("aud").isTextual()
                ? List.of(claims.path("aud").textValue())
                : Json.stringList(claims, "aud");
        List<String> matching = wanted.stream().filter(theirs::contains).toList();
        return matching.isEmpty() ? Future.succeededFuture(Optional.empty()) : bound(claims, matching);
    }

    /** The claims of a token that we signed and that is not over, without asking whether its objects live: for audits. */
    Optional<ObjectNode> claims(String token) {
        return good.claims(token, () -> jwt.verify(token));
    }

    private boolean inTime(ObjectNode claims) {
        long now = clock.instant().getEpochSecond();
        return now < Json.longOr(0, claims, "exp") && now >= Json.longOr(0, claims, "nbf") - CLOCK_SKEW.toSeconds();
    }

    private Future<Optional<Verified>> bound(ObjectNode claims, List<String> audiences) {
        ObjectNode about = claims.path("kubernetes.io") instanceof ObjectNode node ? node : Json.object();
        String namespace = Json.text(about, "namespace");
        String account = Json.text(about, "serviceaccount", "name");
        String accountUid = Json.text(about, "serviceaccount", "uid");
        List<Future<Boolean>> checks = new ArrayList<>();
        checks.add(alive(Resources.SERVICE_ACCOUNTS, ObjectKey.of(namespace, account), accountUid));
        Map<String, List<String>> extra = new LinkedHashMap<>();
        extra.put(EXTRA + "credential-id", List.of("JTI=" + Json.text(claims, "jti")));
        if (about.has("secret")) {
            checks.add(alive(
                    Resources.SECRETS,
                    ObjectKey.of(namespace, Json.text(about, "secret", "name")),
                    Json.text(about, "secret", "uid")));
        }
        if (about.has("pod")) {
            checks.add(alive(
                    Resources.PODS,
                    ObjectKey.of(namespace, Json.text(about, "pod", "name")),
                    Json.text(about, "pod", "uid")));
            extra.put(EXTRA + "pod-name", List.of(Json.text(about, "pod", "name")));
            extra.put(EXTRA + "pod-uid", List.of(Json.text(about, "pod", "uid")));
        }
        if (about.has("node")) {
            extra.put(EXTRA + "node-name", List.of(Json.text(about, "node", "name")));
            extra.put(EXTRA + "node-uid", List.of(Json.text(about, "node", "uid")));
            if (!about.has("pod")) {
                checks.add(alive(
                        Resources.NODES,
                        ObjectKey.cluster(Json.text(about, "node", "name")),
                        Json.text(about, "node", "uid")));
            }
        }
        return all(checks)
                .map(alive -> alive
                        ? Optional.of(new Verified(user(namespace, account, accountUid, extra), audiences))
                        : Optional.empty());
    }

    private Future<Optional<Verified>> legacy(String token, ObjectNode claims, List<String> audiences) {
        String namespace = Json.text(claims, LEGACY + "namespace");
        String account = Json.text(claims, LEGACY + "service-account.name");
        String uid = Json.text(claims, LEGACY + "service-account.uid");
        Future<Boolean> secret = lookup.find(
                        Resources.SECRETS, ObjectKey.of(namespace, Json.text(claims, LEGACY + "secret.name")))
                .map(found -> found.filter(it -> !gone(it) && holds(it, token)).isPresent());
        return all(List.of(alive(Resources.SERVICE_ACCOUNTS, ObjectKey.of(namespace, account), uid), secret))
                .map(alive -> alive
                        ? Optional.of(new Verified(user(namespace, account, uid, Map.of()), audiences))
                        : Optional.empty());
    }

    private static boolean holds(KubeObject secret, String token) {
        String data = secret.text("data", "token");
        byte[] encoded = Base64.getEncoder().encode(token.getBytes(StandardCharsets.US_ASCII));
        return MessageDigest.isEqual(data.getBytes(StandardCharsets.US_ASCII), encoded);
    }

    private Future<Boolean> alive(Resource resource, ObjectKey key, String uid) {
        if (key.name().isEmpty() || uid.isEmpty()) {
            return Future.succeededFuture(false);
        }
        return lookup.find(resource, key)
                .map(found -> found.filter(object -> object.uid().equals(uid) && !gone(object))
                        .isPresent());
    }

    private boolean gone(KubeObject object) {
        if (!object.meta().deleting()) {
            return false;
        }
        try {
            return clock.instant()
                    .isAfter(Instant.parse(object.meta().deletionTimestamp()).plus(DELETION_LEEWAY));
        } catch (DateTimeException e) {
            return true;
        }
    }

    private static Future<Boolean> all(List<Future<Boolean>> checks) {
        return Future.all(checks).map(done -> checks.stream().allMatch(Future::result));
    }

    private static User user(String namespace, String name, String uid, Map<String, List<String>> extra) {
        return new User(
                userName(namespace, name),
                uid,
                List.of(User.ACCOUNTS, User.ACCOUNTS + ":" + namespace, User.AUTHENTICATED),
                Collections.unmodifiableMap(extra));
    }

    /** {@code system:serviceaccount:<namespace>:<name>}. */
    public static String userName(String namespace, String name) {
        return User.ACCOUNT + namespace + ":" + name;
    }

    /** What /.well-known/openid-configuration answers. */
    public ObjectNode openIdConfiguration(String jwksUri) {
        ObjectNode document = Json.object().put("issuer", issuer).put("jwks_uri", jwksUri);
        document.putArray("response_types_supported").add("id_token");
        document.putArray("subject_types_supported").add("public");
        ArrayNode algorithms = document.putArray("id_token_signing_alg_values_supported");
        jwt.keysById().values().stream()
                .map(key -> Json.text(Jwt.jwk("", key), "alg"))
                .distinct()
                .forEach(algorithms::add);
        return document;
    }

    /** As {@link #openIdConfiguration(String)}, with the keys where every API server serves them. */
    public ObjectNode openIdConfiguration() {
        return openIdConfiguration(issuer + "/openid/v1/jwks");
    }

    /** What /openid/v1/jwks answers (media type application/jwk-set+json). */
    public ObjectNode jwks() {
        ObjectNode document = Json.object();
        ArrayNode keys = document.putArray("keys");
        jwt.keysById().forEach((id, key) -> keys.add(Jwt.jwk(id, key)));
        return document;
    }
}
