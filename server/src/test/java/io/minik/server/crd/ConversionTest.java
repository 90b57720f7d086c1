package io.minik.server.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.ApiClient;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.http.TestApi;
import io.minik.server.table.BuiltInTables;
import io.minik.server.webhook.HookServer;
import io.minik.store.Bytes;
import io.minik.store.RangeRequest;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A kind in two versions, of which a webhook makes the one of the other: spec.size is spec.lengths.size in the newer. */
class ConversionTest {
    private static final Resource OLD = new Resource("shop.example.com", "v1alpha1", "tabs", "Tab", true);
    private static final Resource NEW = new Resource("shop.example.com", "v1", "tabs", "Tab", true);
    private static final ObjectKey ONE = ObjectKey.of("default", "one");
    private static final ObjectKey DEFINITION = ObjectKey.cluster("tabs.shop.example.com");

    private final Vertx hooks = Vertx.vertx();
    /** How many objects each review held. */
    private final List<Integer> reviews = new CopyOnWriteArrayList<>();
    /** What is done to a good answer before it goes. */
    private volatile UnaryOperator<ObjectNode> spoiled = answer -> answer;

    private final HookServer hook = new HookServer(hooks, this::convert);
    private TestApi api;

    @BeforeEach
    void start() {
        api = new TestApi();
        Context context = api.vertx().getOrCreateContext();
        ControllerContext controllers = ControllerContext.of(Loop.on(context), new ApiClient(api.transport(), "minik"));
        CustomKinds kinds = new CustomKinds(controllers, api.server().kinds(), BuiltInTables.tables());
        Promise<Void> started = Promise.promise();
        context.runOnContext(
                unused -> kinds.restore().compose(restored -> kinds.start()).onComplete(started));
        TestApi.await(started.future());
        api.create(Definition.RESOURCE, "", definition(true));
        awaitServed();
    }

    @AfterEach
    void stop() {
        api.close();
        hook.close();
        TestApi.await(hooks.close());
    }

    private void awaitServed() {
        Promise<Void> there = Promise.promise();
        var kinds = api.server().kinds().kinds();
        kinds.onChange(change -> {
            if (kinds.find(NEW.apiVersion(), "tabs").isPresent()) {
                there.tryComplete();
            }
        });
        if (kinds.find(NEW.apiVersion(), "tabs").isPresent()) {
            there.tryComplete();
        }
        TestApi.await(there.future());
    }

    private static String version(String name, boolean storage, String spec) {
        return "{'name':'%s','served':true,'storage':%s,'subresources':{'status':{}%s},'schema':{'openAPIV3Schema':{'type':'object',"
                        .formatted(
                                name,
                                storage,
                                name.equals("v1")
                                        ? ",'scale':{'specReplicasPath':'.spec.lengths.size','statusReplicasPath':'.status.size'}"
                                        : "")
                + "'properties':{'spec':{'type':'object','properties':" + spec + "},"
                + "'status':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}}}";
    }

    private String versions(boolean oldIsStored) {
        return "[" + version("v1alpha1", oldIsStored, "{'size':{'type':'integer'}}") + ","
                + version(
                        "v1",
                        !oldIsStored,
                        "{'colour':{'type':'string','default':'red'},'lengths':{'type':'object','properties':"
                                + "{'size':{'type':'integer','maximum':100}}}}")
                + "]";
    }

    private String definition(boolean oldIsStored) {
        return "{'metadata':{'name':'tabs.shop.example.com'},'spec':{'group':'shop.example.com','scope':'Namespaced',"
                + "'names':{'plural':'tabs','kind':'Tab'},'versions':" + versions(oldIsStored)
                + ",'conversion':{'strategy':'Webhook','webhook':{'conversionReviewVersions':['v2','v1'],'clientConfig':"
                + hook.clientConfig("/convert") + "}}}}";
    }

