package io.minik.server.webhook.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import io.minik.server.webhook.HookServer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks as users configure them, asked by a whole API server. */
class AdmissionWebhooksTest {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final Resource MUTATING =
            new Resource(GROUP, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false);
    private static final Resource VALIDATING =
            new Resource(GROUP, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false);
    private static final ObjectKey A = ObjectKey.of("default", "a");
    private static final String RULE =
            "'rules':[{'operations':['*'],'apiGroups':[''],'apiVersions':['v1'],'resources':['configmaps']}]";

    private final Vertx hooks = Vertx.vertx();
    /** What came, by path, in order. */
    private final List<String> paths = new CopyOnWriteArrayList<>();

    private final Map<String, ObjectNode> asked = new ConcurrentHashMap<>();
    /** The response to who asks at a path; it gets its uid. */
    private final Map<String, Function<JsonNode, String>> answers = new HashMap<>();

    private final HookServer hook = new HookServer(hooks, this::answer);
    private final TestApi api = new TestApi();

    @AfterEach
    void stop() {
        api.close();
        hook.close();
        TestApi.await(hooks.close());
    }

    private void answer(HttpServerRequest http, ObjectNode review) {
        String path = http.path();
        paths.add(path);
        asked.put(path, review);
        JsonNode request = review.path("request");
        ObjectNode answer =
                Json.object().put("kind", "AdmissionReview").put("apiVersion", Json.text(review, "apiVersion"));
        ObjectNode response = answer.putObject("response").put("uid", Json.text(request, "uid"));
        response.setAll(TestApi.tree(
                answers.getOrDefault(path, unused -> "{'allowed':true}").apply(request)));
        if (response.path("none").asBoolean()) {
            answer.remove("response");
        }
        HookServer.json(http, answer);
    }

    /** The last review that came there. */
    private ObjectNode shown(String path) {
        return Objects.requireNonNull(asked.get(path), path);
    }

