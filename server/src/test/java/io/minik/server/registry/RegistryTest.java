package io.minik.server.registry;

import static io.minik.api.meta.Resources.CONFIG_MAPS;
import static io.minik.api.meta.Resources.DEPLOYMENTS;
import static io.minik.api.meta.Resources.NAMESPACES;
import static io.minik.api.meta.Resources.NODES;
import static io.minik.api.meta.Resources.PODS;
import static io.minik.api.meta.Resources.POD_DISRUPTION_BUDGETS;
import static io.minik.api.meta.Resources.SERVICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.KubeList;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.http.TestApi;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryTest {
    private static final String POD = "{'metadata':{'name':'%s','labels':{'app':'%s'}},"
            + "'spec':{'containers':[{'name':'c','image':'busybox'}]}}";
    private static final String DEPLOYMENT = "{'metadata':{'name':'%s'},'spec':{'selector':{'matchLabels':{'a':'b'}},"
            + "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}";

    private TestApi api;

    @BeforeAll
    void start() {
        api = new TestApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static ObjectKey key(String name) {
        return ObjectKey.of("default", name);
    }

    private KubeObject pod(String name) {
        return api.create(PODS, "default", POD.formatted(name, name));
    }

    private void bind(String pod, String node) {
        TestApi.await(api.send(
                Verb.CREATE,
                PODS,
                key(pod),
                "binding",
                Map.of(),
                "application/json",
                "{'metadata':{'name':'" + pod + "'},'target':{'kind':'Node','name':'" + node + "'}}"));
    }

    @Test
    void aCreatedObjectGetsWhatOnlyTheServerCanGive() {
        KubeObject made =
                api.create(CONFIG_MAPS, "default", "{'metadata':{'generateName':'cm-','uid':'mine','generation':7}}");
        assertThat(made.name()).matches("cm-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(made.uid()).isNotEqualTo("mine").hasSize(36);
        assertThat(made.meta().generation()).isZero();
        assertThat(Long.parseLong(made.meta().resourceVersion())).isPositive();
        assertThat(api.get(CONFIG_MAPS, "default", made.name()).bytes()).isEqualTo(made.bytes());
    }

    @Test
    void aNameIsTakenOnce() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'once'}}");
        assertThatThrownBy(() -> api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'once'}}"))
                .hasMessage("configmaps \"once\" already exists");
    }

    @Test
    void anUpdateOfAnOldVersionIsAConflict() {
        KubeObject first = api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'old'}}");
        api.merge(CONFIG_MAPS, key("old"), "", "{'data':{'a':'b'}}");
        assertThatThrownBy(() -> api.update(CONFIG_MAPS, first, ""))
                .hasMessage("Operation cannot be fulfilled on configmaps \"old\": the object has been modified;"
                        + " please apply your changes to the latest version and try again");
    }

    @Test
    void concurrentPatchesAreAllKept() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'busy'}}");
        List<Future<?>> patches = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            patches.add(api.send(
                    Verb.PATCH,
                    CONFIG_MAPS,
                    key("busy"),
                    "",
                    Map.of(),
                    "application/merge-patch+json",
                    "{'data':{'k" + i + "':'v'}}"));
        }
        TestApi.await(Future.all(patches));
        assertThat(api.get(CONFIG_MAPS, "default", "busy").at("data")).hasSize(20);
    }

    @Test
    void anUpdateWithoutAChangeWritesNothing() {
        KubeObject made = api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'same'},'data':{'a':'b'}}");
        KubeObject again = api.merge(CONFIG_MAPS, key("same"), "", "{'data':{'a':'b'}}");
        assertThat(again.meta().resourceVersion()).isEqualTo(made.meta().resourceVersion());
    }

    @Test
    void generationCountsChangesOfTheSpecAlone() {
        api.create(DEPLOYMENTS, "default", DEPLOYMENT.formatted("gen"));
        assertThat(api.merge(DEPLOYMENTS, key("gen"), "", "{'metadata':{'labels':{'x':'y'}}}")
                        .meta()
                        .generation())
                .isEqualTo(1);
        assertThat(api.merge(DEPLOYMENTS, key("gen"), "", "{'spec':{'replicas':3}}")
                        .meta()
                        .generation())
                .isEqualTo(2);
        KubeObject status =
                api.merge(DEPLOYMENTS, key("gen"), "status", "{'spec':{'replicas':9},'status':{'replicas':3}}");
        assertThat(status.meta().generation()).isEqualTo(2);
        assertThat(status.at("spec", "replicas").asInt()).isEqualTo(3);
        assertThat(status.at("status", "replicas").asInt()).isEqualTo(3);
        KubeObject spec = api.merge(DEPLOYMENTS, key("gen"), "", "{'status':{'replicas':7}}");
        assertThat(spec.at("status", "replicas").asInt()).isEqualTo(3);
    }

    @Test
    void scaleReadsAndWritesReplicas() {
        api.create(DEPLOYMENTS, "default", DEPLOYMENT.formatted("scaled"));
        KubeObject scale = api.merge(DEPLOYMENTS, key("scaled"), "scale", "{'spec':{'replicas':4}}");
        assertThat(scale.kind()).isEqualTo("Scale");
        assertThat(scale.text("status", "selector")).isEqualTo("a=b");
        assertThat(api.get(DEPLOYMENTS, "default", "scaled")
                        .at("spec", "replicas")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void dryRunAnswersAndWritesNothing() {
        KubeObject dry = TestApi.await(api.send(
                Verb.CREATE,
                CONFIG_MAPS,
                key(""),
                "",
                Map.of("dryRun", "All"),
                "application/json",
                "{'metadata':{'name':'dry'}}"));
        assertThat(dry.name()).isEqualTo("dry");
        assertThatThrownBy(() -> api.get(CONFIG_MAPS, "default", "dry")).hasMessage("configmaps \"dry\" not found");
    }

    @Test
    void aFinalizerHoldsADeletedObjectUntilItIsRemoved() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'held','finalizers':['a.b/c']}}");
        api.delete(CONFIG_MAPS, key("held"), "{}");
        assertThat(api.get(CONFIG_MAPS, "default", "held").meta().deleting()).isTrue();
        assertThatThrownBy(
                        () -> api.merge(CONFIG_MAPS, key("held"), "", "{'metadata':{'finalizers':['a.b/c','d.e/f']}}"))
                .hasMessageContaining("no new finalizers can be added if the object is being deleted");
        api.merge(CONFIG_MAPS, key("held"), "", "{'metadata':{'finalizers':null}}");
        assertThatThrownBy(() -> api.get(CONFIG_MAPS, "default", "held")).hasMessageContaining("not found");
    }

    @Test
    void propagationPoliciesBecomeFinalizers() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'fore'}}");
        KubeObject marked = api.delete(CONFIG_MAPS, key("fore"), "{'propagationPolicy':'Foreground'}");
        assertThat(marked.meta().finalizers()).containsExactly("foregroundDeletion");
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'orphan'}}");
        assertThat(api.delete(CONFIG_MAPS, key("orphan"), "{'propagationPolicy':'Orphan'}")
                        .meta()
                        .finalizers())
                .containsExactly("orphan");
    }

    @Test
    void deletePreconditionsAreKept() {
        api.create(CONFIG_MAPS, "default", "{'metadata':{'name':'pre'}}");
        assertThatThrownBy(() -> api.delete(CONFIG_MAPS, key("pre"), "{'preconditions':{'uid':'other'}}"))
                .hasMessageContaining("Precondition failed: UID in precondition: other");
    }

    /** What no clock can be moved by is a hundred years: the number itself is kept. */
    @Test
    void aGraceOfAnyLengthIsTaken() {
        pod("patient");
        bind("patient", "n1");
        KubeObject going = api.delete(PODS, key("patient"), "{'gracePeriodSeconds':9223372036854775807}");
        assertThat(going.meta().deletionGracePeriodSeconds()).contains(Long.MAX_VALUE);
        assertThat(Instant.parse(going.meta().deletionTimestamp()))
                .isAfter(Instant.now().plus(Duration.ofDays(36_000)));
        KubeObject sooner = api.delete(PODS, key("patient"), "{'gracePeriodSeconds':3000000000}");
        assertThat(sooner.meta().deletionGracePeriodSeconds()).contains(3_000_000_000L);
        api.delete(PODS, key("patient"), "{'gracePeriodSeconds':0}");
    }

    @Test
    void aBoundPodIsGivenItsGraceAndAnUnboundOneGoesAtOnce() {
        pod("unbound");
        api.delete(PODS, key("unbound"), "{}");
        assertThatThrownBy(() -> api.get(PODS, "default", "unbound")).hasMessageContaining("not found");

        pod("bound");
        bind("bound", "n1");
        KubeObject going = api.delete(PODS, key("bound"), "{'gracePeriodSeconds':12}");
        assertThat(going.meta().deletionGracePeriodSeconds()).contains(12L);
        KubeObject sooner = api.delete(PODS, key("bound"), "{'gracePeriodSeconds':3}");
        assertThat(sooner.meta().deletionGracePeriodSeconds()).contains(3L);
        api.delete(PODS, key("bound"), "{'gracePeriodSeconds':0}");
        assertThatThrownBy(() -> api.get(PODS, "default", "bound")).hasMessageContaining("not found");
    }

    @Test
    void aPodIsBoundOnce() {
        pod("twice");
        bind("twice", "n1");
        assertThatThrownBy(() -> bind("twice", "n2"))
                .hasMessageContaining("pod twice is already assigned to node \"n1\"");
        KubeObject bound = api.get(PODS, "default", "twice");
        assertThat(bound.text("spec", "nodeName")).isEqualTo("n1");
        assertThat(bound.at("status", "conditions").path(0).path("type").asText())
                .isEqualTo("PodScheduled");
    }

    @Test
    void anEvictionTakesADisruptionOrIsRefused() {
        for (String name : List.of("e1", "e2", "e3")) {
            api.create(PODS, "default", POD.formatted(name, "evict"));
            bind(name, "n1");
            String ready = "[{'type':'Ready','status':'" + (name.equals("e3") ? "False" : "True") + "'}]";
            api.merge(PODS, key(name), "status", "{'status':{'phase':'Running','conditions':" + ready + "}}");
        }
        api.create(
                POD_DISRUPTION_BUDGETS,
                "default",
                "{'metadata':{'name':'budget'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'evict'}}}}");
        api.merge(
                POD_DISRUPTION_BUDGETS,
                key("budget"),
                "status",
                "{'status':{'disruptionsAllowed':1,'observedGeneration':1,'currentHealthy':2,'desiredHealthy':1,"
                        + "'expectedPods':2}}");
        assertThat(evict("e1").text("status")).isEqualTo("Success");
        assertThatThrownBy(() -> evict("e2"))
                .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.is(Reason.TooManyRequests))
                        .isTrue());
        KubeObject evicted = api.get(PODS, "default", "e1");
        assertThat(evicted.meta().deleting()).isTrue();
        assertThat(evicted.at("status", "conditions"))
                .extracting(condition -> condition.path("reason").asText())
                .contains("EvictionByEvictionAPI");
        assertThat(api.get(PODS, "default", "e2").meta().deleting()).isFalse();
        assertThat(evict("e3").text("status")).as("unready: no loss").isEqualTo("Success");
    }

    private KubeObject evict(String pod) {
        return TestApi.await(api.send(
                Verb.CREATE,
                PODS,
                key(pod),
                "eviction",
                Map.of(),
                "application/json",
                "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'" + pod + "'}}"));
    }

    @Test
    void aNamespaceGoesWhenItIsFinalized() {
        api.create(NAMESPACES, "", "{'metadata':{'name':'going'}}");
        api.create(CONFIG_MAPS, "going", "{'metadata':{'name':'inside'}}");
        KubeObject marked = api.delete(NAMESPACES, ObjectKey.cluster("going"), "{}");
        assertThat(marked.text("status", "phase")).isEqualTo("Terminating");
        assertThatThrownBy(() -> api.create(CONFIG_MAPS, "going", "{'metadata':{'name':'late'}}"))
                .hasMessage("configmaps \"late\" is forbidden: unable to create new content in namespace going because"
                        + " it is being terminated");
        api.update(NAMESPACES, marked.edit(tree -> Json.child(tree, "spec").putArray("finalizers")), "finalize");
        assertThatThrownBy(() -> api.get(NAMESPACES, "", "going")).hasMessageContaining("not found");
    }

    @Test
    void servicesNeverShareAnAddressOrANodePort() {
        List<Future<KubeObject>> made = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            made.add(api.createLater(
                    SERVICES,
                    "default",
                    "{'metadata':{'name':'s" + i + "'},'spec':{'type':'NodePort','ports':[{'port':80}]}}"));
        }
        TestApi.await(Future.all(made));
        Set<String> ips = new HashSet<>();
        Set<Integer> ports = new HashSet<>();
        for (Future<KubeObject> service : made) {
            ips.add(service.result().text("spec", "clusterIP"));
            ports.add(service.result()
                    .at("spec", "ports")
                    .path(0)
                    .path("nodePort")
                    .asInt());
        }
        assertThat(ips).hasSize(40).allMatch(ip -> ip.startsWith("10.43."));
        assertThat(ports).hasSize(40).allMatch(port -> port >= 30000 && port <= 32767);
    }

    @Test
    void aWishedAddressIsGivenOnceAndAgainAfterItsServiceIsGone() {
        String wish = "{'metadata':{'name':'%s'},'spec':{'clusterIP':'10.43.0.99','ports':[{'port':80,'nodePort':%d}],"
                + "'type':'NodePort'}}";
        api.create(SERVICES, "default", wish.formatted("w1", 30001));
        assertThatThrownBy(() -> api.create(SERVICES, "default", wish.formatted("w2", 31001)))
                .hasMessageContaining("failed to allocate IP 10.43.0.99: provided IP is already allocated");
        assertThatThrownBy(() -> api.create(
                        SERVICES,
                        "default",
                        "{'metadata':{'name':'w3'},'spec':{'type':'NodePort','ports':[{'port':80,'nodePort':30001}]}}"))
                .hasMessageContaining(
                        "spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated");
        api.delete(SERVICES, key("w1"), "{}");
        assertThat(api.create(SERVICES, "default", wish.formatted("w2", 30001)).text("spec", "clusterIP"))
                .isEqualTo("10.43.0.99");
    }

    @Test
    void aServiceThatIsReplacedKeepsItsAddress() {
        KubeObject made =
                api.create(SERVICES, "default", "{'metadata':{'name':'kept'},'spec':{'ports':[{'port':80}]}}");
        KubeObject next = api.update(
                SERVICES,
                KubeObject.of(
                        TestApi.tree(
                                "{'metadata':{'name':'kept','namespace':'default'},'spec':{'type':'NodePort','ports':[{'port':80}]}}")),
                "");
        assertThat(next.text("spec", "clusterIP")).isEqualTo(made.text("spec", "clusterIP"));
        assertThat(next.at("spec", "ports").path(0).path("nodePort").asInt()).isBetween(30000, 32767);
    }

    @Test
    void pagesOfAListShowOneMoment() {
        for (String name : List.of("p1", "p2", "p3", "p4", "p5")) {
            api.create(CONFIG_MAPS, "kube-public", "{'metadata':{'name':'" + name + "'}}");
        }
        KubeList first = api.list(CONFIG_MAPS, "kube-public", Map.of("limit", "2"));
        api.delete(CONFIG_MAPS, ObjectKey.of("kube-public", "p4"), "{}");
        KubeList second = api.list(CONFIG_MAPS, "kube-public", Map.of("limit", "2", "continue", first.continueToken()));
        KubeList third = api.list(CONFIG_MAPS, "kube-public", Map.of("limit", "2", "continue", second.continueToken()));
        assertThat(names(first)).containsExactly("p1", "p2");
        assertThat(names(second)).containsExactly("p3", "p4");
        assertThat(names(third)).containsExactly("p5");
        assertThat(third.continueToken()).isEmpty();
        assertThat(List.of(second.resourceVersion(), third.resourceVersion())).containsOnly(first.resourceVersion());
        assertThat(names(api.list(CONFIG_MAPS, "kube-public", Map.of()))).doesNotContain("p4");
    }

    @Test
    void fieldsAndLabelsSelect() {
        pod("sel1");
        bind("sel1", "node-a");
        pod("sel2");
        assertThat(names(api.list(PODS, "", Map.of("fieldSelector", "spec.nodeName=node-a"))))
                .containsExactly("sel1");
        assertThat(names(api.list(PODS, "", Map.of("labelSelector", "app in (sel1,sel2)"))))
                .containsExactly("sel1", "sel2");
        assertThat(names(api.list(PODS, "default", Map.of("fieldSelector", "metadata.name=sel2"))))
                .containsExactly("sel2");
        assertThatThrownBy(() -> api.list(PODS, "", Map.of("fieldSelector", "spec.colour=red")))
                .hasMessage("field label not supported: spec.colour");
    }

    @Test
    void eventsAreOneKindInTwoGroups() {
        Resource grouped = new Resource("events.k8s.io", "v1", "events", "Event", true);
        api.create(
                Resources.EVENTS,
                "default",
                "{'metadata':{'name':'ev'},'involvedObject':{'kind':'Pod','name':'x','namespace':'default'},"
                        + "'message':'hello','reason':'Said','type':'Normal'}");
        KubeObject seen = api.get(grouped, "default", "ev");
        assertThat(seen.apiVersion()).isEqualTo("events.k8s.io/v1");
        assertThat(seen.text("note")).isEqualTo("hello");
        assertThat(seen.text("regarding", "name")).isEqualTo("x");
        api.create(
                grouped,
                "default",
                "{'metadata':{'name':'ev2'},'regarding':{'kind':'Pod','name':'y','namespace':'default'},'action':'Do',"
                        + "'reason':'Said','type':'Normal','eventTime':'2026-11-21T07:00:00.000000Z',"
                        + "'reportingController':'test','reportingInstance':'test-0'}");
        assertThat(names(api.list(grouped, "", Map.of("fieldSelector", "reportingController=test,regarding.name=y"))))
                .containsExactly("ev2");
        assertThat(names(
                        api.list(Resources.EVENTS, "", Map.of("fieldSelector", "source=test,involvedObject.kind=Pod"))))
                .as("who reports is the source, if no other is named")
                .containsExactly("ev2");
    }

    @Test
    void aNodeKeepsTheStatusThatItRegistersWith() {
        KubeObject node = api.create(NODES, "", "{'metadata':{'name':'reg'},'status':{'capacity':{'cpu':'2'}}}");
        assertThat(node.text("status", "capacity", "cpu")).isEqualTo("2");
    }

    @Test
    void aBadObjectIsRefusedWithItsFields() {
        assertThatThrownBy(() -> api.create(PODS, "default", "{'metadata':{'name':'bad'},'spec':{'containers':[]}}"))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.status().code()).isEqualTo(422);
                    assertThat(e.getMessage()).contains("spec.containers: Required value");
                });
    }

    private static List<String> names(KubeList list) {
        return list.items().stream().map(KubeObject::name).toList();
    }
}
