package io.minik.server.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Subject;
import io.minik.server.authn.Authenticator.Credentials;
import io.minik.server.authn.ServiceAccountTokens.Bound;
import io.minik.server.authn.ServiceAccountTokens.Verified;
import io.minik.server.pki.ServiceAccountKeys;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final String ISSUER = ServiceAccountTokens.issuerOf("cluster.local");
    private static final Duration HOUR = Duration.ofHours(1);

    private final Map<String, KubeObject> objects = new HashMap<>();
    private Instant now = Instant.parse("2026-11-21T04:00:00Z");
    private final InstantSource clock = () -> now;
    private final KeyPair keys = Keys.generate();
    private final ServiceAccountTokens tokens = tokens(keys);
    private final CertificateAuthority authority =
            CertificateAuthority.create("ca", Validity.of(Instant.EPOCH, now, Duration.ofDays(30)));
    private final RequestAuthenticator authenticator = new RequestAuthenticator(
            tokens,
            new BootstrapTokens(this::find, clock),
            new ClientAuthority(List.of(authority.certificate()), clock),
            Strangers.none(clock));
    private final KubeObject account = put(Resources.SERVICE_ACCOUNTS, "ServiceAccount", "shop", "web", "sa-1");

    @Test
    void aBoundTokenNamesItsAccountAndPod() {
        put(Resources.PODS, "Pod", "shop", "web-0", "pod-1");
        String token = podToken();

        User user = authenticate(token).orElseThrow();

        assertThat(user.name()).isEqualTo("system:serviceaccount:shop:web");
        assertThat(user.uid()).isEqualTo("sa-1");
        assertThat(user.groups())
                .containsExactly("system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated");
        assertThat(user.extra())
                .containsEntry("authentication.kubernetes.io/pod-name", List.of("web-0"))
                .containsEntry("authentication.kubernetes.io/pod-uid", List.of("pod-1"))
                .containsEntry("authentication.kubernetes.io/node-name", List.of("n1"));
    }

    @Test
    void aTokenEndsWithItsPodAndWithItsAccount() {
        put(Resources.PODS, "Pod", "shop", "web-0", "pod-1");
        String token = podToken();
        objects.remove("pods/shop/web-0");
        assertThat(authenticate(token)).isEmpty();

        put(Resources.PODS, "Pod", "shop", "web-0", "another");
        assertThat(authenticate(token)).isEmpty();

        put(Resources.PODS, "Pod", "shop", "web-0", "pod-1");
        assertThat(authenticate(token)).isPresent();
        put(Resources.SERVICE_ACCOUNTS, "ServiceAccount", "shop", "web", "sa-2");
        assertThat(authenticate(token)).isEmpty();
    }

    @Test
    void aTokenIsOverWhenItsTimeIs() {
        String token = tokens.issue(account, List.of(), HOUR, Optional.empty(), Optional.empty())
                .token();
        assertThat(authenticate(token)).isPresent();

        now = now.plus(HOUR);

        assertThat(authenticate(token)).isEmpty();
    }

    @Test
    void aTokenForOthersIsNotForUs() {
        String token = tokens.issue(account, List.of("vault"), HOUR, Optional.empty(), Optional.empty())
                .token();

        assertThat(authenticate(token)).isEmpty();
        assertThat(verify(token, List.of("vault", "other")).map(Verified::audiences))
                .contains(List.of("vault"));
    }

    @Test
    void changedTokensAndThoseOfOthersAreRefused() {
        String token = tokens.issue(account, List.of(), HOUR, Optional.empty(), Optional.empty())
                .token();
        String[] parts = token.split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String forged = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.replace(":web", ":top").getBytes(StandardCharsets.UTF_8));
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(authenticate(parts[0] + "." + forged + "." + parts[2])).isEmpty();
        assertThat(authenticate(none + "." + parts[1] + ".")).isEmpty();
        assertThat(authenticate("x.y.z")).isEmpty();
        assertThat(authenticate(tokens(Keys.generate())
                        .issue(account, List.of(), HOUR, Optional.empty(), Optional.empty())
                        .token()))
                .isEmpty();
    }

    @Test
    void rsaKeysSignAndVerifyToo() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        ServiceAccountTokens rsa = tokens(generator.generateKeyPair());

        String token = rsa.issue(account, List.of(), HOUR, Optional.empty(), Optional.empty())
                .token();

        assertThat(rsa.verify(token, List.of()).result()).isPresent();
        assertThat(Json.text(rsa.jwks().path("keys").get(0), "kty")).isEqualTo("RSA");
    }

    @Test
    void theKeySetVerifiesWhatWasSigned() throws Exception {
        JsonNode key = tokens.jwks().path("keys").get(0);
        String token = tokens.issue(account, List.of(), HOUR, Optional.empty(), Optional.empty())
                .token();
        String header = new String(Base64.getUrlDecoder().decode(token.split("\\.")[0]), StandardCharsets.UTF_8);

        assertThat(Json.text(Json.parse(header.getBytes(StandardCharsets.UTF_8)), "kid"))
                .isEqualTo(Json.text(key, "kid"));
        assertThat(Base64.getUrlDecoder().decode(Json.text(key, "x"))).hasSize(32);
        assertThat(Json.text(tokens.openIdConfiguration(), "jwks_uri")).isEqualTo(ISSUER + "/openid/v1/jwks");
        assertThat(Json.text(tokens.openIdConfiguration(), "issuer")).isEqualTo(ISSUER);
    }

    @Test
    void aLegacyTokenLivesAsLongAsItsSecretHoldsIt() {
        String token = tokens.issueLegacy(account, "web-token");
        assertThat(authenticate(token)).isEmpty();

        secret("shop", "web-token", Map.of("token", token), "kubernetes.io/service-account-token");
        now = now.plus(Duration.ofDays(4000));

        assertThat(authenticate(token).map(User::name)).contains("system:serviceaccount:shop:web");
        secret("shop", "web-token", Map.of("token", "another"), "kubernetes.io/service-account-token");
        assertThat(authenticate(token)).isEmpty();
    }

    @Test
    void bootstrapTokensEndAndAreMeantForAuthentication() {
        Map<String, String> data = new HashMap<>(Map.of(
                "token-id", "abcdef",
                "token-secret", "0123456789abcdef",
                "usage-bootstrap-authentication", "true",
                "auth-extra-groups", "system:bootstrappers:worker,system:masters",
                "expiration", "2026-11-21T05:00:00Z"));
        secret("kube-system", "bootstrap-token-abcdef", data, "bootstrap.kubernetes.io/token");

        User user = authenticate("abcdef.0123456789abcdef").orElseThrow();
        assertThat(user.name()).isEqualTo("system:bootstrap:abcdef");
        assertThat(user.groups())
                .containsExactly("system:bootstrappers", "system:bootstrappers:worker", "system:authenticated");
        assertThat(authenticate("abcdef.0123456789abcdee")).isEmpty();

        now = now.plus(HOUR);
        assertThat(authenticate("abcdef.0123456789abcdef")).isEmpty();

        now = now.minus(HOUR);
        data.remove("usage-bootstrap-authentication");
        secret("kube-system", "bootstrap-token-abcdef", data, "bootstrap.kubernetes.io/token");
        assertThat(authenticate("abcdef.0123456789abcdef")).isEmpty();
    }

    @Test
    void aCertificateIsUserAndGroupsUntilItEnds() {
        X509Certificate certificate = authority.sign(new Leaf(
                Subject.of("jane", "dev", "ops"),
                AltNames.NONE,
                Keys.generate().getPublic(),
                List.of(Purpose.CLIENT),
                Validity.of(Instant.EPOCH, now, Duration.ofDays(1))));
        Credentials credentials = new Credentials(List.of(certificate), "", List.of());

        User user = authenticator.authenticate(credentials).result().orElseThrow();
        assertThat(user.name()).isEqualTo("jane");
        assertThat(user.groups()).containsExactly("dev", "ops", "system:authenticated");

        now = now.plus(Duration.ofDays(2));
        Future<Optional<User>> late = authenticator.authenticate(credentials);
        assertThat(ApiException.is(late.cause(), Reason.Unauthorized)).isTrue();
    }

    @Test
    void noCredentialsIsNobodyAndBadOnesAreAnError() {
        assertThat(authenticator
                        .authenticate(new Credentials(List.of(), "", List.of()))
                        .result())
                .isEmpty();
        assertThat(ApiException.is(
                        authenticator
                                .authenticate(new Credentials(List.of(), "nonsense", List.of()))
                                .cause(),
                        Reason.Unauthorized))
                .isTrue();
    }

    private String podToken() {
        return tokens.issue(
                        account,
                        List.of(),
                        HOUR,
                        Optional.of(new Bound("Pod", "web-0", "pod-1")),
                        Optional.of(new Bound("Node", "n1", "node-1")))
                .token();
    }

    private ServiceAccountTokens tokens(KeyPair pair) {
        return new ServiceAccountTokens(
                new ServiceAccountKeys(pair.getPrivate(), List.of(pair.getPublic())), ISSUER, this::find, clock);
    }

    private Optional<User> authenticate(String token) {
        Future<Optional<User>> asked = authenticator.authenticate(new Credentials(List.of(), token, List.of()));
        return asked.succeeded() ? asked.result() : Optional.empty();
    }

    private Optional<Verified> verify(String token, List<String> audiences) {
        return authenticator.verifyToken(token, audiences).result();
    }

    private Future<Optional<KubeObject>> find(Resource resource, ObjectKey key) {
        return Future.succeededFuture(Optional.ofNullable(objects.get(resource.plural() + "/" + key)));
    }

    private KubeObject put(Resource resource, String kind, String namespace, String name, String uid) {
        KubeObject object =
                KubeObject.named("v1", kind, ObjectKey.of(namespace, name), tree -> Json.child(tree, "metadata")
                        .put("uid", uid));
        objects.put(resource.plural() + "/" + object.key(), object);
        return object;
    }

    private void secret(String namespace, String name, Map<String, String> data, String type) {
        KubeObject object = KubeObject.named("v1", "Secret", ObjectKey.of(namespace, name), tree -> {
            tree.put("type", type);
            data.forEach((key, value) -> Json.child(tree, "data")
                    .put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        });
        objects.put("secrets/" + object.key(), object);
    }
}