    private void convert(HttpServerRequest http, ObjectNode review) {
        JsonNode request = review.path("request");
        ObjectNode answer = Json.object().put("kind", "ConversionReview").put("apiVersion", "apiextensions.k8s.io/v1");
        ObjectNode response = answer.putObject("response").put("uid", Json.text(request, "uid"));
        response.putObject("result").put("status", "Success");
        ArrayNode converted = response.putArray("convertedObjects");
        reviews.add(request.path("objects").size());
        String wanted = Json.text(request, "desiredAPIVersion");
        for (JsonNode object : request.path("objects")) {
            ObjectNode next = object.deepCopy();
            next.put("apiVersion", wanted);
            ObjectNode spec = Json.child(next, "spec");
            Json.child(Json.child(next, "metadata"), "annotations").put("was", Json.text(object, "apiVersion"));
            if (wanted.endsWith("/v1")) {
                JsonNode size = spec.remove("size");
                spec.putObject("lengths").set("size", size);
            } else {
                spec.set("size", Json.at(spec, "lengths", "size"));
                spec.remove("lengths");
            }
            converted.add(next);
        }
        HookServer.json(http, spoiled.apply(answer));
    }

    private KubeObject create(String name, int size) {
        return api.create(
                NEW, "default", "{'metadata':{'name':'%s'},'spec':{'lengths':{'size':%d}}}".formatted(name, size));
    }

    private String stored(String name) {
        return TestApi.await(api.store()
                        .range(new RangeRequest(
                                Bytes.utf8("/registry/shop.example.com/tabs/default/" + name),
                                Bytes.EMPTY,
                                0,
                                1,
                                false,
                                false)))
                .kvs()
                .get(0)
                .value()
                .utf8();
    }

    @Test
    void everyVerbSeesItsOwnVersion() {
        KubeObject made = create("one", 7);
        assertThat(made.apiVersion()).isEqualTo(NEW.apiVersion());
        assertThat(made.at("spec")).isEqualTo(TestApi.tree("{'lengths':{'size':7},'colour':'red'}"));
        assertThat(api.get(OLD, "default", "one").at("spec")).isEqualTo(TestApi.tree("{'size':7}"));

        KubeObject patched = api.merge(NEW, ONE, "", "{'spec':{'lengths':{'size':8}}}");
        assertThat(patched.at("spec", "lengths", "size").asInt()).isEqualTo(8);
        assertThat(patched.meta().generation()).isEqualTo(2);
        assertThat(api.merge(OLD, ONE, "", "{'spec':{'size':9}}")
                        .at("spec", "size")
                        .asInt())
                .isEqualTo(9);
        KubeObject status = api.merge(NEW, ONE, "status", "{'status':{'size':4}}");
        assertThat(status.at("spec", "lengths", "size").asInt()).isEqualTo(9);
        KubeObject updated = api.update(
                NEW,
                status.edit(
                        tree -> Json.child(Json.child(tree, "spec"), "lengths").put("size", 10)),
                "");
        assertThat(updated.at("spec", "lengths", "size").asInt()).isEqualTo(10);
        KubeObject scaled = api.merge(NEW, ONE, "scale", "{'spec':{'replicas':11}}");
        assertThat(scaled.at("spec", "replicas").asInt()).isEqualTo(11);
        assertThat(TestApi.await(api.send(Verb.GET, NEW, ONE, "scale", Map.of(), "", ""))
                        .at("spec", "replicas")
                        .asInt())
                .isEqualTo(11);
        assertThat(api.get(OLD, "default", "one").at("spec", "size").asInt()).isEqualTo(11);

        KubeObject applied = TestApi.await(
                api.send(
                        Verb.PATCH,
                        NEW,
                        ONE,
                        "",
                        Map.of("fieldManager", "m", "force", "true"),
                        "application/apply-patch+yaml",
                        "{'apiVersion':'shop.example.com/v1','kind':'Tab','metadata':{'name':'one'},'spec':{'lengths':{'size':12}}}"));
        assertThat(applied.at("spec", "lengths", "size").asInt()).isEqualTo(12);
        assertThatThrownBy(() -> api.merge(NEW, ONE, "", "{'spec':{'lengths':{'size':101}}}"))
                .hasMessageContaining("spec.lengths.size: Invalid value: 101");

        api.delete(NEW, ONE, "");
        assertThat(api.list(OLD, "default", Map.of()).items()).isEmpty();
    }

