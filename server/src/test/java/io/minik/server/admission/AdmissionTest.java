package io.minik.server.admission;

import static io.minik.api.meta.Resources.LIMIT_RANGES;
import static io.minik.api.meta.Resources.NAMESPACES;
import static io.minik.api.meta.Resources.PODS;
import static io.minik.api.meta.Resources.PRIORITY_CLASSES;
import static io.minik.api.meta.Resources.RUNTIME_CLASSES;
import static io.minik.api.meta.Resources.SERVICE_ACCOUNTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import io.minik.server.watchcache.StoredForm;
import io.minik.store.Bytes;
import io.minik.store.Txn;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdmissionTest {
    private static final String POD =
            "{'metadata':{'name':'%s'},'spec':{'containers':[{'name':'c','image':'busybox'%s}]%s}}";

    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private void namespace(String name) {
        api.create(NAMESPACES, "", "{'metadata':{'name':'" + name + "'}}");
        api.create(SERVICE_ACCOUNTS, name, "{'metadata':{'name':'default'}}");
    }

    @Test
    void everyPodFindsItsAccountsToken() {
        KubeObject pod = api.create(PODS, "default", POD.formatted("token", "", ""));
        assertThat(pod.text("spec", "serviceAccountName")).isEqualTo("default");
        JsonNode mount =
                pod.at("spec", "containers").path(0).path("volumeMounts").path(0);
        assertThat(Json.text(mount, "mountPath")).isEqualTo("/var/run/secrets/kubernetes.io/serviceaccount");
        JsonNode volume = pod.at("spec", "volumes").path(0);
        assertThat(Json.text(volume, "name"))
                .isEqualTo(Json.text(mount, "name"))
                .startsWith("kube-api-access-");
        assertThat(Json.at(volume, "projected", "sources")
                        .path(0)
                        .path("serviceAccountToken")
                        .path("expirationSeconds")
                        .asInt())
                .isEqualTo(3607);
    }

    @Test
    void aPodMayDeclineItsToken() {
        KubeObject pod =
                api.create(PODS, "default", POD.formatted("plain", "", ",'automountServiceAccountToken':false"));
        assertThat(pod.at("spec", "volumes").isMissingNode()).isTrue();
    }

    @Test
    void aPodOfAnUnknownAccountIsRefused() {
        assertThatThrownBy(
                        () -> api.create(PODS, "default", POD.formatted("ghost", "", ",'serviceAccountName':'ghost'")))
                .hasMessage(
                        "pods \"ghost\" is forbidden: error looking up service account default/ghost: serviceaccount"
                                + " \"ghost\" not found");
    }

    @Test
    void aPodMadeWithItsNamespaceWaitsForTheAccount() {
        api.create(NAMESPACES, "", "{'metadata':{'name':'fresh'}}");
        Future<KubeObject> pod = api.createLater(PODS, "fresh", POD.formatted("early", "", ""));
        assertThat(api.list(PODS, "fresh", Map.of()).items()).isEmpty();
        assertThat(pod.isComplete()).isFalse();
        api.create(SERVICE_ACCOUNTS, "fresh", "{'metadata':{'name':'default'},'imagePullSecrets':[{'name':'pull'}]}");
        assertThat(TestApi.await(pod).at("spec", "imagePullSecrets")).hasSize(1);
    }

    @Test
    void waitingForAnAccountThatDoesNotComeEnds() {
        api.create(NAMESPACES, "", "{'metadata':{'name':'orphaned'}}");
        assertThatThrownBy(() -> api.create(PODS, "orphaned", POD.formatted("lonely", "", "")))
                .hasMessage("pods \"lonely\" is forbidden: error looking up service account orphaned/default:"
                        + " serviceaccount \"default\" not found");
    }

    @Test
    void podsTolerateALostNodeForFiveMinutes() {
        KubeObject pod = api.create(PODS, "default", POD.formatted("tolerant", "", ""));
        assertThat(pod.at("spec", "tolerations"))
                .hasSize(2)
                .allMatch(toleration -> toleration.path("tolerationSeconds").asInt() == 300);
    }

    @Test
    void aPodIsReplacedByWhatMadeIt() {
        String made =
                "{'metadata':{'name':'again'},'spec':{'automountServiceAccountToken':false,'serviceAccountName':'default',"
                        + "'containers':[{'name':'main','image':'pause:1'}]}}";
        KubeObject pod = api.create(PODS, "default", made);
        KubeObject replaced = TestApi.await(api.send(
                Verb.UPDATE, PODS, pod.key(), "", Map.of(), "application/json", made.replace("pause:1", "pause:2")));
        assertThat(replaced.at("spec", "priority").asInt(-1)).isZero();
        assertThat(replaced.text("spec", "preemptionPolicy")).isEqualTo("PreemptLowerPriority");
        assertThat(replaced.at("spec", "containers").path(0).path("image").asText())
                .isEqualTo("pause:2");
    }

    @ParameterizedTest
    @CsvSource({"serviceAccountName,''", "serviceAccount,''", "serviceAccountName,old"})
    void anAccountHasTwoNamesInEveryTemplate(String field, String other) {
        String second = other.isEmpty() ? "" : "'serviceAccount':'" + other + "',";
        KubeObject deployment = api.create(
                Resources.DEPLOYMENTS,
                "default",
                "{'metadata':{'generateName':'named-'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':"
                        + "{'labels':{'a':'b'}},'spec':{" + second + "'" + field
                        + "':'robot','containers':[{'name':'main','image':'pause:1'}]}}}}");
        for (String name : List.of("serviceAccountName", "serviceAccount")) {
            assertThat(deployment.text("spec", "template", "spec", name)).isEqualTo("robot");
        }
    }

    /** Stored by a program that did not know the field's second name yet. */
    @Test
    void whatIsDefaultedSinceAnObjectWasStoredIsNoChange() {
        Resource jobs = new Resource("batch", "v1", "jobs", "Job", true);
        KubeObject job = api.create(
                jobs,
                "default",
                "{'metadata':{'name':'older'},'spec':{'template':{'spec':{'restartPolicy':'Never','serviceAccountName':'robot',"
                        + "'containers':[{'name':'main','image':'pause:1'}]}}}}");
        ObjectNode older = job.tree().deepCopy();
        ((ObjectNode) older.at("/spec/template/spec")).remove("serviceAccount");
        TestApi.await(api.store()
                .txn(Txn.put(Bytes.utf8("/registry/jobs/default/older"), Bytes.of(StoredForm.stored(older)))));
        KubeObject labelled = TestApi.await(api.send(
                Verb.PATCH,
                jobs,
                job.key(),
                "",
                Map.of(),
                "application/strategic-merge-patch+json",
                "{'metadata':{'labels':{'a':'b'}},'spec':{'template':{'spec':{'serviceAccount':'robot'}}}}"));
        assertThat(labelled.meta().labels()).containsEntry("a", "b");
        assertThatThrownBy(() -> TestApi.await(api.send(
                        Verb.PATCH,
                        jobs,
                        job.key(),
                        "",
                        Map.of(),
                        "application/merge-patch+json",
                        "{'spec':{'template':{'spec':{'serviceAccount':null,'serviceAccountName':'other'}}}}")))
                .hasMessageContaining("field is immutable");
    }

    @Test
    void aClassGivesItsPriority() {
        api.create(PRIORITY_CLASSES, "", "{'metadata':{'name':'high'},'value':1000}");
        KubeObject pod = api.create(PODS, "default", POD.formatted("prio", "", ",'priorityClassName':'high'"));
        assertThat(pod.at("spec", "priority").asInt()).isEqualTo(1000);
        assertThatThrownBy(() -> api.create(PODS, "default", POD.formatted("none", "", ",'priorityClassName':'none'")))
                .hasMessage("pods \"none\" is forbidden: no PriorityClass with name none was found");
    }

    @Test
    void aRuntimeClassGivesItsOverheadAndPlace() {
        api.create(
                RUNTIME_CLASSES,
                "",
                "{'metadata':{'name':'small'},'handler':'runc','overhead':{'podFixed':{'cpu':'10m'}},"
                        + "'scheduling':{'nodeSelector':{'disk':'ssd'},'tolerations':[{'key':'edge','operator':'Exists'}]}}");
        KubeObject pod = api.create(PODS, "default", POD.formatted("small", "", ",'runtimeClassName':'small'"));
        assertThat(pod.text("spec", "overhead", "cpu")).isEqualTo("10m");
        assertThat(pod.text("spec", "nodeSelector", "disk")).isEqualTo("ssd");
        assertThat(pod.at("spec", "tolerations"))
                .anyMatch(t -> Json.text(t, "key").equals("edge"));
        assertThatThrownBy(() -> api.create(
                        PODS,
                        "default",
                        POD.formatted("big", "", ",'runtimeClassName':'small','nodeSelector':{'disk':'hdd'}")))
                .hasMessage(
                        "pods \"big\" is forbidden: pod rejected: conflict: runtimeClass.scheduling.nodeSelector[disk]"
                                + " = ssd; pod.spec.nodeSelector[disk] = hdd");
        assertThatThrownBy(() -> api.create(PODS, "default", POD.formatted("ghost", "", ",'runtimeClassName':'ghost'")))
                .hasMessage("pods \"ghost\" is forbidden: pod rejected: RuntimeClass \"ghost\" not found");
    }

    @Test
    void limitRangesFillAndBound() {
        namespace("limited");
        api.create(
                LIMIT_RANGES,
                "limited",
                "{'metadata':{'name':'l'},'spec':{'limits':[{'type':'Container','default':{'cpu':'200m'},"
                        + "'defaultRequest':{'cpu':'100m'},'max':{'cpu':'1'}}]}}");
        KubeObject pod = api.create(PODS, "limited", POD.formatted("filled", "", ""));
        JsonNode resources = pod.at("spec", "containers").path(0).path("resources");
        assertThat(Json.text(resources, "requests", "cpu")).isEqualTo("100m");
        assertThat(Json.text(resources, "limits", "cpu")).isEqualTo("200m");
        assertThatThrownBy(() ->
                        api.create(PODS, "limited", POD.formatted("big", ",'resources':{'limits':{'cpu':'2'}}", "")))
                .hasMessage("pods \"big\" is forbidden: maximum cpu usage per Container is 1, but limit is 2");
    }

    @Test
    void aLimitRangeThatNothingFitsIsRefused() {
        String range = "{'metadata':{'name':'bad'},'spec':{'limits':[{'type':'%s',%s}]}}";
        assertThatThrownBy(() -> api.create(
                        LIMIT_RANGES,
                        "default",
                        range.formatted("Container", "'min':{'cpu':'1'},'max':{'cpu':'500m'}")))
                .hasMessageContaining(
                        "spec.limits[0].min[cpu]: Invalid value: \"1\": min value 1 is greater than max value"
                                + " 500m, spec.limits[0].defaultRequest[cpu]");
        assertThatThrownBy(() -> api.create(
                        LIMIT_RANGES,
                        "default",
                        range.formatted("Container", "'default':{'cpu':'1'},'defaultRequest':{'cpu':'2'}")))
                .hasMessageEndingWith("default request value 2 is greater than default limit value 1");
        assertThatThrownBy(() -> api.create(LIMIT_RANGES, "default", range.formatted("Pod", "'default':{'cpu':'1'}")))
                .hasMessageEndingWith("spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'");
        assertThatThrownBy(() -> api.create(LIMIT_RANGES, "default", range.formatted("Foo", "'max':{'a/b':'1'}")))
                .hasMessageEndingWith("spec.limits[0].type: Invalid value: \"Foo\": must be a standard limit type or"
                        + " fully qualified");
    }
}
