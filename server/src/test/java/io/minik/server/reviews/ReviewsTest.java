package io.minik.server.reviews;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.ApiClient;
import io.minik.api.client.Informers;
import io.minik.api.client.TestApi;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import io.minik.ground.loop.TestLoop;
import io.minik.ground.tls.ClientAuthority;
import io.minik.ground.tls.Keys;
import io.minik.server.authn.Authenticator.Credentials;
import io.minik.server.authn.BootstrapTokens;
import io.minik.server.authn.ObjectLookup;
import io.minik.server.authn.RequestAuthenticator;
import io.minik.server.authn.ServiceAccountTokens;
import io.minik.server.authn.Strangers;
import io.minik.server.authn.User;
import io.minik.server.authz.Rbac;
import io.minik.server.authz.RoleBootstrap;
import io.minik.server.controllers.accounts.TokenController;
import io.minik.server.pki.ServiceAccountKeys;
import io.minik.server.registry.Connector;
import io.minik.server.request.Request;
import io.minik.server.request.Requester;
import io.minik.server.simulation.DrivenLoop;
import io.minik.server.simulation.SimulatedTime;
import io.minik.server.simulation.StoredApi;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReviewsTest {
    private final SimulatedTime time = new SimulatedTime(1);
    private final TestLoop loop = new DrivenLoop(time);
    private final TestApi api = new StoredApi(time);
    private final ApiClient client = new ApiClient(api, "test");
    private final Informers informers = new Informers(loop, client);
    private final Rbac rbac = new Rbac(informers, true);
    private final InstantSource clock = loop::now;
    private final ObjectLookup lookup = (resource, key) -> Future.succeededFuture(api.find(resource, key));
    private final ServiceAccountTokens tokens = tokens();
    private final RequestAuthenticator authenticator = new RequestAuthenticator(
            tokens, new BootstrapTokens(lookup, clock), new ClientAuthority(List.of(), clock), Strangers.none(clock));
    private final Map<Connector.Key, Connector> connectors =
            Reviews.connectors(new Reviews.Sources(authenticator, tokens, rbac.authorizer(), lookup, clock));

    @BeforeEach
    void start() {
        new RoleBootstrap(client).start();
        rbac.start();
        api.put(
                Resources.SERVICE_ACCOUNTS,
                KubeObject.named("v1", "ServiceAccount", ObjectKey.of("shop", "web"), tree -> {}));
        api.put(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster("n1"), tree -> {}));
        api.put(Resources.PODS, KubeObject.named("v1", "Pod", ObjectKey.of("shop", "web-0"), tree -> tree.putObject(
                        "spec")
                .put("serviceAccountName", "web")
                .put("nodeName", "n1")));
        loop.settle();
    }

    @Test
    void aTokenBoundToAPodIsIssuedAndReviewed() {
        KubeObject answer = requestToken("""
                {"spec":{"audiences":[],"expirationSeconds":600,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"web-0"}}}""").result();

        String token = answer.text("status", "token");
        assertThat(answer.text("status", "expirationTimestamp"))
                .isEqualTo(loop.now().plusSeconds(600).toString());
        KubeObject review = ask(
                        "authentication.k8s.io", "tokenreviews", "TokenReview", User.ANONYMOUS, """
                {"spec":{"token":"%s"}}""".formatted(token))
                .result();
        assertThat(review.at("status", "authenticated").asBoolean()).isTrue();
        assertThat(review.text("status", "user", "username")).isEqualTo("system:serviceaccount:shop:web");
        assertThat(review.at("status", "user", "extra", "authentication.kubernetes.io/node-name")
                        .get(0)
                        .asText())
                .isEqualTo("n1");
        api.remove(Resources.PODS, ObjectKey.of("shop", "web-0"));
        KubeObject later = ask(
                        "authentication.k8s.io", "tokenreviews", "TokenReview", User.ANONYMOUS, """
                {"spec":{"token":"%s"}}""".formatted(token))
                .result();
        assertThat(later.at("status", "authenticated").asBoolean()).isFalse();
        assertThat(later.text("status", "error")).isEqualTo("[invalid bearer token]");
    }

    @Test
    void tokenRequestsThatCannotBeAreRefused() {
        assertThat(requestToken("{\"spec\":{\"expirationSeconds\":5}}").cause())
                .hasMessageContaining(
                        "spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes");
        assertThat(requestToken("""
                {"spec":{"boundObjectRef":{"kind":"Pod","name":"none"}}}""").cause()).hasMessage("pods \"none\" not found");
        assertThat(ApiException.is(requestToken("""
                {"spec":{"boundObjectRef":{"kind":"Pod","name":"web-0","uid":"other"}}}""").cause(), Reason.Conflict)).isTrue();
        api.edit(Resources.PODS, ObjectKey.of("shop", "web-0"), tree -> Json.child(tree, "spec")
                .put("serviceAccountName", "x"));
        assertThat(requestToken("""
                {"spec":{"boundObjectRef":{"kind":"Pod","name":"web-0"}}}""").cause()).hasMessageContaining("different serviceaccount name");
        assertThat(ask("", "serviceaccounts", "token", User.ANONYMOUS, ObjectKey.of("shop", "none"), "{\"spec\":{}}")
                        .cause())
                .hasMessage("serviceaccounts \"none\" not found");
    }

    @Test
    void accessReviewsAnswerAsTheAuthorizerDoes() {
        KubeObject yes = ask("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", User.ANONYMOUS, """
                {"spec":{"user":"root","groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"pods"}}}""")
                .result();
        KubeObject no = ask(
                        "authorization.k8s.io",
                        "selfsubjectaccessreviews",
                        "SelfSubjectAccessReview",
                        User.system("jane"),
                        """
                {"spec":{"resourceAttributes":{"verb":"get","resource":"pods","namespace":"shop"}}}""")
                .result();
        KubeObject url = ask(
                        "authorization.k8s.io",
                        "selfsubjectaccessreviews",
                        "SelfSubjectAccessReview",
                        User.system("jane"),
                        """
                {"spec":{"nonResourceAttributes":{"verb":"get","path":"/api"}}}""")
                .result();

        assertThat(yes.at("status", "allowed").asBoolean()).isTrue();
        assertThat(no.at("status", "allowed").asBoolean()).isFalse();
        assertThat(url.at("status", "allowed").asBoolean()).isTrue();
        assertThat(url.text("status", "reason"))
                .isEqualTo(
                        "RBAC: allowed by ClusterRoleBinding \"system:discovery\" of ClusterRole \"system:discovery\" to"
                                + " Group \"system:authenticated\"");
        assertThat(ask("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", User.ANONYMOUS, """
                {"spec":{"user":"x"}}""")
                        .cause())
                .hasMessageContaining("exactly one of");
        assertThat(ask(
                                "authorization.k8s.io",
                                "localsubjectaccessreviews",
                                "LocalSubjectAccessReview",
                                User.ANONYMOUS,
                                ObjectKey.of("shop", ""),
                                """
                {"spec":{"user":"x","resourceAttributes":{"verb":"get","resource":"pods","namespace":"other"}}}""")
                        .cause())
                .hasMessageContaining("must match metadata.namespace");
    }

    @Test
    void rulesAndIdentityOfOneself() {
        KubeObject rules = ask(
                        "authorization.k8s.io",
                        "selfsubjectrulesreviews",
                        "SelfSubjectRulesReview",
                        User.system("jane"),
                        """
                {"spec":{"namespace":"shop"}}""")
                .result();
        KubeObject who = ask(
                        "authentication.k8s.io",
                        "selfsubjectreviews",
                        "SelfSubjectReview",
                        User.system("jane", "dev"),
                        "{}")
                .result();

        assertThat(rules.at("status", "resourceRules").toString()).contains("selfsubjectaccessreviews");
        assertThat(rules.at("status", "nonResourceRules").toString()).contains("/openapi");
        assertThat(rules.at("status", "incomplete").asBoolean()).isFalse();
        assertThat(who.at("status", "userInfo").toString())
                .isEqualTo("{\"username\":\"jane\",\"groups\":[\"dev\",\"system:authenticated\"]}");
    }

    @Test
    void legacyTokenSecretsAreFilledAndEndWithTheirAccount() {
        new TokenController(loop, informers, client, tokens::issueLegacy, "CA PEM").start();
        api.put(Resources.SECRETS, KubeObject.named("v1", "Secret", ObjectKey.of("shop", "web-token"), tree -> {
            tree.put("type", "kubernetes.io/service-account-token");
            Json.child(Json.child(tree, "metadata"), "annotations").put("kubernetes.io/service-account.name", "web");
        }));
        loop.settle();

        KubeObject secret = api.require(Resources.SECRETS, ObjectKey.of("shop", "web-token"));
        assertThat(decoded(secret, "namespace")).isEqualTo("shop");
        assertThat(decoded(secret, "ca.crt")).isEqualTo("CA PEM");
        assertThat(authenticator
                        .authenticate(new Credentials(List.of(), decoded(secret, "token"), List.of()))
                        .result()
                        .orElseThrow()
                        .name())
                .isEqualTo("system:serviceaccount:shop:web");
        api.remove(Resources.SERVICE_ACCOUNTS, ObjectKey.of("shop", "web"));
        loop.settle();
        assertThat(api.find(Resources.SECRETS, ObjectKey.of("shop", "web-token")))
                .isEmpty();
    }

    private static String decoded(KubeObject secret, String key) {
        return new String(Base64.getDecoder().decode(secret.text("data", key)), StandardCharsets.UTF_8);
    }

    private Future<KubeObject> requestToken(String body) {
        return ask("", "serviceaccounts", "token", User.ANONYMOUS, ObjectKey.of("shop", "web"), body);
    }

    private Future<KubeObject> ask(String group, String plural, String kind, User user, String body) {
        return ask(group, plural, kind, user, ObjectKey.cluster(""), body);
    }

    private Future<KubeObject> ask(String group, String plural, String kind, User user, ObjectKey key, String body) {
        boolean subresource = kind.equals("token");
        ObjectNode tree = Json.parseObject(body.getBytes(StandardCharsets.UTF_8));
        Connector connector =
                Objects.requireNonNull(connectors.get(new Connector.Key(group, plural, subresource ? kind : "")));
        return connector.create(
                new Request(
                        Verb.CREATE,
                        Schema.load()
                                .findResource(group.isEmpty() ? "v1" : group + "/v1", plural)
                                .orElseThrow(),
                        key,
                        subresource ? kind : "",
                        Map.of(),
                        Requester.room(user),
                        Request.Body.NONE),
                KubeObject.of(tree));
    }

    private ServiceAccountTokens tokens() {
        KeyPair keys = Keys.generate();
        return new ServiceAccountTokens(
                new ServiceAccountKeys(keys.getPrivate(), List.of(keys.getPublic())),
                ServiceAccountTokens.issuerOf("cluster.local"),
                lookup,
                clock);
    }
}
