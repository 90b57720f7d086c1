package io.minik.server.http;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.admission.Admission;
import io.minik.server.admission.Review;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What little asks for much is work for the worker: it waits while that is busy, and what costs little does not. */
class HeavyObjectsTest {
    private static final ObjectKey LARGE = ObjectKey.of("default", "large");
    private static final ObjectKey SMALL = ObjectKey.of("default", "small");
    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON = "application/json-patch+json";

    private final Promise<Void> gate = Promise.promise();
    private final Promise<Void> reached = Promise.promise();

    private final Admission slow = new Admission() {
        @Override
        public String name() {
            return "Slow";
        }

        @Override
        public Future<Void> validate(Review review) {
            if (!review.key().name().equals("occupies")) {
                return DONE;
            }
            reached.complete();
            return gate.future();
        }
    };

    private final TestApi api = new TestApi(DevServer.EVERYTHING, List.of(slow));
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void objects() {
        api.create(Resources.CONFIG_MAPS, "default", map("large"));
        api.create(Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'small'},'data':{'a':'1'}}");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static String map(String name) {
        String data =
                IntStream.range(0, 10_000).mapToObj(i -> "'k" + i + "':'v'").collect(Collectors.joining(","));
        return "{'metadata':{'name':'" + name + "'},'data':{" + data + "}}";
    }

    private Future<KubeObject> patch(ObjectKey key, String type, String json) {
        return api.send(Verb.PATCH, Resources.CONFIG_MAPS, key, "", Map.of(), type, json);
    }

    private void occupy() {
        api.createLater(Resources.CONFIG_MAPS, "default", map("occupies")).onFailure(gate::tryFail);
        await(reached.future());
    }

    @Test
    void aSmallChangeOfALargeObjectIsWorkForTheWorker() {
        occupy();
        List<Future<KubeObject>> waiting = List.of(
                patch(LARGE, MERGE, "{'data':{'k1':'changed'}}"),
                patch(SMALL, JSON, "[{'op':'copy','from':'/data/a','path':'/data/b'}]"),
                patch(SMALL, JSON, "[{'op':'\\u0063opy','from':'/data/a','path':'/data/c'}]"),
                api.send(Verb.DELETE, Resources.CONFIG_MAPS, LARGE, "", Map.of(), "", ""));
        await(patch(SMALL, MERGE, "{'data':{'d':'2'}}"));
        await(patch(SMALL, JSON, "[{'op':'add','path':'/data/e','value':'3'}]"));
        assertThat(waiting).noneMatch(Future::isComplete);
        gate.complete();
        waiting.forEach(TestApi::await);
        KubeObject small = api.get(Resources.CONFIG_MAPS, "default", "small");
        assertThat(small.at("data").toString())
                .isEqualTo("{\"a\":\"1\",\"d\":\"2\",\"e\":\"3\",\"b\":\"1\",\"c\":\"1\"}");
    }

    private Future<String> get(String path, String accept) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + api.server().port() + path))
                .header("Accept", accept)
                .build();
        return Future.fromCompletionStage(
                client.sendAsync(request, BodyHandlers.ofString()).thenApply(response -> response.body()));
    }

    @Test
    void whatTakesLongToEncodeIsWorkForTheWorker() throws IOException {
        String maps = "/api/v1/namespaces/default/configmaps";
        String tables = "application/json;as=Table;v=v1;g=meta.k8s.io";
        String yaml = "application/yaml";
        occupy();
        List<Future<String>> waiting =
                List.of(get(maps, yaml), get(maps + "/large", yaml), get(maps, tables), get(maps + "/large", tables));
        for (String type : List.of(yaml, tables)) {
            assertThat(await(get(maps + "/small", type))).contains("small");
            assertThat(await(get(maps + "?fieldSelector=metadata.name%3Dsmall", type)))
                    .contains("small");
        }
        assertThat(await(get(maps, "application/json"))).contains("k9999");
        assertThat(waiting).noneMatch(Future::isComplete);
        gate.complete();
        assertThat(await(waiting.get(0)))
                .contains("\n  kind: ConfigMap\n", "k9999: v", "a: '1'")
                .endsWith("\n");
        assertThat(await(waiting.get(1))).contains("\n  k9999: v");
        assertThat(await(waiting.get(2))).contains("\"large\"", "10000").endsWith("]}\n");
        assertThat(await(waiting.get(3))).contains("\"kind\":\"Table\"", "10000");
    }
}
