package io.minik.server.authn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Users of an issuer of tokens, and of a token file. */
class StrangersTest {
    private static final String URL = "https://issuer.test";
    private static final KeyPair RSA = pair("RSA");
    private static final KeyPair EC = pair("EC");
    private static final String CONFIG = """
            {'apiVersion':'apiserver.config.k8s.io/v1','kind':'AuthenticationConfiguration','jwt':[{
              'issuer':{'url':'https://issuer.test','audiences':['minik','other'],'audienceMatchPolicy':'MatchAny'},
              'claimValidationRules':[{'claim':'hd','requiredValue':'example.com'},
                {'expression':'claims.exp - claims.iat <= 7200','message':'too long'}],
              'claimMappings':{'username':{'expression':'claims.sub + \\":\\" + claims.email'},
                'groups':{'claim':'roles','prefix':'oidc:'},'uid':{'claim':'id'},
                'extra':[{'key':'example.com/tenant','valueExpression':'claims.tenant'}]},
              'userValidationRules':[{'expression':'!user.username.startsWith(\\"system:\\")','message':'reserved'}]}]}
            """;

    private Instant now = Instant.ofEpochSecond(1_000_000);
    private final Map<String, ObjectNode> served = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Strangers strangers =
            new Strangers(Optional.empty(), StaticTokens.NONE, config(CONFIG), this::get, () -> now);

