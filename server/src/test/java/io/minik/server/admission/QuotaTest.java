package io.minik.server.admission;

import static io.minik.api.meta.Resources.CONFIG_MAPS;
import static io.minik.api.meta.Resources.DEPLOYMENTS;
import static io.minik.api.meta.Resources.NAMESPACES;
import static io.minik.api.meta.Resources.PERSISTENT_VOLUME_CLAIMS;
import static io.minik.api.meta.Resources.PODS;
import static io.minik.api.meta.Resources.RESOURCE_QUOTAS;
import static io.minik.api.meta.Resources.SERVICES;
import static io.minik.api.meta.Resources.SERVICE_ACCOUNTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaTest {
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

    private void namespace(String name, String spec) {
        api.create(NAMESPACES, "", "{'metadata':{'name':'" + name + "'}}");
        api.create(SERVICE_ACCOUNTS, name, "{'metadata':{'name':'default'}}");
        api.create(RESOURCE_QUOTAS, name, "{'metadata':{'name':'q'},'spec':{" + spec + "}}");
    }

    private void awaitUsed(String namespace, String name, String amount) {
        api.awaitValue(RESOURCE_QUOTAS, ObjectKey.of(namespace, "q"), amount, "status", "used", name);
    }

    @Test
    void aQuotasStatusFollowsWhatGoes() {
        namespace("counted", "'hard':{'configmaps':'9'}");
        api.awaitValue(RESOURCE_QUOTAS, ObjectKey.of("counted", "q"), "0", "status", "used", "configmaps");
        api.create(CONFIG_MAPS, "counted", "{'metadata':{'name':'one'}}");
        api.awaitValue(RESOURCE_QUOTAS, ObjectKey.of("counted", "q"), "1", "status", "used", "configmaps");
        api.delete(CONFIG_MAPS, ObjectKey.of("counted", "one"), "{}");
        api.awaitValue(RESOURCE_QUOTAS, ObjectKey.of("counted", "q"), "0", "status", "used", "configmaps");
    }

    @Test
    void aQuotaIsNeverOverdrawnHoweverManyAskAtOnce() {
        namespace("quota", "'hard':{'pods':'3'}");
        List<Future<KubeObject>> made = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            made.add(api.createLater(PODS, "quota", POD.formatted("q" + i, "", "")));
        }
        TestApi.await(Future.join(made).otherwiseEmpty());
        assertThat(made.stream().filter(Future::succeeded)).hasSize(3);
        assertThat(made.stream().filter(Future::failed).map(failed -> failed.cause()
                        .getMessage()))
                .hasSize(5)
                .allMatch(text -> text.endsWith(
                        "is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3"));
        assertThat(api.get(RESOURCE_QUOTAS, "quota", "q").text("status", "used", "pods"))
                .isEqualTo("3");
        api.delete(
                PODS,
                ObjectKey.of(
                        "quota",
                        api.list(PODS, "quota", Map.of()).items().get(0).name()),
                "{}");
        assertThat(api.create(PODS, "quota", POD.formatted("again", "", "")).name())
                .isEqualTo("again");
    }

    @Test
    void anyKindCountsAndNamesThatNothingCountsByAreNotUsed() {
        namespace("kinds", "'hard':{'count/deployments.apps':'0','resourcequotas':'1','no.such/thing':'4'}");
        awaitUsed("kinds", "resourcequotas", "1");
        KubeObject quota = api.get(RESOURCE_QUOTAS, "kinds", "q");
        assertThat(quota.at("status", "used").has("no.such/thing")).isFalse();
        assertThat(Json.text(quota.at("status", "hard"), "no.such/thing")).isEqualTo("4");
        String deployment = "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':"
                + "{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}";
        assertThatThrownBy(() -> api.create(DEPLOYMENTS, "kinds", deployment))
                .hasMessage(
                        "deployments.apps \"d\" is forbidden: exceeded quota: q, requested:"
                                + " count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0");
    }

    @Test
    void whatIsBoundedMustBeSaidByEveryContainer() {
        namespace("said", "'hard':{'limits.cpu':'1','memory':'1Gi','requests.example.com/dongle':'3'}");
        assertThatThrownBy(() -> api.create(PODS, "said", POD.formatted("silent", "", "")))
                .hasMessage("pods \"silent\" is forbidden: failed quota: q: must specify"
                        + " limits.cpu for: c; memory for: c");
        String amounts = "'cpu':'500m','memory':'252Mi','example.com/dongle':'2'";
        String resources = ",'resources':{'requests':{" + amounts + "},'limits':{" + amounts + "}}";
        api.create(PODS, "said", POD.formatted("first", resources, ""));
        awaitUsed("said", "memory", "252Mi");
        awaitUsed("said", "requests.example.com/dongle", "2");
        assertThatThrownBy(() -> api.create(PODS, "said", POD.formatted("second", resources, "")))
                .hasMessage("pods \"second\" is forbidden: exceeded quota: q, requested:"
                        + " requests.example.com/dongle=2, used: requests.example.com/dongle=2, limited:"
                        + " requests.example.com/dongle=3");
    }

    @Test
    void finishedPodsKeepTheirPlaceOnlyInTheStore() {
        namespace("ended", "'hard':{'pods':'1','count/pods':'2'}");
        api.create(PODS, "ended", POD.formatted("p", "", ""));
        awaitUsed("ended", "pods", "1");
        api.merge(PODS, ObjectKey.of("ended", "p"), "status", "{'status':{'phase':'Succeeded'}}");
        awaitUsed("ended", "pods", "0");
        awaitUsed("ended", "count/pods", "1");
    }

    @Test
    void aScopedQuotaCountsOnlyWhatIsInIt() {
        namespace("scoped", "'hard':{'pods':'1'},'scopes':['Terminating','BestEffort']");
        api.create(PODS, "scoped", POD.formatted("long", "", ""));
        api.create(PODS, "scoped", POD.formatted("short", "", ",'activeDeadlineSeconds':60"));
        awaitUsed("scoped", "pods", "1");
        assertThatThrownBy(() -> api.create(PODS, "scoped", POD.formatted("next", "", ",'activeDeadlineSeconds':60")))
                .hasMessageContaining("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1");
    }

    @Test
    void servicesCountTheirNodePortsAndTheirBalancers() {
        namespace("ports", "'hard':{'services':'3','services.nodeports':'1','services.loadbalancers':'1'}");
        String service = "{'metadata':{'name':'%s'},'spec':{'type':'%s','ports':[{'port':80}]}}";
        api.create(SERVICES, "ports", service.formatted("np", "NodePort"));
        assertThatThrownBy(() -> api.create(SERVICES, "ports", service.formatted("lb", "LoadBalancer")))
                .hasMessageContaining("requested: services.nodeports=1, used: services.nodeports=1");
        api.create(SERVICES, "ports", service.formatted("inner", "ClusterIP"));
        awaitUsed("ports", "services", "2");
        awaitUsed("ports", "services.nodeports", "1");
        api.delete(SERVICES, ObjectKey.of("ports", "np"), "{}");
        awaitUsed("ports", "services.nodeports", "0");
    }

    @Test
    void claimsCountByTheirClass() {
        namespace(
                "claims",
                "'hard':{'requests.storage':'3Gi','gold.storageclass.storage.k8s.io/requests.storage':'1Gi',"
                        + "'gold.storageclass.storage.k8s.io/persistentvolumeclaims':'5'}");
        String claim = "{'metadata':{'name':'%s'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':'gold',"
                + "'resources':{'requests':{'storage':'1Gi'}}}}";
        api.create(PERSISTENT_VOLUME_CLAIMS, "claims", claim.formatted("one"));
        awaitUsed("claims", "gold.storageclass.storage.k8s.io/persistentvolumeclaims", "1");
        awaitUsed("claims", "requests.storage", "1Gi");
        assertThatThrownBy(() -> api.create(PERSISTENT_VOLUME_CLAIMS, "claims", claim.formatted("two")))
                .hasMessageContaining("requested: gold.storageclass.storage.k8s.io/requests.storage=1Gi,"
                        + " used: gold.storageclass.storage.k8s.io/requests.storage=1Gi");
    }

    @Test
    void aQuotaThatCouldNotBindIsRefused() {
        String quota = "{'metadata':{'name':'%s'},'spec':{'hard':{%s}%s}}";
        assertThatThrownBy(() -> api.create(RESOURCE_QUOTAS, "default", quota.formatted("a", "'cpux':'1'", "")))
                .hasMessageContaining(
                        "spec.hard[cpux]: Invalid value: \"cpux\": must be a standard resource for quota");
        assertThatThrownBy(() -> api.create(RESOURCE_QUOTAS, "default", quota.formatted("b", "'pods':'500m'", "")))
                .hasMessageEndingWith("spec.hard[pods]: Invalid value: \"500m\": must be an integer");
        assertThatThrownBy(() ->
                        api.create(RESOURCE_QUOTAS, "default", quota.formatted("c", "'pods':'1'", ",'scopes':['Foo']")))
                .hasMessageEndingWith("spec.scopes: Invalid value: [\"Foo\"]: unsupported scope");
        assertThatThrownBy(() -> api.create(
                        RESOURCE_QUOTAS, "default", quota.formatted("d", "'cpu':'1'", ",'scopes':['BestEffort']")))
                .hasMessageEndingWith("unsupported scope applied to resource");
        assertThatThrownBy(() -> api.create(
                        RESOURCE_QUOTAS,
                        "default",
                        quota.formatted("e", "'pods':'1'", ",'scopes':['BestEffort','NotBestEffort']")))
                .hasMessageEndingWith("conflicting scopes");
    }
}
