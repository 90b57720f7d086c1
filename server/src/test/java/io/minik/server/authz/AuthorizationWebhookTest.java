package io.minik.server.authz;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.outside.KubeconfigServer;
import io.minik.server.request.Target;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthorizationWebhookTest {
    private static final User JANE = new User("jane", "7", List.of("devs"), Map.of("scope", List.of("a")));
    private static final Target PODS =
            new Target(true, "list", "", "v1", "pods", "", "shop", "", "", "spec.nodeName=n1,status.phase!=Failed");

    private final Vertx vertx = Vertx.vertx();
    private final List<ObjectNode> asked = new CopyOnWriteArrayList<>();
    private final ClusterAuthorizer authorizer = new ClusterAuthorizer(
            new RbacIndex(), new NodeAuthorizer(new PodReferences(), new IngressReferences(), List.of()));
    private volatile Instant now = Instant.ofEpochSecond(1_000);
    private volatile String answer = "{}";
    private volatile int code = 200;
    private int port;

    @BeforeEach
    void listen() {
        port = await(vertx.createHttpServer()
                        .requestHandler(request -> request.body().onSuccess(body -> {
                            asked.add(Json.parseObject(body.getBytes()));
                            request.response()
                                    .setStatusCode(code)
                                    .end(Buffer.buffer("{\"status\":" + answer + "}"))
                                    .onFailure(error -> {});
                        }))
                        .listen(0))
                .actualPort();
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private static AuthorizationConfig config(String version, String policy, String conditions) {
        return AuthorizationConfig.parse(Json.parse(
                """
            {'apiVersion':'apiserver.config.k8s.io/v1','kind':'AuthorizationConfiguration','authorizers':[
            {'type':'Webhook','name':'w','webhook':{'timeout':'3s','subjectAccessReviewVersion':'%s',
            'matchConditionSubjectAccessReviewVersion':'v1','failurePolicy':'%s','authorizedTTL':'1m','unauthorizedTTL':'10s',
            'connectionInfo':{'type':'KubeConfigFile','kubeConfigFile':'/k'},'matchConditions':[%s]}},
            {'type':'AlwaysDeny','name':'last'}]}""".formatted(version, policy, conditions).replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private void follow(String version, String policy, String conditions) {
        KubeconfigServer server = new KubeconfigServer("http://127.0.0.1:" + port + "/authz", "", "", "", "t");
        authorizer.follow(config(version, policy, conditions), file -> server, vertx, () -> now);
    }

    private Decision decide(User user) {
        Promise<Decision> decided = Promise.promise();
        vertx.runOnContext(unused -> authorizer.authorize(user, PODS).onComplete(decided));
        return await(decided.future());
    }

    private static Object tree(String json) {
        return Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aQuestionIsPutInUpstreamsForm() {
        follow("v1", "NoOpinion", "");
        answer = "{\"allowed\":true,\"reason\":\"since\"}";

        assertThat(decide(JANE)).isEqualTo(new Decision(Outcome.ALLOW, "since"));
        assertThat(asked).singleElement().isEqualTo(tree("""
                {'kind':'SubjectAccessReview','apiVersion':'authorization.k8s.io/v1','metadata':{'creationTimestamp':null},
                'spec':{'resourceAttributes':{'namespace':'shop','verb':'list','version':'v1','resource':'pods',
                'fieldSelector':{'requirements':[{'key':'spec.nodeName','operator':'In','values':['n1']},
                {'key':'status.phase','operator':'NotIn','values':['Failed']}]}},
                'user':'jane','groups':['devs'],'extra':{'scope':['a']},'uid':'7'},'status':{'allowed':false}}"""));
    }

    @Test
    void theOlderVersionCallsGroupsOtherwise() {
        follow("v1beta1", "NoOpinion", "");
        decide(JANE);

        assertThat(asked.get(0).path("spec").path("group").get(0).asText()).isEqualTo("devs");
        assertThat(asked.get(0).path("spec").has("groups")).isFalse();
    }

    @Test
    void decisionsHoldForTheirTime() {
        follow("v1", "NoOpinion", "");
        answer = "{\"allowed\":true}";
        decide(JANE);
        now = now.plusSeconds(59);
        assertThat(decide(JANE).outcome()).isEqualTo(Outcome.ALLOW);
        assertThat(asked).hasSize(1);

        answer = "{\"allowed\":false,\"denied\":true,\"reason\":\"no\"}";
        now = now.plusSeconds(2);
        assertThat(decide(JANE)).isEqualTo(new Decision(Outcome.DENY, "no"));
        now = now.plusSeconds(11);
        decide(JANE);
        assertThat(asked).hasSize(3);
    }

    @Test
    void whoHasNoOpinionLeavesItToTheNext() {
        follow("v1", "NoOpinion", "");
        answer = "{\"allowed\":false,\"reason\":\"not mine\"}";

        assertThat(decide(JANE)).isEqualTo(new Decision(Outcome.NO_OPINION, "not mine, Everything is forbidden."));
        assertThat(decide(new User("root", "", List.of(User.MASTERS), Map.of())).allowed())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"Deny,DENY", "NoOpinion,NO_OPINION"})
    void itsFailureMeansWhatThePolicySays(String policy, Outcome outcome) {
        follow("v1", policy, "");
        code = 403;

        Decision decision = decide(JANE);
        assertThat(decision.outcome()).isEqualTo(outcome);
        assertThat(decision.error()).endsWith("/authz answers 403");
    }

    @Test
    void conditionsChooseWhatItIsAsked() {
        follow(
                "v1",
                "Deny",
                "{'expression':'has(request.resourceAttributes)'},{'expression':'request.resourceAttributes.namespace != \\\"shop\\\"'}");
        assertThat(decide(JANE).outcome()).isEqualTo(Outcome.NO_OPINION);
        assertThat(asked).isEmpty();

        follow("v1", "Deny", "{'expression':'request.extra[\\\"none\\\"][0] == \\\"x\\\"'}");
        Decision failed = decide(JANE);
        assertThat(failed.outcome()).isEqualTo(Outcome.DENY);
        assertThat(failed.error()).contains("no such key");
        assertThat(asked).isEmpty();
    }

    @Test
    void whatAFileSaysWronglyIsTold() {
        assertThatThrownBy(() -> config("v2", "Maybe", "{'expression':'request.user'}"))
                .hasMessageContaining("authorizers[0].webhook.subjectAccessReviewVersion: Unsupported value: \"v2\"")
                .hasMessageContaining("authorizers[0].webhook.failurePolicy: Unsupported value: \"Maybe\"")
                .hasMessageContaining("authorizers[0].webhook.matchConditions[0].expression: Invalid value");
        assertThatThrownBy(() -> AuthorizationConfig.ofModes(List.of("ABAC"), Optional.empty()))
                .hasMessageContaining("has no mode that there is");
    }
}