    /** A response that changes the object. */
    private static String patch(String operations) {
        String patch = "[" + operations.replace('\'', '"') + "]";
        return "{'allowed':true,'patchType':'JSONPatch','patch':'"
                + Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)) + "'}";
    }

    private static String data(String key, String value) {
        return "{'op':'add','path':'/data/" + key + "','value':'" + value + "'}";
    }

    private String webhook(String name, String more) {
        return "{'name':'" + name + ".hooks.example.com','sideEffects':'None','admissionReviewVersions':['v1'],"
                + "'clientConfig':" + hook.clientConfig("/" + name) + ","
                + (more.contains("'rules'") ? more : RULE + more)
                + "}";
    }

    private void configure(Resource kind, String name, String... webhooks) {
        api.create(kind, "", "{'metadata':{'name':'" + name + "'},'webhooks':[" + String.join(",", webhooks) + "]}");
    }

    private KubeObject create(String name) {
        return api.create(Resources.CONFIG_MAPS, "default", map(name));
    }

    private static String map(String name) {
        return "{'metadata':{'name':'" + name + "'},'data':{'said':'yes'}}";
    }

    @Test
    void aMutatingWebhookIsShownTheRequestAndChangesIt() {
        answers.put("/m", request -> patch(data("more", "x") + ",{'op':'remove','path':'/data/said'}"));
        configure(MUTATING, "one", webhook("m", ""));
        TestApi.Said said = api.said(Resources.CONFIG_MAPS, "default", map("a"));

        assertThat(said.object().at("data")).isEqualTo(TestApi.tree("{'more':'x'}"));
        assertThat(api.get(Resources.CONFIG_MAPS, "default", "a").at("data")).isEqualTo(TestApi.tree("{'more':'x'}"));
        assertThat(said.annotations())
                .containsEntry(
                        "mutation.webhook.admission.k8s.io/round_0_index_0",
                        "{\"configuration\":\"one\",\"webhook\":\"m.hooks.example.com\",\"mutated\":true}");
        JsonNode request = shown("/m").path("request");
        assertThat(Json.text(shown("/m"), "apiVersion")).isEqualTo("admission.k8s.io/v1");
        assertThat(request.path("kind")).isEqualTo(TestApi.tree("{'group':'','version':'v1','kind':'ConfigMap'}"));
        assertThat(request.path("resource"))
                .isEqualTo(TestApi.tree("{'group':'','version':'v1','resource':'configmaps'}"));
        assertThat(request.path("requestResource")).isEqualTo(request.path("resource"));
        assertThat(Json.text(request, "operation")).isEqualTo("CREATE");
        assertThat(Json.text(request, "userInfo", "username")).isEqualTo("tester");
        assertThat(Json.text(request, "namespace")).isEqualTo("default");
        assertThat(Json.text(request, "name")).isEqualTo("a");
        assertThat(request.path("dryRun").asBoolean(true)).isFalse();
        assertThat(Json.text(request, "object", "data", "said")).isEqualTo("yes");
        assertThat(request.get("oldObject").isNull()).isTrue();
        assertThat(Json.text(request, "options", "kind")).isEqualTo("CreateOptions");
    }

    @Test
    void updatesAndDeletesShowWhatIsThere() {
        create("a");
        configure(VALIDATING, "one", webhook("v", ""));
        api.merge(Resources.CONFIG_MAPS, A, "", "{'data':{'said':'no'}}");
        JsonNode update = shown("/v").path("request");
        assertThat(Json.text(update, "operation")).isEqualTo("UPDATE");
        assertThat(Json.text(update, "object", "data", "said")).isEqualTo("no");
        assertThat(Json.text(update, "oldObject", "data", "said")).isEqualTo("yes");
        assertThat(Json.text(update, "options", "kind")).isEqualTo("PatchOptions");
        api.delete(Resources.CONFIG_MAPS, A, "");
        JsonNode delete = shown("/v").path("request");
        assertThat(Json.text(delete, "operation")).isEqualTo("DELETE");
        assertThat(delete.get("object").isNull()).isTrue();
        assertThat(Json.text(delete, "oldObject", "data", "said")).isEqualTo("no");
        assertThat(Json.text(delete, "options", "kind")).isEqualTo("DeleteOptions");
        create("b");
        create("c");
        paths.clear();
        TestApi.await(api.send(
                Verb.DELETE_COLLECTION, Resources.CONFIG_MAPS, ObjectKey.of("default", ""), "", Map.of(), "", ""));
        assertThat(paths).as("one of each").containsExactly("/v", "/v");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'allowed':false,'status':{'message':'not today'}} | 400 | admission webhook \"v.hooks.example.com\" denied the"
                        + " request: not today",
                "{'allowed':false,'status':{'reason':'NotFound','code':404}} | 404 | admission webhook \"v.hooks.example.com\" denied"
                        + " the request: NotFound",
                "{'allowed':false,'status':{'code':200}} | 400 | admission webhook \"v.hooks.example.com\" denied the request without"
                        + " explanation",
                "{'allowed':false} | 400 | admission webhook \"v.hooks.example.com\" denied the request without explanation",
                "{'allowed':false,'status':{'code':1000}} | 400 | admission webhook \"v.hooks.example.com\" denied the request without"
                        + " explanation",
                "{'allowed':false,'status':{'code':1e400}} | 400 | admission webhook \"v.hooks.example.com\" denied the request without"
                        + " explanation",
                "{'allowed':true,'uid':'x'} | 500 | Internal error occurred: failed calling webhook \"v.hooks.example.com\": received"
                        + " invalid webhook response: expected response.uid=\"U\", got \"x\"",
                "{'none':true} | 500 | Internal error occurred: failed calling webhook \"v.hooks.example.com\": received invalid webhook"
                        + " response: webhook response was absent",
                "{'allowed':true,'patch':'W10='} | 500 | Internal error occurred: failed calling webhook \"v.hooks.example.com\":"
                        + " received invalid webhook response: validating webhook may not return response.patch",
            })
    void aValidatingWebhookRefusesOrFailsInUpstreamsWords(String response, int code, String message) {
        String[] uid = {""};
        answers.put("/v", request -> {
            uid[0] = Json.text(request, "uid");
            return response;
        });
        configure(VALIDATING, "one", webhook("v", ""));
        assertThatThrownBy(() -> create("a")).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.getMessage()).isEqualTo(message.replace("\"U\"", "\"" + uid[0] + "\""));
            assertThat(refused.status().code()).isEqualTo(code);
        });
        assertThat(api.list(Resources.CONFIG_MAPS, "default", Map.of()).items()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'op':'replace','path':'/data/nothing','value':'x'} | Internal error occurred: replace operation does not apply: doc is"
                        + " missing key: /data/nothing: missing value",
                "{'op':'add','path':'/data/Bad Key','value':'x'} | data[Bad Key]: Invalid value",
                "{'op':'add','path':'/data','value':7} | Internal error occurred: ",
                "{'op':'replace','path':'/metadata/name','value':'b'} | the name of the object (b) does not match the name on the URL (a)",
            })
    void aPatchThatBreaksTheObjectFailsTheRequest(String operation, String message) {
        answers.put("/m", request -> patch(operation));
        configure(MUTATING, "one", webhook("m", ""));
        assertThatThrownBy(() -> create("a")).hasMessageContaining(message);
        assertThat(api.list(Resources.CONFIG_MAPS, "default", Map.of()).items()).isEmpty();
    }

    @Test
    void whatAWebhookAddsIsDefaultedAndWhatIsTheServersStays() {
        answers.put(
                "/m",
                request -> patch(
                        "{'op':'add','path':'/spec/containers/-','value':{'name':'side','image':'i:1','unknown':1}},"
                                + "{'op':'add','path':'/status/phase','value':'Running'},"
                                + "{'op':'replace','path':'/metadata/uid','value':'mine'}"));
        configure(
                MUTATING,
                "one",
                webhook(
                        "m",
                        "'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods']}]"));
        KubeObject pod = api.create(
                Resources.PODS,
                "default",
                "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i:1'}]}}");
        JsonNode side = pod.at("spec", "containers").get(1);
        assertThat(Json.text(side, "imagePullPolicy")).isEqualTo("IfNotPresent");
        assertThat(side.has("unknown")).isFalse();
        assertThat(pod.text("status", "phase")).isEqualTo("Pending");
        assertThat(pod.uid()).isNotEqualTo("mine");
    }

    @Test
    void whoCannotBeAskedFailsTheRequestOrIsPassedBy() {
        answers.put("/m", request -> "{'none':true}");
        configure(MUTATING, "closed", webhook("m", ",'failurePolicy':'Fail'"));
        assertThatThrownBy(() -> create("a"))
                .hasMessage("Internal error occurred: failed calling webhook \"m.hooks.example.com\": received invalid"
                        + " webhook response: webhook response was absent");
        api.merge(
                MUTATING,
                ObjectKey.cluster("closed"),
                "",
                "{'webhooks':[" + webhook("m", ",'failurePolicy':'Ignore'") + "]}");
        TestApi.Said said = api.said(Resources.CONFIG_MAPS, "default", map("a"));
        assertThat(said.annotations())
                .containsEntry("failed-open.mutation.webhook.admission.k8s.io/round_0_index_0", "m.hooks.example.com")
                .containsEntry(
                        "mutation.webhook.admission.k8s.io/round_0_index_0",
                        "{\"configuration\":\"closed\",\"webhook\":\"m.hooks.example.com\",\"mutated\":false}");

        hook.close();
        configure(
                VALIDATING,
                "dead",
                webhook("v", ",'failurePolicy':'Fail','timeoutSeconds':5")
                        .replace(hook.url("/v"), "https://127.0.0.1:1/v"));
        assertThatThrownBy(() -> create("b"))
                .hasMessage(
                        "Internal error occurred: failed calling webhook \"v.hooks.example.com\": failed to call webhook:"
                                + " Post \"https://127.0.0.1:1/v?timeout=5s\": dial tcp 127.0.0.1:1: connect: connection refused");
    }

    @Test
    void warningsAndAnnotationsReachWhoAskedAndTheAuditLog() {
        answers.put(
                "/v", request -> "{'allowed':true,'warnings':['mind the gap'],'auditAnnotations':{'seen':'by me'}}");
        configure(VALIDATING, "one", webhook("v", ""));
        TestApi.Said said = api.said(Resources.CONFIG_MAPS, "default", map("a"));
        assertThat(said.warnings()).contains("mind the gap");
        assertThat(said.annotations()).containsEntry("v.hooks.example.com/seen", "by me");
    }

    @Test
    void aDryRunIsShownOnlyToWhomItDoesNoHarm() {
        create("a");
        String loud = webhook("v", "").replace("'sideEffects':'None'", "'sideEffects':'NoneOnDryRun'");
        configure(VALIDATING, "one", loud);
        TestApi.await(api.send(
                Verb.DELETE, Resources.CONFIG_MAPS, A, "", Map.of(), "application/json", "{'dryRun':['All']}"));
        assertThat(shown("/v").path("request").path("dryRun").asBoolean()).isTrue();
        assertThat(api.get(Resources.CONFIG_MAPS, "default", "a").name()).isEqualTo("a");
        assertThatThrownBy(() -> configure(
                        VALIDATING, "two", webhook("w", "").replace("'sideEffects':'None'", "'sideEffects':'Some'")))
                .hasMessageContaining(
                        "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\","
                                + " \"NoneOnDryRun\"");
    }

    @Test
    void selectorsAndConditionsSayWhoIsAsked() {
        api.create(Resources.NAMESPACES, "", "{'metadata':{'name':'shop','labels':{'hooks':'yes'}}}");
        configure(
                VALIDATING,
                "one",
                webhook("n", ",'namespaceSelector':{'matchLabels':{'hooks':'yes'}}"),
                webhook("o", ",'objectSelector':{'matchLabels':{'tier':'front'}}"),
                webhook(
                        "c",
                        ",'matchConditions':[{'name':'b','expression':'object.metadata.name == \\'b\\''}]"
                                .replace("\\'", "\\\"")),
                webhook(
                        "e",
                        ",'failurePolicy':'Ignore','matchConditions':[{'name':'e','expression':'object.nothing.here == 1'}]"));
        create("a");
        assertThat(paths).isEmpty();
        create("b");
        assertThat(paths).containsExactly("/c");
        paths.clear();
        api.create(Resources.CONFIG_MAPS, "default", "{'metadata':{'name':'d','labels':{'tier':'front'}}}");
        assertThat(paths).containsExactly("/o");
        paths.clear();
        api.create(Resources.CONFIG_MAPS, "shop", map("a"));
        assertThat(paths).containsExactly("/n");
    }

    @Test
    void anEquivalentVersionIsShownAsTheOneThatIsMeant() {
        Resource v1 = new Resource("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);
        String rule =
                "'rules':[{'operations':['*'],'apiGroups':['autoscaling'],'apiVersions':['v2'],'resources':['*']}]";
        answers.put("/m", request -> patch("{'op':'replace','path':'/spec/maxReplicas','value':9}"));
        configure(MUTATING, "one", webhook("m", rule), webhook("x", rule + ",'matchPolicy':'Exact'"));
        KubeObject made = api.create(
                v1,
                "default",
                "{'metadata':{'name':'h'},'spec':{'maxReplicas':3,'targetCPUUtilizationPercentage':70,"
                        + "'scaleTargetRef':{'kind':'Deployment','name':'d'}}}");
        assertThat(paths).containsExactly("/m");
        JsonNode request = shown("/m").path("request");
        assertThat(Json.text(request, "object", "apiVersion")).isEqualTo("autoscaling/v2");
        assertThat(Json.text(request, "resource", "version")).isEqualTo("v2");
        assertThat(Json.text(request, "requestResource", "version")).isEqualTo("v1");
        assertThat(made.apiVersion()).isEqualTo("autoscaling/v1");
        assertThat(made.at("spec", "maxReplicas").asInt()).isEqualTo(9);
        assertThat(made.at("spec", "targetCPUUtilizationPercentage").asInt()).isEqualTo(70);
    }

    @Test
    void webhooksAreAskedInOrderAndAgainIfOthersChangedTheObjectAfterThem() {
        List<String> seen = new ArrayList<>();
        answers.put("/first", request -> {
            seen.add("first " + request.path("object").path("data"));
            return "{'allowed':true}";
        });
        answers.put("/never", request -> {
            seen.add("never");
            return "{'allowed':true}";
        });
        answers.put("/second", request -> {
            seen.add("second");
            return patch(data("second", "x"));
        });
        configure(MUTATING, "a", webhook("first", ",'reinvocationPolicy':'IfNeeded'"), webhook("never", ""));
        configure(MUTATING, "b", webhook("second", ",'reinvocationPolicy':'IfNeeded'"));
        TestApi.Said said = api.said(Resources.CONFIG_MAPS, "default", map("a"));
        assertThat(seen)
                .containsExactly(
                        "first {\"said\":\"yes\"}", "never", "second", "first {\"said\":\"yes\",\"second\":\"x\"}");
        assertThat(said.annotations()).containsKey("mutation.webhook.admission.k8s.io/round_1_index_0");
    }

    @Test
    void configurationsAreShownToNobodyAndCountFromTheNextRequestOn() {
        answers.put("/v", request -> "{'allowed':false}");
        configure(
                VALIDATING,
                "all",
                webhook(
                        "v",
                        "'rules':[{'operations':['*'],'apiGroups':['*'],'apiVersions':['*'],'resources':['*/*']}]"));
        assertThatThrownBy(() -> create("a")).hasMessageContaining("denied the request");
        api.delete(VALIDATING, ObjectKey.cluster("all"), "");
        create("a");
    }

    @Test
    void whatWebhooksDidIsCounted() {
        answers.put("/v", request -> "{'allowed':false,'status':{'code':418}}");
        configure(VALIDATING, "one", webhook("v", ""));
        assertThatThrownBy(() -> create("a")).hasMessageContaining("denied");
        assertThat(api.server().metrics())
                .contains(
                        "apiserver_admission_webhook_rejection_count{error_type=\"no_error\",name=\"v.hooks.example.com\","
                                + "operation=\"CREATE\",rejection_code=\"418\",type=\"validating\"} 1\n")
                .contains(
                        "apiserver_admission_webhook_request_total{code=\"418\",name=\"v.hooks.example.com\",operation="
                                + "\"CREATE\",rejected=\"true\",type=\"validating\"} 1\n")
                .contains("apiserver_admission_webhook_admission_duration_seconds_count{name=\"v.hooks.example.com\","
                        + "operation=\"CREATE\",rejected=\"true\",type=\"validating\"} 1\n");
    }

    /** A generation counts what is stored, not what was sent. */
    @Test
    void aWebhooksChangeOfWhatIsWishedCounts() {
        String deployment =
                "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                        + "{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}";
        api.create(Resources.DEPLOYMENTS, "default", deployment);
        answers.put("/m", request -> patch("{'op':'replace','path':'/spec/replicas','value':5}"));
        configure(
                MUTATING,
                "one",
                webhook(
                        "m",
                        "'rules':[{'operations':['UPDATE'],'apiGroups':['apps'],'apiVersions':['v1'],'resources':['deployments']}]"));
        KubeObject labelled =
                api.merge(Resources.DEPLOYMENTS, ObjectKey.of("default", "d"), "", "{'metadata':{'labels':{'x':'y'}}}");
        assertThat(labelled.at("spec", "replicas").asInt()).isEqualTo(5);
        assertThat(labelled.meta().generation()).isEqualTo(2);
    }

    private String answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.ofString())
                .body();
    }

    /** The way itself leads nowhere here: the refusal comes before it. */
    @Test
    void aWayIntoAPodIsAdmittedFirst() throws IOException, InterruptedException {
        api.create(
                Resources.PODS,
                "default",
                "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i:1'}]}}");
        answers.put("/v", request -> "{'allowed':false,'status':{'message':'nobody enters'}}");
        configure(
                VALIDATING,
                "one",
                webhook(
                        "v",
                        "'rules':[{'operations':['CONNECT'],'apiGroups':[''],'apiVersions':['v1'],"
                                + "'resources':['pods/exec','services/proxy']}]"));
        String base = "http://127.0.0.1:" + api.server().port() + "/api/v1/namespaces/default/";
        URI exec = URI.create(base + "pods/p/exec?command=ls&command=-l&stdin=true&container=c");
        assertThat(answer(HttpRequest.newBuilder(exec).POST(BodyPublishers.noBody())))
                .contains("denied the request: nobody enters");
        JsonNode request = shown("/v").path("request");
        assertThat(Json.text(request, "operation")).isEqualTo("CONNECT");
        assertThat(Json.text(request, "subResource")).isEqualTo("exec");
        assertThat(request.path("object"))
                .isEqualTo(TestApi.tree("{'kind':'PodExecOptions','apiVersion':'v1','command':['ls','-l'],'stdin':true,"
                        + "'container':'c'}"));
        URI proxy = URI.create(base + "services/web:80/proxy/a/b");
        assertThat(answer(HttpRequest.newBuilder(proxy))).contains("denied the request: nobody enters");
        assertThat(Json.text(shown("/v"), "request", "object", "path")).isEqualTo("/a/b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'name':'v.hooks.example.com' | 'name':'short' | webhooks[0].name: Invalid value: \"short\": should be a domain with at"
                        + " least three segments separated by dots",
                "'name':'v.hooks.example.com' | 'name':'' | webhooks[0].name: Required value",
                "'name':'v.hooks.example.com' | 'name':'V.hooks.example.com' | webhooks[0].name: Invalid value: \"V.hooks.example.com\": a"
                        + " lowercase RFC 1123 subdomain",
                "'sideEffects':'None' | 'timeoutSeconds':3 | webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun",
                "'sideEffects':'None' | 'sideEffects':'None','timeoutSeconds':31 | webhooks[0].timeoutSeconds: Invalid value: 31: the timeout"
                        + " value must be between 1 and 30 seconds",
                "['v1'],'clientConfig' | ['v2','v2'],'clientConfig' | webhooks[0].admissionReviewVersions[1]: Invalid value: \"v2\": duplicate"
                        + " version",
                "['v1'],'clientConfig' | ['v2'],'clientConfig' | must include at least one of v1, v1beta1",
                "['v1'],'clientConfig' | [],'clientConfig' | webhooks[0].admissionReviewVersions: Required value: must specify one of v1,"
                        + " v1beta1",
                "'url':'https://127 | 'url':'http://127 | webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL"
                        + " scheme; desired format: https://host[/path]",
                "'sideEffects':'None' | 'sideEffects':'None','failurePolicy':'Maybe' | webhooks[0].failurePolicy: Unsupported value: \"Maybe\":"
                        + " supported values: \"Fail\", \"Ignore\"",
                "'sideEffects':'None' | 'sideEffects':'None','objectSelector':{'matchExpressions':[{'key':'a','operator':'Near'}]} |"
                        + " webhooks[0].objectSelector.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector operator",
                "'sideEffects':'None' | 'sideEffects':'None','matchConditions':[{'name':'a','expression':'1 +'}] |"
                        + " webhooks[0].matchConditions[0].expression: Invalid value: \"1 +\": compilation failed",
            })
    void aConfigurationThatCannotBeFollowedIsRefused(String good, String bad, String words) {
        String webhook = webhook("v", "");
        assertThat(webhook).contains(good);
        assertThatThrownBy(() -> configure(VALIDATING, "one", webhook.replace(good, bad)))
                .hasMessageContaining(words);
    }

    private static String on(String operation, String group, String version, String resources) {
        return "'rules':[{'operations':['" + operation + "'],'apiGroups':['" + group + "'],'apiVersions':['" + version
                + "'],'resources':['" + resources + "']}]";
    }

    private KubeObject pod(String name) {
        return api.create(
                Resources.PODS,
                "default",
                "{'metadata':{'name':'" + name + "'},'spec':{'containers':[{'name':'main','image':'pause:1'}]}}");
    }

    private KubeObject part(Resource resource, String name, String subresource, String json) {
        return TestApi.await(api.send(
                Verb.CREATE, resource, ObjectKey.of("default", name), subresource, Map.of(), "application/json", json));
    }

    @Test
    void aBindingIsAdmittedAsWhatItIs() {
        pod("a");
        answers.put("/bound", request -> patch("{'op':'add','path':'/metadata/annotations','value':{'by':'hook'}}"));
        configure(MUTATING, "m", webhook("bound", on("CREATE", "", "v1", "pods/binding")));
        configure(VALIDATING, "v", webhook("pods", on("UPDATE", "", "v1", "pods/*")));
        part(Resources.PODS, "a", "binding", "{'metadata':{'name':'a'},'target':{'kind':'Node','name':'n1'}}");
        JsonNode request = shown("/bound").path("request");
        assertThat(request.path("kind").path("kind").asText()).isEqualTo("Binding");
        assertThat(request.path("subResource").asText()).isEqualTo("binding");
        assertThat(request.path("name").asText()).isEqualTo("a");
        assertThat(request.path("object").path("target").path("name").asText()).isEqualTo("n1");
        KubeObject bound = api.get(Resources.PODS, "default", "a");
        assertThat(bound.annotations()).containsEntry("by", "hook");
        assertThat(bound.text("spec", "nodeName")).isEqualTo("n1");
        assertThat(paths)
                .as("the pod that is written on the way is nobody's request")
                .containsExactly("/bound");
    }

    @Test
    void anEvictionIsRefusedAndWhatItDeletesIsNotAskedAgain() {
        pod("a");
        String eviction = "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'a'}}";
        configure(VALIDATING, "gone", webhook("deleted", on("DELETE", "", "v1", "pods")));
        answers.put("/evicted", request -> "{'allowed':false,'status':{'message':'stay'}}");
        configure(VALIDATING, "v", webhook("evicted", on("CREATE", "", "v1", "pods/eviction")));
        assertThatThrownBy(() -> part(Resources.PODS, "a", "eviction", eviction))
                .hasMessageContaining("admission webhook \"evicted.hooks.example.com\" denied the request: stay");
        assertThat(shown("/evicted").path("request").path("kind").toString())
                .isEqualTo("{\"group\":\"policy\",\"version\":\"v1\",\"kind\":\"Eviction\"}");
        answers.put("/evicted", request -> "{'allowed':true}");
        part(Resources.PODS, "a", "eviction", eviction);
        assertThat(paths).containsExactly("/evicted", "/evicted");
    }

    @Test
    void aScaleIsChangedAsAScale() {
        api.create(
                Resources.DEPLOYMENTS,
                "default",
                "{'metadata':{'name':'a'},'spec':{'replicas':1,'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                        + "{'labels':{'a':'b'}},'spec':{'containers':[{'name':'main','image':'pause:1'}]}}}}");
        answers.put("/scaled", request -> patch("{'op':'replace','path':'/spec/replicas','value':3}"));
        configure(MUTATING, "m", webhook("scaled", on("UPDATE", "apps", "v1", "deployments/scale")));
        TestApi.await(api.send(
                Verb.PATCH,
                Resources.DEPLOYMENTS,
                A,
                "scale",
                Map.of(),
                "application/merge-patch+json",
                "{'spec':{'replicas':2}}"));
        assertThat(shown("/scaled").path("request").path("object").path("kind").asText())
                .isEqualTo("Scale");
        KubeObject scaled = api.get(Resources.DEPLOYMENTS, "default", "a");
        assertThat(scaled.at("spec", "replicas").asInt()).isEqualTo(3);
        assertThat(scaled.at("spec", "template", "spec", "containers")).hasSize(1);
    }

    @Test
    void whatIsComputedIsAdmittedByTheNameThatItHas() {
        answers.put("/asked", request -> "{'allowed':false,'status':{'message':'stay free'}}");
        configure(VALIDATING, "v", webhook("asked", on("CREATE", "", "v1", "bindings")));
        Resource bindings = new Resource("", "v1", "bindings", "Binding", true);
        assertThatThrownBy(() -> api.create(
                        bindings, "default", "{'metadata':{'name':'a'},'target':{'kind':'Node','name':'n1'}}"))
                .hasMessageContaining("denied the request: stay free");
        assertThat(shown("/asked").path("request").path("name").asText()).isEqualTo("a");
    }
}
