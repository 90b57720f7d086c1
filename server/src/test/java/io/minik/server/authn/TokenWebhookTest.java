package io.minik.server.authn;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.ServiceAccountTokens.Verified;
import io.minik.server.outside.KubeconfigServer;
import io.minik.server.outside.ReviewClient;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenWebhookTest {
    private static final String JANE =
            "{'authenticated':true,'user':{'username':'jane','uid':'7','groups':['devs'],'extra':{'a':['b']}}%s}";

    private final Vertx vertx = Vertx.vertx();
    private final List<ObjectNode> asked = new CopyOnWriteArrayList<>();
    private volatile Instant now = Instant.ofEpochSecond(1_000);
    private volatile String answer = JANE.formatted("");
    private volatile int code = 200;
    private volatile Optional<TokenWebhook> webhook = Optional.empty();

    @BeforeEach
    void listen() {
        int port = await(vertx.createHttpServer()
                        .requestHandler(request -> request.body().onSuccess(body -> {
                            asked.add(Json.parseObject(body.getBytes()));
                            request.response()
                                    .setStatusCode(code)
                                    .end(Buffer.buffer("{\"status\":" + answer.replace('\'', '"') + "}"))
                                    .onFailure(error -> {});
                        }))
                        .listen(0))
                .actualPort();
        KubeconfigServer server = new KubeconfigServer("http://127.0.0.1:" + port, "", "", "", "");
        webhook = Optional.of(
                new TokenWebhook(new ReviewClient(vertx, server), "v1beta1", Duration.ofMinutes(2), () -> now));
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private Optional<Verified> verify(String token) {
        return verify(token, "api");
    }

    private Optional<Verified> verify(String token, String... audiences) {
        Promise<Optional<Verified>> verified = Promise.promise();
        vertx.runOnContext(unused -> webhook.orElseThrow()
                .verify(token, List.of(audiences), List.of("api"))
                .onComplete(verified));
        return await(verified.future());
    }

    @Test
    void whoItKnowsIsRememberedForAWhile() {
        User jane = new User("jane", "7", List.of("devs", User.AUTHENTICATED), Map.of("a", List.of("b")));

        assertThat(verify("t")).contains(new Verified(jane, List.of("api")));
        now = now.plusSeconds(119);
        assertThat(verify("t")).isPresent();
        assertThat(asked).singleElement().isEqualTo(Json.parse("""
                        {"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1","metadata":{"creationTimestamp":null},
                        "spec":{"token":"t","audiences":["api"]},"status":{"user":{}}}""".getBytes(StandardCharsets.UTF_8)));

        answer = "{'authenticated':false}";
        now = now.plusSeconds(2);
        assertThat(verify("t")).isEmpty();
        assertThat(verify("t")).isEmpty();
        assertThat(asked).hasSize(2);
    }

    @Test
    void aTokenForOthersIsNobodys() {
        answer = JANE.formatted(",'audiences':['elsewhere']");

        assertThat(verify("t")).isEmpty();
    }

    @Test
    void whoKnowsNothingOfAudiencesSpeaksOfThisServer() {
        assertThat(verify("t", "vault")).isEmpty();
        assertThat(verify("t", "vault", "api")).map(Verified::audiences).contains(List.of("api"));
    }

    @Test
    void oneAudienceWithASeparatorIsNotTwo() {
        answer = JANE.formatted(",'audiences':['a','b']");
        assertThat(verify("t", "a\0b")).isEmpty();
        assertThat(verify("t", "a", "b")).map(Verified::audiences).contains(List.of("a", "b"));
    }

    @Test
    void whoHasTooManyGroupsIsNotRemembered() {
        answer = "{'authenticated':true,'user':{'username':'jane','groups':['" + "g".repeat(17_000) + "']}}";
        assertThat(verify("t")).isPresent();
        assertThat(verify("t")).isPresent();
        assertThat(asked).hasSize(2);
    }

    @Test
    void whatItCanNotSayIsAskedAgain() {
        code = 400;
        assertThatThrownBy(() -> verify("t")).hasStackTraceContaining("answers 400");

        code = 200;
        assertThat(verify("t")).isPresent();
    }
}