    private static KeyPair pair(String type) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            if (type.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode json(String text) {
        return Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static AuthenticationConfig config(String text) {
        return AuthenticationConfig.parse(json(text));
    }

    private Future<ObjectNode> get(String url, String authority) {
        asked.add(url);
        ObjectNode found = served.get(url);
        return found == null ? Future.failedFuture("connection refused") : Future.succeededFuture(found);
    }

    private void serve(String kid, KeyPair... pairs) {
        served.put(
                URL + "/.well-known/openid-configuration",
                json("{'issuer':'" + URL + "','jwks_uri':'" + URL + "/keys'}"));
        ObjectNode set = Json.object();
        for (KeyPair pair : pairs) {
            set.withArray("keys").add(Jwt.jwk(kid + pair.getPublic().getAlgorithm(), pair.getPublic()));
        }
        served.put(URL + "/keys", set);
    }

    private static String token(KeyPair pair, String kid, String claims) {
        boolean elliptic = pair.getPublic().getAlgorithm().equals("EC");
        String header = "{\"alg\":\"" + (elliptic ? "ES256" : "RS256") + "\",\"kid\":\"" + kid
                + pair.getPublic().getAlgorithm() + "\"}";
        String signed = encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(Json.bytes(json(claims)));
        try {
            Signature signature = Signature.getInstance(elliptic ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            signature.initSign(pair.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @param more claims instead of or besides the usual */
    private static String claims(String more) {
        ObjectNode claims =
                json("{'iss':'" + URL + "','aud':'minik','sub':'alice','email':'a@example.com','hd':'example.com',"
                        + "'roles':['dev','ops'],'id':'u1','tenant':'t','iat':1000000,'exp':1003600}");
        claims.setAll(json(more));
        return claims.toString();
    }

    private Optional<User> user(String token) {
        return strangers.verify(token).result();
    }

    @Test
    void aTokenNamesItsUser() {
        serve("k", RSA, EC);
        User wanted = new User(
                "alice:a@example.com",
                "u1",
                List.of("oidc:dev", "oidc:ops", User.AUTHENTICATED),
                Map.of("example.com/tenant", List.of("t")));
        assertThat(user(token(RSA, "k", claims("{}")))).contains(wanted);
        assertThat(user(token(EC, "k", claims("{}")))).contains(wanted);
        assertThat(asked).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'aud':'elsewhere'}
            {'aud':['a','b']}
            {'exp':999999}
            {'exp':null}
            {'nbf':1000001}
            {'hd':'example.org'}
            {'exp':1009999}
            {'sub':'system','email':'admin'}
            {'roles':[1]}
            {'iss':'https://other.test'}
            {'email':null}
            """)
    void aTokenThatIsNotGoodNamesNobody(String more) {
        serve("k", RSA);
        String good = token(RSA, "k", claims("{'aud':['x','other']}"));
        assertThat(user(good)).isPresent();
        assertThat(user(token(RSA, "k", claims(more)))).isEmpty();
    }

    @Test
    void aSignatureOfSomebodyElseIsNone() {
        serve("k", RSA);
        String other = token(pair("RSA"), "k", claims("{}"));
        assertThat(user(other)).isEmpty();
        assertThat(user(token(RSA, "k", claims("{}")) + "x")).isEmpty();
        assertThat(user("a.b.c")).isEmpty();
    }

    @Test
    void keysThatAreNotKnownAreAskedForButNotEachTime() {
        serve("k", RSA);
        assertThat(user(token(RSA, "k", claims("{}")))).isPresent();
        serve("new", EC);
        String rotated = token(EC, "new", claims("{}"));
        assertThat(user(rotated)).isEmpty();
        assertThat(asked).hasSize(2);
        now = now.plusSeconds(11);
        assertThat(user(rotated)).isPresent();
        assertThat(user(token(RSA, "k", claims("{}")))).isEmpty();
        assertThat(asked).hasSize(4);
    }

    @Test
    void anIssuerThatIsDownNamesNobodyUntilItIsBack() {
        String token = token(RSA, "k", claims("{}"));
        assertThat(user(token)).isEmpty();
        serve("k", RSA);
        assertThat(user(token)).isEmpty();
        now = now.plusSeconds(11);
        assertThat(user(token)).isPresent();
        served.clear();
        assertThat(user(token)).isPresent();
    }

    @Test
    void anotherConfigurationCountsAtOnce() {
        serve("k", RSA);
        String token = token(RSA, "k", claims("{}"));
        assertThat(user(token)).isPresent();
        assertThat(strangers.letsAnonymousIn("/api")).isTrue();
        strangers.follow(config("{'apiVersion':'apiserver.config.k8s.io/v1','kind':'AuthenticationConfiguration',"
                + "'anonymous':{'enabled':true,'conditions':[{'path':'/healthz'}]}}"));
        assertThat(user(token)).isEmpty();
        assertThat(strangers.letsAnonymousIn("/healthz")).isTrue();
        assertThat(strangers.letsAnonymousIn("/api")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'https://issuer.test' | 'http://issuer.test' | jwt[0].issuer.url: Invalid value: "http://issuer.test": URL scheme must be https
            'audiences':['minik','other'] | 'audiences':[] | jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required
            'audienceMatchPolicy':'MatchAny' | 'audienceMatchPolicy':'' | jwt[0].issuer.audienceMatchPolicy
            claims.tenant | claim.tenant | undeclared reference to 'claim'
            claims.exp - claims.iat <= 7200 | 1 + 1 | jwt[0].claimValidationRules[1].expression: Invalid value: "1 + 1": must evaluate to bool but got int
            ,'prefix':'oidc:' | ~~ | jwt[0].claimMappings.groups.prefix: Required value
            'userValidationRules' | 'userRules' | jwt[0].userRules: unknown field
            """)
    void aConfigurationThatCouldNotBeFollowedIsRefused(String part, String other, String wanted) {
        assertThatThrownBy(() -> config(CONFIG.replace(part, other))).hasMessageContaining(wanted);
    }

    @Test
    void aTokenFileNamesUsers() {
        StaticTokens tokens =
                StaticTokens.parse("f", "# users\nsesame,alice,u1,\"dev,ops\"\nopen,bob,u2\n\n,nobody,u3\n");
        assertThat(tokens.find("sesame"))
                .contains(new User("alice", "u1", List.of("dev", "ops", User.AUTHENTICATED), Map.of()));
        assertThat(tokens.find("open")).contains(new User("bob", "u2", List.of(User.AUTHENTICATED), Map.of()));
        assertThat(tokens.find("closed")).isEmpty();
        assertThat(tokens.find("")).isEmpty();
        assertThatThrownBy(() -> StaticTokens.parse("f", "a,b"))
                .hasMessage("token file 'f' must have at least 3 columns (token, user name, user uid), found 2");
    }

    @Test
    void aProxyNamesUsersForItsCertificate() {
        CertificateAuthority proxies = authority("proxies");
        HeaderUsers users = new HeaderUsers(
                new ClientAuthority(List.of(proxies.certificate()), () -> now),
                List.of("front"),
                List.of("X-Remote-User"),
                List.of("X-Remote-Uid"),
                List.of("X-Remote-Group"),
                List.of("X-Remote-Extra-"));
        List<Map.Entry<String, String>> headers = List.of(
                Map.entry("x-remote-user", "alice"),
                Map.entry("X-Remote-Uid", "u1"),
                Map.entry("X-Remote-Group", "dev"),
                Map.entry("X-Remote-Group", "ops"),
                Map.entry("X-Remote-Extra-Example.com%2fTenant", "t"));
        assertThat(users.of(credentials(proxies, "front", headers)))
                .contains(new User(
                        "alice",
                        "u1",
                        List.of("dev", "ops", User.AUTHENTICATED),
                        Map.of("example.com/tenant", List.of("t"))));
        assertThat(users.of(credentials(proxies, "other", headers))).isEmpty();
        assertThat(users.of(credentials(authority("strangers"), "front", headers)))
                .isEmpty();
        assertThat(users.of(credentials(proxies, "front", List.of()))).isEmpty();
        assertThat(users.of(new Credentials(List.of(), "", List.of(), headers))).isEmpty();
    }

    private CertificateAuthority authority(String name) {
        return CertificateAuthority.create(name, Validity.of(Instant.EPOCH, now, Duration.ofDays(30)));
    }

    private Credentials credentials(
            CertificateAuthority authority, String name, List<Map.Entry<String, String>> headers) {
        X509Certificate certificate = authority.sign(new Leaf(
                Subject.of(name),
                AltNames.NONE,
                Keys.generate().getPublic(),
                List.of(Purpose.CLIENT),
                Validity.of(Instant.EPOCH, now, Duration.ofDays(1))));
        return new Credentials(List.of(certificate), "", List.of(), headers);
    }
}
