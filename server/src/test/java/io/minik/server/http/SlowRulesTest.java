package io.minik.server.http;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Review;
import io.minik.server.admission.Review.Operation;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.request.Target;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps of the write path that ask somebody, who takes his time, fails, or never answers. */
class SlowRulesTest {
    private static final Future<Void> DONE = Admission.DONE;
    private static final Future<Decision> ALLOWED = Future.succeededFuture(new Decision(Outcome.ALLOW, ""));
    private static final ObjectKey A = ObjectKey.of("default", "a");

    /** What the step under test does with a ConfigMap of whoever is not "other". */
    private volatile Function<Review, Future<Void>> mutation = review -> DONE;

    private volatile Function<Review, Future<Void>> check = review -> DONE;
    private volatile Function<Target, Future<Decision>> authorization = asked -> ALLOWED;

    private final Admission rule = new Admission() {
        @Override
        public String name() {
            return "Slow";
        }

        @Override
        public Future<Void> mutate(Review review) {
            return concerns(review) ? mutation.apply(review) : DONE;
        }

        @Override
        public Future<Void> validate(Review review) {
            return concerns(review) ? check.apply(review) : DONE;
        }

        private boolean concerns(Review review) {
            return review.resource().equals(Resources.CONFIG_MAPS)
                    && !review.user().name().equals("other");
        }
    };

    private final Authorizer authorizer =
            (user, asked) -> user.name().equals("tester") ? authorization.apply(asked) : ALLOWED;

    private final TestApi api = new TestApi(authorizer, List.of(rule));

    @AfterEach
    void stop() {
        api.close();
    }

