package io.minik.server.http;

import static io.minik.server.http.TestApi.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.WatchEvent;
import io.minik.api.client.WatchHandle;
import io.minik.api.client.WatchHandler;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.AddedKind;
import io.minik.api.schema.AddedKind.ScalePaths;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.PackedSchema;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Controllers;
import io.minik.server.controllers.LiveControllers;
import io.minik.store.Bytes;
import io.minik.store.RangeRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A kind that is made from an OpenAPI schema while the server runs, from its coming to its going. */
class AddedKindTest {
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private static final String SCHEMA = """
            {'type':'object','description':'A tab of cron jobs.','properties':{
              'spec':{'type':'object','required':['cron'],'properties':{
                'cron':{'type':'string','pattern':'^[^ ]+( [^ ]+){4}$'},
                'replicas':{'type':'integer','minimum':1,'maximum':10,'default':1},
                'image':{'type':'string','default':'busybox'},
                'port':{'x-kubernetes-int-or-string':true},
                'options':{'type':'object','x-kubernetes-preserve-unknown-fields':true},
                'hosts':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name'],
                  'items':{'type':'object','required':['name'],'properties':{
                    'name':{'type':'string'},'weight':{'type':'integer'}}}}}},
              'status':{'type':'object','properties':{
                'replicas':{'type':'integer'},'selector':{'type':'string'}}}}}
            """;
    private static final Resource V1 = new Resource("example.com", "v1", "crontabs", "CronTab", true);
    private static final Resource V1BETA1 = new Resource("example.com", "v1beta1", "crontabs", "CronTab", true);
    private static final ObjectKey ONE = ObjectKey.of("shop", "one");

    private final HttpClient http = HttpClient.newHttpClient();
    private TestApi api;
    private Kinds kinds;
    private List<KindRow> rows = List.of();

    @BeforeEach
    void start() {
        api = new TestApi();
        kinds = api.server().kinds().kinds();
        await(LiveControllers.start(api.vertx(), api.transport(), new Controllers.Served() {
            @Override
            public List<Resource> now() {
                return kinds.now().watched();
            }

            @Override
            public void onChange(Runnable changed) {
                kinds.onChange(change -> changed.run());
            }
        }));
        api.create(Resources.NAMESPACES, "", "{'metadata':{'name':'shop'}}");
        api.awaitValue(Resources.SERVICE_ACCOUNTS, ObjectKey.of("shop", "default"), "default", "metadata", "name");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private KindRow row(Resource resource) {
        return new AddedKind(
                        resource,
                        new AddedKind.Words("crontab", "CronTabList", List.of("ct"), List.of("all")),
                        V1,
                        PackedSchema.of(Json.parse(SCHEMA.replace('\'', '"').getBytes(StandardCharsets.UTF_8))),
                        true,
                        Optional.of(new ScalePaths(
                                ScalePaths.path(".spec.replicas"),
                                ScalePaths.path(".status.replicas"),
                                ScalePaths.path(".status.selector"))),
                        AddedKind.Versions.SEVERAL,
                        false,
                        Optional.empty(),
                        List.of("spec.image", "spec.replicas"))
                .row(kinds.now());
    }

    private void serve() {
        rows = List.of(row(V1), row(V1BETA1));
        await(api.server().kinds().change(List.of(), rows));
    }

    private void remove() {
        await(api.server().kinds().change(rows, List.of()));
    }

    private KubeObject one(String spec) {
        return api.create(
                V1,
                "shop",
                "{'apiVersion':'example.com/v1','kind':'CronTab','metadata':{'name':'one'},'spec':" + spec + "}");
    }

    private HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + api.server().port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        return Json.parse(response.body().getBytes(StandardCharsets.UTF_8));
    }

    private KubeObject patch(String contentType, String subresource, Map<String, String> query, String patch) {
        return await(api.send(Verb.PATCH, V1, ONE, subresource, query, contentType, patch));
    }

