package io.minik.server.http;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiClient;
import io.minik.api.client.Controller;
import io.minik.api.client.DeleteOptions;
import io.minik.api.client.ListOptions;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Review;
import io.minik.server.authn.User;
import io.minik.server.authz.Authorizer.Decision;
import io.minik.server.authz.Authorizer.Outcome;
import io.minik.server.controllers.control.ControllerContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Priority and fairness on a running API: its objects, and requests that wait in a step of their own. */
class FlowControlTest {
    private static final Resource SCHEMAS =
            new Resource("flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "FlowSchema", false);
    private static final Resource LEVELS = new Resource(
            "flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", false);

    private final Promise<Void> gate = Promise.promise();
    private final Admission slow = new Admission() {
        @Override
        public String name() {
            return "Slow";
        }

        @Override
        public Future<Void> mutate(Review review) {
            return review.resource().equals(Resources.CONFIG_MAPS)
                            && review.user().name().startsWith("slow")
                    ? gate.future()
                    : DONE;
        }
    };
    private final TestApi api =
            new TestApi((user, asked) -> Future.succeededFuture(new Decision(Outcome.ALLOW, "")), List.of(slow));
    private final Loop loop = Loop.on(api.vertx().getOrCreateContext());
    private final ApiClient client = new ApiClient(api.transport(), "tester");
    private final Controller room = api.server().flows().follow(ControllerContext.of(loop, client));

    @BeforeEach
    void start() {
        Promise<Void> started = Promise.promise();
        loop.run(() -> room.start().onComplete(started));
        await(started.future());
        awaitDangling("system-nodes", "False");
    }

    @AfterEach
    void stop() {
        gate.tryComplete();
        await(room.stop());
        api.close();
    }

    /** The last that is done with a schema: what its status says counts already. */
    private void awaitDangling(String schema, String status) {
        Promise<Void> seen = Promise.promise();
        new ApiClient(api.transport(), "tester")
                .watch(SCHEMAS, "", ListOptions.fields("metadata.name=" + schema), new WatchHandler() {
                    @Override
                    public void onEvent(WatchEvent event) {
                        Json.items(event.object().tree(), "status", "conditions").stream()
                                .filter(condition ->
                                        Json.text(condition, "status").equals(status))
                                .forEach(condition -> seen.tryComplete());
                    }

                    @Override
                    public void onEnd(Optional<ApiException> why) {
                        seen.tryFail("the watch ended");
                    }
                })
                .onFailure(seen::tryFail);
        await(seen.future());
    }

    private ApiClient as(String name, String... groups) {
        return new ApiClient(api.server().transport(new User(name, "", List.of(groups), Map.of())), "test");
    }

    private Future<KubeObject> write(ApiClient client, String name) {
        return client.create(
                Resources.CONFIG_MAPS,
                KubeObject.named("v1", "ConfigMap", ObjectKey.of("default", name), tree -> tree.putObject("data")));
    }

    /** A level of two seats and one queue, and a schema that sends the slow there. */
    private void narrow(String response) {
        api.create(
                LEVELS,
                "",
                "{'metadata':{'name':'narrow'},'spec':{'type':'Limited','limited':{'nominalConcurrencyShares':1,"
                        + "'lendablePercent':0,'borrowingLimitPercent':0,'limitResponse':" + response + "}}}");
        api.create(
                SCHEMAS,
                "",
                "{'metadata':{'name':'slow'},'spec':{'priorityLevelConfiguration':{'name':'narrow'},"
                        + "'matchingPrecedence':3,'distinguisherMethod':{'type':'ByUser'},'rules':[{'subjects':"
                        + "[{'kind':'Group','group':{'name':'slowly'}}],'resourceRules':[{'verbs':['*'],'apiGroups':"
                        + "['*'],'resources':['*'],'namespaces':['*'],'clusterScope':true}]}]}}");
        awaitDangling("slow", "False");
    }

    /** What upstream's kubectl shows on a new cluster; stored as it is written, so that nobody writes it again and again. */
    @Test
    void everyClusterBeginsWithUpstreamsObjects() {
        assertThat(await(client.list(SCHEMAS, "", ListOptions.ALL)).items())
                .extracting(KubeObject::name)
                .containsExactly(
                        "catch-all",
                        "endpoint-controller",
                        "exempt",
                        "global-default",
                        "kube-controller-manager",
                        "kube-scheduler",
                        "kube-system-service-accounts",
                        "probes",
                        "service-accounts",
                        "system-leader-election",
                        "system-node-high",
                        "system-nodes",
                        "workload-leader-election");
        List<KubeObject> levels =
                await(client.list(LEVELS, "", ListOptions.ALL)).items();
        assertThat(levels)
                .extracting(KubeObject::name)
                .containsExactly(
                        "catch-all",
                        "exempt",
                        "global-default",
                        "leader-election",
                        "node-high",
                        "system",
                        "workload-high",
                        "workload-low");
        assertThat(levels)
                .allSatisfy(level -> assertThat(level.meta().generation()).isEqualTo(1));
    }

    @Test
    void whatTheServerKeepsComesBack() {
        ObjectKey probes = ObjectKey.cluster("probes");
        String[] level = {"spec", "priorityLevelConfiguration", "name"};
        String other = "'spec':{'priorityLevelConfiguration':{'name':'system'}}";
        await(new ApiClient(api.transport(), "tester").delete(SCHEMAS, probes, DeleteOptions.DEFAULT));
        api.awaitValue(SCHEMAS, probes, "exempt", level);
        api.merge(SCHEMAS, probes, "", "{" + other + "}");
        api.awaitValue(SCHEMAS, probes, "exempt", level);
        String theirs = "'metadata':{'annotations':{'apf.kubernetes.io/autoupdate-spec':'false'}}";
        api.merge(SCHEMAS, probes, "", "{" + theirs + "," + other + "}");
        api.merge(
                SCHEMAS,
                ObjectKey.cluster("system-nodes"),
                "",
                "{'spec':{'priorityLevelConfiguration':{'name':'exempt'}}}");
        api.awaitValue(SCHEMAS, ObjectKey.cluster("system-nodes"), "system", level);
        assertThat(api.get(SCHEMAS, "", "probes").text(level)).isEqualTo("system");
    }

    @Test
    void aSchemaSaysThatItsLevelIsMissing() {
        api.create(
                SCHEMAS,
                "",
                "{'metadata':{'name':'lost'},'spec':{'priorityLevelConfiguration':{'name':'nowhere'},"
                        + "'matchingPrecedence':900}}");
        awaitDangling("lost", "True");
        assertThat(Json.text(
                        api.get(SCHEMAS, "", "lost").at("status", "conditions").get(0), "message"))
                .isEqualTo("This FlowSchema references the PriorityLevelConfiguration object named \"nowhere\" but"
                        + " there is no such object");
    }

    @Test
    void answersTellWhoseTheRequestWas() throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + api.server().port() + "/api/v1/namespaces/default"))
                                .build(),
                        BodyHandlers.ofString());
        String schema =
                answer.headers().firstValue("X-Kubernetes-PF-FlowSchema-UID").orElseThrow();
        assertThat(await(new ApiClient(api.transport(), "tester").list(SCHEMAS, "", ListOptions.ALL))
                        .items())
                .extracting(KubeObject::uid)
                .contains(schema);
        assertThat(answer.headers().firstValue("X-Kubernetes-PF-PriorityLevel-UID"))
                .isPresent();
    }

    @Test
    void whoFindsNoSeatIsRefusedOrWaits() {
        narrow("{'type':'Reject'}");
        ApiClient slowly = as("slow-1", "slowly");
        List<Future<KubeObject>> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            asked.add(write(slowly, "c" + i));
        }
        List<Future<KubeObject>> refused = asked.stream().filter(Future::failed).toList();
        assertThat(refused).isNotEmpty().allSatisfy(each -> assertThat(each.cause())
                .isInstanceOfSatisfying(ApiException.class, error -> {
                    assertThat(error.status().reason()).isEqualTo(Reason.TooManyRequests);
                    assertThat(error.status().details().retryAfterSeconds()).isEqualTo(1);
                }));
        // Whoever is of another level is not held up.
        assertThat(await(write(as("quick", "others", User.AUTHENTICATED), "quick"))
                        .name())
                .isEqualTo("quick");
        gate.complete();
        asked.stream().filter(each -> !refused.contains(each)).forEach(TestApi::await);
        await(write(slowly, "later"));
    }

    @Test
    void whoWaitsGetsHisTurn() {
        narrow("{'type':'Queue','queuing':{'queues':4,'handSize':2,'queueLengthLimit':20}}");
        ApiClient slowly = as("slow-1", "slowly");
        List<Future<KubeObject>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            asked.add(write(slowly, "c" + i));
        }
        assertThat(asked).noneMatch(Future::isComplete);
        gate.complete();
        asked.forEach(TestApi::await);
        assertThat(asked).allMatch(Future::succeeded);
    }
}