    private Future<KubeObject> write(String name) {
        return api.createLater(Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'" + name + "'}}");
    }

    private Future<KubeObject> patch(Map<String, String> query, String json) {
        return api.send(Verb.PATCH, Resources.CONFIG_MAPS, A, "", query, "application/merge-patch+json", json);
    }

    private Future<Void> after50Millis() {
        Promise<Void> later = Promise.promise();
        api.vertx().setTimer(50, unused -> later.complete());
        return later.future();
    }

    @Test
    void othersGoOnOnTheSameLoopMeanwhile() {
        Promise<Void> answer = Promise.promise();
        mutation = review -> review.key().equals(A) ? answer.future() : DONE;
        Context loop = api.vertx().getOrCreateContext();
        List<String> done = new ArrayList<>();
        Promise<Void> all = Promise.promise();
        loop.runOnContext(unused -> {
            Future<KubeObject> slow = write("a").onSuccess(made -> {
                assertThat(Context.isOnEventLoopThread()).isTrue();
                done.add("a");
            });
            List<Future<?>> others = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                others.add(write("b" + i).onSuccess(made -> done.add(made.name())));
            }
            Future.all(others)
                    .onSuccess(made -> answer.complete())
                    .compose(made -> slow)
                    .<Void>mapEmpty()
                    .onComplete(all);
        });
        await(all.future());
        assertThat(done).hasSize(21).last().isEqualTo("a");
    }

    @Test
    void quotasHoldWhileManySlowWritesAreUnderWay() {
        api.create(
                Resources.RESOURCE_QUOTAS,
                "default",
                "{'metadata':{'name':'few'},'spec':{'hard':{'count/configmaps':'3'}}}");
        mutation = review -> after50Millis();
        check = review -> after50Millis();
        List<Future<?>> writes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writes.add(write("q" + i));
        }
        await(Future.join(writes).otherwiseEmpty());

        assertThat(writes.stream().filter(Future::succeeded)).hasSize(3);
        assertThat(writes.stream().filter(Future::failed).map(Future::cause)).allSatisfy(refused -> assertThat(refused)
                .hasMessageContaining("exceeded quota: few, requested: count/configmaps=1, used: count/configmaps=3"));
        assertThat(api.list(Resources.CONFIG_MAPS, "default", Map.of()).items()).hasSize(3);
        assertThat(api.get(Resources.RESOURCE_QUOTAS, "default", "few").text("status", "used", "count/configmaps"))
                .isEqualTo("3");
    }

    @Test
    void whatLostItsRaceIsDecidedAgainOnWhatIsThereNow() {
        await(write("a"));
        List<String> seen = new ArrayList<>();
        mutation = review -> {
            seen.add(review.old().orElseThrow().at("data").toString());
            Json.child(review.object(), "data").put("asked", Integer.toString(seen.size()));
            return seen.size() == 1 ? other("{'data':{'theirs':'1'}}").mapEmpty() : DONE;
        };

        KubeObject after = await(patch(Map.of(), "{'data':{'mine':'2'}}"));

        assertThat(seen).containsExactly("", "{\"theirs\":\"1\"}");
        assertThat(Json.strings(after.at("data"))).isEqualTo(Map.of("asked", "2", "mine", "2", "theirs", "1"));
    }

    /** By somebody whom the step lets pass. */
    private Future<KubeObject> other(String json) {
        return api.server()
                .transport(User.system("other", User.MASTERS))
                .send(new ApiCall(
                        Verb.PATCH,
                        Resources.CONFIG_MAPS,
                        A,
                        "",
                        Map.of(),
                        "application/merge-patch+json",
                        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void howOftenOthersAreFirstDoesNotMatter() {
        await(write("a"));
        AtomicInteger lost = new AtomicInteger();
        mutation = review -> lost.get() < 40
                ? other("{'data':{'n':'" + lost.incrementAndGet() + "'}}").mapEmpty()
                : DONE;

        assertThat(Json.strings(await(patch(Map.of(), "{'data':{'mine':'1'}}")).at("data")))
                .isEqualTo(Map.of("mine", "1", "n", "40"));
    }

    @Test
    void othersWhoAreAlwaysFirstTakeAllTheTimeThatThereIs() {
        await(write("a"));
        AtomicInteger lost = new AtomicInteger();
        mutation = review ->
                other("{'data':{'n':'" + lost.incrementAndGet() + "'}}").mapEmpty();

        assertThatThrownBy(() -> await(patch(Map.of("timeout", "100ms"), "{'data':{'mine':'1'}}")))
                .hasMessage("Timeout: request did not complete within requested timeout - context deadline exceeded");
        assertThat(api.get(Resources.CONFIG_MAPS, "default", "a").at("data").has("mine"))
                .isFalse();
    }

    @Test
    void aRefusalAndAFaultAreTold() {
        check = review -> after50Millis()
                .compose(unused ->
                        Future.failedFuture(ApiException.forbidden(Resources.CONFIG_MAPS, "a", "the hook says no")));
        assertThatThrownBy(() -> await(write("a"))).hasMessageContaining("is forbidden: the hook says no");
        mutation = review -> Future.failedFuture(new IllegalStateException("connection refused"));
        assertThatThrownBy(() -> await(write("a")))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        error -> assertThat(error.status().code()).isEqualTo(500))
                .hasMessageContaining("connection refused");
        assertThat(api.list(Resources.CONFIG_MAPS, "default", Map.of()).items()).isEmpty();
    }

    @Test
    void whoNeverAnswersCostsTheRequestAndNothingElse() {
        for (Operation operation : List.of(Operation.CREATE, Operation.UPDATE, Operation.DELETE)) {
            mutation = review -> DONE;
            if (operation != Operation.CREATE) {
                await(api.createAs("other", Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'a'}}")
                        .recover(there -> Future.succeededFuture()));
            }
            Promise<Void> answer = Promise.promise();
            mutation = review -> answer.future();
            Map<String, String> query = Map.of("timeout", "20ms");
            assertThatThrownBy(() -> await(
                            switch (operation) {
                                case CREATE ->
                                    api.send(
                                            Verb.CREATE,
                                            Resources.CONFIG_MAPS,
                                            ObjectKey.of("default", ""),
                                            "",
                                            query,
                                            "application/json",
                                            "{'metadata':{'name':'a'}}");
                                case UPDATE -> patch(query, "{'data':{'mine':'1'}}");
                                case DELETE, CONNECT ->
                                    api.send(Verb.DELETE, Resources.CONFIG_MAPS, A, "", query, "", "");
                            }))
                    .as(operation.name())
                    .isInstanceOfSatisfying(ApiException.class, error -> {
                        assertThat(error.status().code()).isEqualTo(504);
                        assertThat(error.status().reason()).isEqualTo(Reason.Timeout);
                    })
                    .hasMessage(
                            "Timeout: request did not complete within requested timeout - context deadline exceeded");
            answer.complete();
            List<KubeObject> left =
                    api.list(Resources.CONFIG_MAPS, "default", Map.of()).items();
            assertThat(left).as(operation.name()).hasSize(operation == Operation.CREATE ? 0 : 1);
            assertThat(left).noneMatch(object -> object.at("data").has("mine"));
        }
    }

    @Test
    void aTimeoutIsADuration() {
        assertThatThrownBy(() -> await(patch(Map.of("timeout", "soon"), "{}")))
                .hasMessage("invalid timeout specified in the request URL - time: invalid duration \"soon\"");
        await(write("a"));
        assertThat(await(patch(Map.of("timeout", "0s"), "{'data':{'k':'v'}}")).text("data", "k"))
                .isEqualTo("v");
    }

    @Test
    void nothingIsStoredForAClientThatIsGone() {
        Promise<Void> asked = Promise.promise();
        Promise<Boolean> left = Promise.promise();
        Promise<Void> answer = Promise.promise();
        mutation = review -> {
            if (!review.key().equals(A)) {
                return DONE;
            }
            asked.complete();
            api.vertx().setPeriodic(5, timer -> {
                if (review.request().requester().gone().getAsBoolean()) {
                    api.vertx().cancelTimer(timer);
                    left.tryComplete(true);
                    answer.tryComplete();
                }
            });
            return answer.future();
        };
        String body = "{\"metadata\":{\"name\":\"a\"}}";
        NetClient clients = api.vertx().createNetClient();
        NetSocket client = await(clients.connect(api.server().port(), "127.0.0.1"));
        await(client.write(Buffer.buffer("POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)));
        await(asked.future());
        await(client.close());

        assertThat(await(left.future())).isTrue();
        await(clients.close());
        await(write("b"));
        assertThat(api.list(Resources.CONFIG_MAPS, "default", Map.of()).items())
                .extracting(KubeObject::name)
                .containsExactly("b");
    }

    @Test
    void anAuthorizerMayAskSomebodyToo() {
        authorization = asked -> asked.name().equals("a") && asked.verb().equals("get")
                ? after50Millis().map(new Decision(Outcome.NO_OPINION, "the hook says no"))
                : after50Millis().compose(unused -> ALLOWED);

        await(write("a"));
        assertThatThrownBy(() -> api.get(Resources.CONFIG_MAPS, "default", "a"))
                .hasMessage("configmaps \"a\" is forbidden: User \"tester\" cannot get resource \"configmaps\" in API"
                        + " group \"\" in the namespace \"default\": the hook says no");
    }
}