    @Test
    void whatIsStoredIsOfTheStorageVersionWhateverIsWritten() {
        create("one", 7);
        assertThat(stored("one"))
                .contains("shop.example.com/v1alpha1")
                .contains("\"size\":7")
                .doesNotContain("\"lengths\":", "colour\":\"red");
        api.merge(Definition.RESOURCE, DEFINITION, "", "{'spec':{'versions':" + versions(false) + "}}");
        Promise<Void> changed = Promise.promise();
        var kinds = api.server().kinds().kinds();
        Runnable look = () -> kinds.find(NEW.apiVersion(), "tabs")
                .filter(row -> row.stored().equals(NEW))
                .ifPresent(row -> changed.tryComplete());
        kinds.onChange(change -> look.run());
        look.run();
        TestApi.await(changed.future());

        assertThat(api.get(NEW, "default", "one").at("spec", "lengths", "size").asInt())
                .isEqualTo(7);
        assertThat(stored("one")).contains("shop.example.com/v1alpha1");
        api.merge(OLD, ONE, "", "{'metadata':{'labels':{'a':'b'}}}");
        assertThat(stored("one"))
                .contains("\"apiVersion\":\"shop.example.com/v1\"")
                .contains("\"lengths\":{\"size\":7}");
    }

    @Test
    void aListIsOneReviewAndNeedsNoneOfItsOwnVersion() {
        for (int i = 0; i < 5; i++) {
            api.create(OLD, "default", "{'metadata':{'name':'n" + i + "'},'spec':{'size':" + i + "}}");
        }
        assertThat(reviews).isEmpty();
        assertThat(api.list(OLD, "default", Map.of()).items()).hasSize(5);
        assertThat(reviews).isEmpty();
        assertThat(api.list(NEW, "default", Map.of()).items())
                .extracting(item -> item.at("spec", "lengths", "size").asInt())
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(reviews).containsExactly(5);
        assertThat(api.list(NEW, "", Map.of("limit", "2")).items()).hasSize(2);
        assertThat(reviews).containsExactly(5, 2);
    }

    @Test
    void aWatchSeesAllInOrderInItsVersion() throws InterruptedException {
        create("a", 1);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        WatchHandle watch = watch(seen);
        for (int size = 2; size < 6; size++) {
            api.merge(OLD, ObjectKey.of("default", "a"), "", "{'spec':{'size':" + size + "}}");
        }
        api.delete(OLD, ObjectKey.of("default", "a"), "");
        List<String> got = new ArrayList<>();
        while (got.isEmpty() || !got.get(got.size() - 1).startsWith("DELETED")) {
            got.add(String.valueOf(seen.poll(30, TimeUnit.SECONDS)));
        }
        assertThat(got).containsExactly("ADDED 1", "MODIFIED 2", "MODIFIED 3", "MODIFIED 4", "MODIFIED 5", "DELETED 5");

        spoiled = answer -> Json.object().put("kind", "ConversionReview").put("apiVersion", "apiextensions.k8s.io/v1");
        api.create(OLD, "default", "{'metadata':{'name':'b'},'spec':{'size':1}}");
        assertThat(seen.poll(30, TimeUnit.SECONDS))
                .isEqualTo(
                        "end: conversion webhook for shop.example.com/v1alpha1, Kind=Tab failed: no response provided");
        watch.close();
    }