    /** Collects {@code TYPE name}, and {@code end}. */
    private BlockingQueue<String> watch(Resource resource, String namespace) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        ApiCall call = new ApiCall(Verb.WATCH, resource, ObjectKey.of(namespace, ""), "", Map.of(), "", new byte[0]);
        WatchHandle watch = await(api.transport().watch(call, new WatchHandler() {
            @Override
            public void onEvent(WatchEvent event) {
                lines.add(event.type() + " " + event.object().apiVersion() + " "
                        + event.object().name());
            }

            @Override
            public void onEnd(Optional<ApiException> why) {
                lines.add("end");
            }
        }));
        assertThat(watch).isNotNull();
        return lines;
    }

    private static String next(BlockingQueue<String> lines) {
        try {
            String line = lines.poll(60, TimeUnit.SECONDS);
            return line == null ? "nothing came" : line;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long stored() {
        Bytes folder = Bytes.utf8("/registry/example.com/crontabs/");
        return await(api.store().range(new RangeRequest(folder, folder.prefixEnd(), 0, 0, true, false)))
                .kvs()
                .size();
    }

    @Test
    void itsObjectsArePrunedFilledInAndHeldAgainstTheSchema() {
        serve();
        KubeObject made = one("{'cron':'* * * * *','foo':1,'port':'http','options':{'any':{'x':[1]}}}");
        assertThat(made.at("spec"))
                .isEqualTo(TestApi.tree("{'cron':'* * * * *','port':'http','options':{'any':{'x':[1]}},"
                        + "'replicas':1,'image':'busybox'}"));
        assertThat(made.meta().generation()).isEqualTo(1);
        assertThatThrownBy(() -> api.create(V1, "shop", "{'metadata':{'name':'two'},'spec':{'replicas':0}}"))
                .hasMessage("CronTab.example.com \"two\" is invalid: [spec.replicas: Invalid value: 0: spec.replicas in"
                        + " body should be greater than or equal to 1, spec.cron: Required value]");
        assertThatThrownBy(
                        () -> await(
                                api.send(
                                        Verb.CREATE,
                                        V1,
                                        ObjectKey.of("shop", ""),
                                        "",
                                        Map.of("fieldValidation", "Strict"),
                                        "application/json",
                                        "{'metadata':{'name':'two'},'spec':{'cron':'* * * * *','foo':1,'hosts':[{'name':'a','b':1}]}}")))
                .hasMessage("CronTab in version \"v1\" cannot be handled as a CronTab: strict decoding error: unknown"
                        + " field \"spec.foo\", unknown field \"spec.hosts[0].b\"");
        assertThatThrownBy(() -> await(api.send(
                        Verb.CREATE,
                        V1,
                        ObjectKey.of("shop", ""),
                        "",
                        Map.of(),
                        "application/vnd.kubernetes.protobuf",
                        "k8s")))
                .hasMessageContaining("accepted media types include: application/json, application/yaml");
    }

    @Test
    void everyVerbWorksOnIt() {
        serve();
        BlockingQueue<String> events = watch(V1, "shop");
        KubeObject made = one("{'cron':'* * * * *'}");
        assertThat(next(events)).isEqualTo("ADDED example.com/v1 one");
        assertThat(api.get(V1, "shop", "one").bytes()).isEqualTo(made.bytes());
        KubeObject changed =
                api.update(V1, made.edit(tree -> Json.child(tree, "spec").put("image", "nginx")), "");
        assertThat(changed.meta().generation()).isEqualTo(2);
        assertThat(next(events)).isEqualTo("MODIFIED example.com/v1 one");
        assertThatThrownBy(() -> api.update(
                        V1, made.edit(tree -> Json.child(tree, "metadata").remove("resourceVersion")), ""))
                .hasMessageContaining("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
        assertThat(patch("application/merge-patch+json", "", Map.of(), "{'spec':{'replicas':3}}")
                        .at("spec", "replicas")
                        .asInt())
                .isEqualTo(3);
        assertThat(patch(
                                "application/json-patch+json",
                                "",
                                Map.of(),
                                "[{'op':'replace','path':'/spec/image','value':'a'}]")
                        .text("spec", "image"))
                .isEqualTo("a");
        assertThatThrownBy(() -> patch("application/strategic-merge-patch+json", "", Map.of(), "{}"))
                .hasMessageContaining("application/merge-patch+json, application/apply-patch+yaml");
        assertThatThrownBy(() -> patch("application/merge-patch+json", "", Map.of(), "{'spec':{'replicas':11}}"))
                .hasMessageContaining("spec.replicas in body should be less than or equal to 10");
        api.create(V1, "shop", "{'metadata':{'name':'two','labels':{'a':'b'}},'spec':{'cron':'1 2 3 4 5'}}");
        assertThat(api.list(V1, "shop", Map.of("labelSelector", "a=b")).items()).hasSize(1);
        assertThat(api.list(V1, "", Map.of()).items()).hasSize(2);
        assertThat(api.delete(V1, ONE, "{}").text("status")).isEqualTo("Success");
        await(api.transport()
                .list(new ApiCall(
                        Verb.DELETE_COLLECTION, V1, ObjectKey.of("shop", ""), "", Map.of(), "", new byte[0])));
        assertThat(stored()).isZero();
    }

    @Test
    void itsObjectsAreSelectedByTheFieldsThatItSays() {
        serve();
        one("{'cron':'* * * * *','image':'nginx'}");
        api.create(V1, "shop", "{'metadata':{'name':'two'},'spec':{'cron':'* * * * *','replicas':3}}");
        assertThat(selected("spec.image=nginx")).containsExactly("one");
        assertThat(selected("spec.image!=nginx,spec.replicas=3")).containsExactly("two");
        assertThat(selected("spec.image=busybox")).containsExactly("two");
        assertThatThrownBy(() -> selected("spec.cron=x")).hasMessage("field label not supported: spec.cron");
        await(api.transport()
                .list(new ApiCall(
                        Verb.DELETE_COLLECTION,
                        V1,
                        ObjectKey.of("shop", ""),
                        "",
                        Map.of("fieldSelector", "spec.replicas=3"),
                        "",
                        new byte[0])));
        assertThat(selected("")).containsExactly("one");
    }

    private List<String> selected(String fields) {
        return api.list(V1, "shop", Map.of("fieldSelector", fields)).items().stream()
                .map(KubeObject::name)
                .toList();
    }

    @Test
    void appliersOwnItsFieldsAsItsListsSay() {
        serve();
        String manager = "application/apply-patch+yaml";
        String head = "{'apiVersion':'example.com/v1','kind':'CronTab','metadata':{'name':'one'},'spec':";
        Map<String, String> a = Map.of("fieldManager", "a");
        Map<String, String> b = Map.of("fieldManager", "b");
        patch(manager, "", a, head + "{'cron':'* * * * *','hosts':[{'name':'x','weight':1}]}}");
        KubeObject both = patch(manager, "", b, head + "{'hosts':[{'name':'y','weight':2}]}}");
        assertThat(both.at("spec", "hosts"))
                .isEqualTo(TestApi.tree("{'l':[{'name':'x','weight':1},{'name':'y','weight':2}]}")
                        .path("l"));
        assertThat(both.at("spec", "image").asText()).isEqualTo("busybox");
        assertThatThrownBy(() -> patch(manager, "", b, head + "{'hosts':[{'name':'x','weight':5}]}}"))
                .hasMessageContaining("conflict with \"a\": .spec.hosts[name=\"x\"].weight");
        assertThatThrownBy(() -> patch(manager, "", b, head + "{'foo':1}}"))
                .hasMessageContaining(".spec.foo: field not declared in schema");
        KubeObject without = patch(manager, "", a, head + "{'cron':'* * * * *'}}");
        assertThat(without.at("spec", "hosts").size()).isEqualTo(1);
        assertThat(patch(manager, "", a, head + "{'cron':'* * * * *'}}").bytes())
                .isEqualTo(without.bytes());
    }

    @Test
    void statusAndScaleAreResourcesOfTheirOwn() {
        serve();
        KubeObject made = api.create(
                V1, "shop", "{'metadata':{'name':'one'},'spec':{'cron':'* * * * *'},'status':{'replicas':9}}");
        assertThat(made.tree().has("status")).isFalse();
        KubeObject told = patch(
                "application/merge-patch+json",
                "status",
                Map.of(),
                "{'metadata':{'labels':{'no':'no'}},'spec':{'image':'no'},'status':{'replicas':2,'selector':'a=b'}}");
        assertThat(told.at("status", "replicas").asInt()).isEqualTo(2);
        assertThat(told.text("spec", "image")).isEqualTo("busybox");
        assertThat(told.meta().labels()).isEmpty();
        assertThat(told.meta().generation()).isEqualTo(1);
        KubeObject scale = await(api.send(Verb.GET, V1, ONE, "scale", Map.of(), "", ""));
        assertThat(scale.tree().path("spec")).isEqualTo(TestApi.tree("{'replicas':1}"));
        assertThat(scale.tree().path("status")).isEqualTo(TestApi.tree("{'replicas':2,'selector':'a=b'}"));
        patch("application/merge-patch+json", "scale", Map.of(), "{'spec':{'replicas':4}}");
        assertThat(api.get(V1, "shop", "one").at("spec", "replicas").asInt()).isEqualTo(4);
    }

    @Test
    void itsVersionsShowTheSameObjects() {
        serve();
        BlockingQueue<String> events = watch(V1BETA1, "shop");
        KubeObject made = api.create(V1BETA1, "shop", "{'metadata':{'name':'one'},'spec':{'cron':'* * * * *'}}");
        assertThat(made.apiVersion()).isEqualTo("example.com/v1beta1");
        assertThat(api.get(V1, "shop", "one").apiVersion()).isEqualTo("example.com/v1");
        assertThat(api.list(V1BETA1, "shop", Map.of()).items())
                .extracting(KubeObject::apiVersion)
                .containsExactly("example.com/v1beta1");
        assertThat(next(events)).isEqualTo("ADDED example.com/v1beta1 one");
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void itsObjectsAreNotThereInProtobufButTheirMetadataAre() {
        serve();
        one("{'cron':'* * * * *'}");
        String path = "/apis/example.com/v1/namespaces/shop/crontabs/one";
        HttpResponse<String> refused = get(path, "Accept", PROTOBUF);
        assertThat(refused.statusCode()).isEqualTo(406);
        assertThat(refused.headers().firstValue("Content-Type")).contains(PROTOBUF);
        assertThat(get(path, "Accept", PROTOBUF + ",application/json").body()).startsWith("{");
        HttpResponse<String> metadata = get(path, "Accept", PROTOBUF + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
        assertThat(metadata.statusCode()).isEqualTo(200);
        assertThat(metadata.body()).contains("PartialObjectMetadata").doesNotContain("* * * * *");
    }

    @Test
    void aWatchFromBeforeItWasServedIsToldToListByAnEvent() {
        serve();
        HttpResponse<String> watch = get("/apis/example.com/v1/crontabs?watch=1&resourceVersion=1&timeoutSeconds=5");
        assertThat(watch.statusCode()).isEqualTo(200);
        JsonNode event = json(watch);
        assertThat(event.path("type").asText()).isEqualTo("ERROR");
        assertThat(event.path("object").path("code").asInt()).isEqualTo(410);
        assertThat(event.path("object").path("message").asText()).startsWith("too old resource version: 1 (");
    }

    @Test
    void clientsFindItAndFindItGone() {
        String etag = get("/apis").headers().firstValue("ETag").orElseThrow();
        String v3 = get("/openapi/v3").body();
        String apps =
                json(get("/openapi/v3")).path("paths").path("apis/apps/v1").toString();
        serve();
        assertThat(get("/apis", "If-None-Match", etag).body()).contains("\"name\":\"example.com\"");
        JsonNode resources = json(get("/apis/example.com/v1")).path("resources");
        assertThat(resources)
                .extracting(each -> each.path("name").asText())
                .containsExactly("crontabs", "crontabs/scale", "crontabs/status");
        assertThat(resources.path(0).path("shortNames").path(0).asText()).isEqualTo("ct");
        assertThat(get("/apis", "Accept", AGGREGATED).body()).contains("\"singularResource\":\"crontab\"");
        JsonNode index = json(get("/openapi/v3")).path("paths");
        assertThat(index.path("apis/apps/v1").toString()).isEqualTo(apps);
        JsonNode document = json(get(Json.text(index, "apis/example.com/v1", "serverRelativeURL")));
        JsonNode definition = document.path("components").path("schemas").path("com.example.v1.CronTab");
        assertThat(Json.text(definition, "description")).isEqualTo("A tab of cron jobs.");
        assertThat(definition
                        .path("properties")
                        .path("spec")
                        .path("properties")
                        .path("replicas")
                        .path("maximum")
                        .asInt())
                .isEqualTo(10);
        assertThat(Json.text(definition.path("x-kubernetes-group-version-kind").path(0), "kind"))
                .isEqualTo("CronTab");
        assertThat(document.path("components").path("schemas").has("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"))
                .isTrue();
        assertThat(document.path("paths").has("/apis/example.com/v1/namespaces/{namespace}/crontabs/{name}/scale"))
                .isTrue();
        JsonNode v2 = json(get("/openapi/v2")).path("definitions").path("com.example.v1.CronTab");
        assertThat(v2.path("x-kubernetes-selectable-fields").toString())
                .isEqualTo("[{\"fieldPath\":\"spec.image\"},{\"fieldPath\":\"spec.replicas\"}]");
        assertThat(v2.path("properties")
                        .path("spec")
                        .path("properties")
                        .path("port")
                        .has("type"))
                .isFalse();
        remove();
        assertThat(get("/apis", "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(get("/apis/example.com/v1").statusCode()).isEqualTo(404);
        assertThat(get("/apis/example.com/v1/namespaces/shop/crontabs").statusCode())
                .isEqualTo(404);
        assertThat(get("/openapi/v3").body()).isEqualTo(v3);
        assertThat(get("/openapi/v3/apis/example.com/v1").statusCode()).isEqualTo(404);
    }

    @Test
    void itEndsWithItsOwnersWithItsNamespaceAndWithItsKind() {
        serve();
        KubeObject owner = one("{'cron':'* * * * *'}");
        String owned =
                "{'metadata':{'name':'%s','ownerReferences':[{'apiVersion':'%s','kind':'%s','name':'%s','uid':'%s'}]}%s}";
        KubeObject map = api.create(
                Resources.CONFIG_MAPS,
                "shop",
                owned.formatted("map", "example.com/v1", "CronTab", "one", owner.uid(), ""));
        api.create(
                V1,
                "shop",
                owned.formatted("dependent", "v1", "ConfigMap", "map", map.uid(), ",'spec':{'cron':'* * * * *'}"));
        BlockingQueue<String> events = watch(V1, "shop");
        api.delete(V1, ONE, "{}");
        assertThat(List.of(next(events), next(events), next(events), next(events)))
                .contains("DELETED example.com/v1 one", "DELETED example.com/v1 dependent");
        one("{'cron':'* * * * *'}");
        assertThat(next(events)).isEqualTo("ADDED example.com/v1 one");
        api.delete(Resources.NAMESPACES, ObjectKey.cluster("shop"), "{}");
        assertThat(next(events)).isEqualTo("DELETED example.com/v1 one");
        assertThat(stored()).isZero();
        remove();
        assertThat(next(events)).isEqualTo("end");
        assertThat(get("/metrics").body()).doesNotContain("crontabs");
    }

    @Test
    void aQuotaCountsIt() {
        serve();
        api.create(
                Resources.RESOURCE_QUOTAS,
                "shop",
                "{'metadata':{'name':'few'},'spec':{'hard':{'count/crontabs.example.com':'1'}}}");
        one("{'cron':'* * * * *'}");
        assertThatThrownBy(() -> api.create(V1, "shop", "{'metadata':{'name':'two'},'spec':{'cron':'* * * * *'}}"))
                .hasMessageContaining("exceeded quota: few, requested: count/crontabs.example.com=1");
    }

    @Test
    void itComesBackWithWhatIsStoredOfIt() {
        serve();
        KubeObject made = one("{'cron':'* * * * *'}");
        remove();
        assertThatThrownBy(() -> api.get(V1, "shop", "one")).hasMessageContaining("could not find");
        serve();
        assertThat(api.get(V1, "shop", "one").bytes()).isEqualTo(made.bytes());
    }
}