    @Test
    void anEventIsConvertedOnceForAllWatchersOfAVersion() throws InterruptedException {
        List<BlockingQueue<String>> watchers = new ArrayList<>();
        List<WatchHandle> handles = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            BlockingQueue<String> seen = new LinkedBlockingQueue<>();
            watchers.add(seen);
            handles.add(watch(seen));
        }
        // Stored in the older version, written in it: nobody but watchers has to be asked.
        for (int size = 1; size <= 3; size++) {
            api.create(OLD, "default", "{'metadata':{'name':'old-%d'},'spec':{'size':%d}}".formatted(size, size));
        }
        List<String> first = new ArrayList<>();
        for (int event = 0; event < 3; event++) {
            first.add(watchers.get(0).poll(20, TimeUnit.SECONDS));
        }
        for (BlockingQueue<String> other : watchers.subList(1, watchers.size())) {
            for (String event : first) {
                assertThat(other.poll(20, TimeUnit.SECONDS)).isEqualTo(event);
            }
        }
        assertThat(reviews.stream().mapToInt(Integer::intValue).sum()).isEqualTo(3);
        handles.forEach(WatchHandle::close);
    }

    private WatchHandle watch(BlockingQueue<String> seen) {
        ApiCall call = new ApiCall(Verb.WATCH, NEW, ObjectKey.of("default", ""), "", Map.of(), "", new byte[0]);
        return TestApi.await(api.transport().watch(call, new WatchHandler() {
            @Override
            public void onEvent(WatchEvent event) {
                seen.add(event.type() + " " + event.object().at("spec", "lengths", "size"));
            }

            @Override
            public void onEnd(Optional<ApiException> why) {
                seen.add("end: " + why.map(Throwable::getMessage).orElse("in peace"));
            }
        }));
    }

    /** The only thing that is the webhook's of the metadata. */
    @Test
    void labelsAndAnnotationsAreTheWebhooks() {
        KubeObject made = create("one", 7);
        assertThat(made.annotations()).containsEntry("was", "shop.example.com/v1alpha1");
        spoiled = answer -> {
            ObjectNode metadata = (ObjectNode)
                    Json.at(answer, "response", "convertedObjects").get(0).path("metadata");
            metadata.put("generateName", "other-").put("resourceVersion", "1").put("generation", 99);
            metadata.putArray("finalizers").add("a/b");
            return answer;
        };
        KubeObject seen = api.get(NEW, "default", "one");
        assertThat(seen.meta().resourceVersion()).isEqualTo(made.meta().resourceVersion());
        assertThat(seen.meta().generation()).isEqualTo(1);
        assertThat(seen.meta().finalizers()).isEmpty();
        assertThat(seen.text("metadata", "generateName")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'response':{'uid':'other'}} | failed: expected response.uid=\"U\", got \"other\"",
                "{'response':{'result':{'status':'Failed','message':'no tabs today'}}} | failed: no tabs today",
                "{'response':{'result':{'status':'Failed'}}} | failed: response.result.status was 'Failed', not 'Success'",
                "{'response':{'convertedObjects':[]}} | returned 0 objects, expected 1",
                "{'apiVersion':'apiextensions.k8s.io/v1beta1'} | failed: expected webhook response of"
                        + " apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1beta1, Kind=ConversionReview",
                "{'response':{'convertedObjects':[{'kind':'Tab','apiVersion':'shop.example.com/v2'}]}} | returned invalid object"
                        + " at index 0: invalid groupVersion (expected shop.example.com/v1, received shop.example.com/v2)",
                "{'response':{'convertedObjects':[{'kind':'Tub','apiVersion':'shop.example.com/v1'}]}} | returned invalid object"
                        + " at index 0: invalid kind (expected Tab, received Tub)",
                "{'response':{'convertedObjects':[{'kind':'Tab','apiVersion':'shop.example.com/v1','metadata':{'name':'two'}}]}} |"
                        + " returned invalid object: must have the same name: one != two",
            })
    void aWrongAnswerIsToldInUpstreamsWords(String change, String words) {
        api.create(OLD, "default", "{'metadata':{'name':'one'},'spec':{'size':1}}");
        String[] uid = {""};
        spoiled = answer -> {
            uid[0] = Json.text(answer, "response", "uid");
            return merged(answer, TestApi.tree(change));
        };
        assertThatThrownBy(() -> api.get(NEW, "default", "one"))
                .hasMessage("conversion webhook for shop.example.com/v1alpha1, Kind=Tab "
                        + words.replace("U\"", uid[0] + "\""));
        assertThatThrownBy(() -> api.list(NEW, "default", Map.of()))
                .hasMessageStartingWith("conversion webhook for shop.example.com/v1alpha1, Kind=Tab ");
        assertThat(api.get(OLD, "default", "one").at("spec", "size").asInt()).isEqualTo(1);
    }

    private static ObjectNode merged(ObjectNode into, ObjectNode change) {
        change.properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode inner && into.get(field.getKey()) instanceof ObjectNode) {
                merged(Json.child(into, field.getKey()), inner);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
        return into;
    }

    @Test
    void withoutItsWebhookAKindCanStillBeDeleted() {
        api.create(OLD, "default", "{'metadata':{'name':'one'},'spec':{'size':1}}");
        hook.close();
        api.merge(
                Definition.RESOURCE,
                DEFINITION,
                "",
                "{'spec':{'conversion':{'webhook':{'clientConfig':{'url':'https://127.0.0.1:1/'}}}}}");
        api.delete(Definition.RESOURCE, DEFINITION, "");
        Promise<Void> gone = Promise.promise();
        var kinds = api.server().kinds().kinds();
        kinds.onChange(change -> {
            if (kinds.find(NEW.apiVersion(), "tabs").isEmpty()) {
                gone.tryComplete();
            }
        });
        if (kinds.find(NEW.apiVersion(), "tabs").isEmpty()) {
            gone.tryComplete();
        }
        TestApi.await(gone.future());
    }
}
