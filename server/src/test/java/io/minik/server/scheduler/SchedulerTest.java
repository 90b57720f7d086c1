package io.minik.server.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.Informers;
import io.minik.api.client.TestApi;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.TestLoop;
import io.minik.server.controllers.Cluster;
import io.minik.server.simulation.DrivenLoop;
import io.minik.server.simulation.SimulatedTime;
import io.minik.server.simulation.StoredApi;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final SimulatedTime time = new SimulatedTime(1);
    private final TestLoop loop = new DrivenLoop(time);
    private final TestApi api = new StoredApi(time);
    private final ApiClient client = new ApiClient(api, "scheduler");

    @BeforeEach
    void start() {
        Scheduler scheduler = new Scheduler(
                loop,
                client,
                new Informers(loop, client),
                new EventRecorder(loop, client, Scheduler.DEFAULT_NAME, ""),
                Scheduler.DEFAULT_NAME);
        assertThat(scheduler.start().succeeded()).isTrue();
        loop.settle();
    }

    private void node(String name, Consumer<ObjectNode> more) {
        api.put(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster(name), tree -> {
            Json.child(tree, "metadata").putObject("labels").put("kubernetes.io/hostname", name);
            Json.child(Json.child(tree, "status"), "allocatable")
                    .put("cpu", "2")
                    .put("memory", "4Gi")
                    .put("pods", "110");
            more.accept(tree);
        }));
    }

    private KubeObject pod(String name, String cpu, Consumer<ObjectNode> more) {
        return api.put(Resources.PODS, KubeObject.named("v1", "Pod", ObjectKey.of("default", name), tree -> {
            ObjectNode container = Json.child(tree, "spec")
                    .putArray("containers")
                    .addObject()
                    .put("name", "c")
                    .put("image", "i");
            container.putObject("resources").putObject("requests").put("cpu", cpu);
            more.accept(tree);
        }));
    }

    private String nodeOf(String pod) {
        loop.settle();
        return api.require(Resources.PODS, ObjectKey.of("default", pod)).text("spec", "nodeName");
    }

    private String message(String reason) {
        loop.settle();
        return api.all(Resources.EVENTS).stream()
                .filter(event -> event.text("reason").equals(reason))
                .map(event -> event.text("message"))
                .findFirst()
                .orElse("");
    }

    private static void nothing(ObjectNode tree) {}

    @Test
    void aPodGetsANodeAndAnEventSaysSo() {
        node("one", SchedulerTest::nothing);
        pod("web", "100m", SchedulerTest::nothing);
        assertThat(nodeOf("web")).isEqualTo("one");
        assertThat(message("Scheduled")).isEqualTo("Successfully assigned default/web to one");
        assertThat(loop.timers()).as("idle means no timer").isZero();
    }

    @Test
    void whyNotIsSaidInUpstreamsWords() {
        node("one", SchedulerTest::nothing);
        node("two", tree -> Json.child(tree, "spec")
                .putArray("taints")
                .addObject()
                .put("key", "k")
                .put("value", "v")
                .put("effect", "NoSchedule"));
        KubeObject pod = pod("web", "3", SchedulerTest::nothing);
        String expected = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {k: v}. "
                + "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
        assertThat(message("FailedScheduling")).isEqualTo(expected);
        KubeObject told = api.require(Resources.PODS, pod.key());
        assertThat(told.at("status", "conditions", "").isMissingNode()).isTrue();
        var condition = told.at("status", "conditions").get(0);
        assertThat(Json.text(condition, "reason")).isEqualTo("Unschedulable");
        assertThat(Json.text(condition, "message")).isEqualTo(expected);
    }

    /** A budget that no validation would let in: whatever a pod fails by, it fails alone. */
    @Test
    void aPodThatCannotBeDecidedHoldsNobodyUpAndIsTriedAgain() {
        ObjectKey odd = ObjectKey.of("default", "odd");
        api.put(
                Resources.POD_DISRUPTION_BUDGETS,
                KubeObject.named("policy/v1", "PodDisruptionBudget", odd, tree -> Json.child(
                                Json.child(tree, "spec"), "selector")
                        .putArray("matchExpressions")
                        .addObject()
                        .put("key", "k")
                        .put("operator", "Nearly")));
        node("one", SchedulerTest::nothing);
        loop.settle();
        pod("huge", "100", SchedulerTest::nothing);
        pod("sound", "1", SchedulerTest::nothing);
        assertThat(nodeOf("sound")).isEqualTo("one");
        assertThat(message("FailedScheduling")).contains("Nearly");
        api.remove(Resources.POD_DISRUPTION_BUDGETS, odd);
        loop.advance(Duration.ofSeconds(30));
        KubeObject told = api.require(Resources.PODS, ObjectKey.of("default", "huge"));
        assertThat(Json.text(told.at("status", "conditions").get(0), "message")).contains("Insufficient cpu");
    }

    @Test
    void withoutNodesItSaysThatThereAreNone() {
        pod("web", "1", SchedulerTest::nothing);
        assertThat(message("FailedScheduling")).isEqualTo("no nodes available to schedule pods");
    }

    @Test
    void aWaitingPodIsPlacedOnceANodeComes() {
        pod("web", "1", SchedulerTest::nothing);
        loop.settle();
        node("one", SchedulerTest::nothing);
        loop.advance(Duration.ofSeconds(2));
        assertThat(nodeOf("web")).isEqualTo("one");
    }

    @Test
    void aWaitingPodIsPlacedOnceAnotherEnds() {
        node("one", SchedulerTest::nothing);
        pod("big", "1500m", SchedulerTest::nothing);
        loop.settle();
        pod("next", "1", SchedulerTest::nothing);
        assertThat(nodeOf("next")).isEmpty();
        api.edit(Resources.PODS, ObjectKey.of("default", "big"), tree -> Json.child(tree, "status")
                .put("phase", "Succeeded"));
        loop.advance(Duration.ofSeconds(2));
        assertThat(nodeOf("next")).isEqualTo("one");
    }

    @Test
    void podsOfOneBurstDoNotOverfillANode() {
        node("one", SchedulerTest::nothing);
        node("two", SchedulerTest::nothing);
        for (int i = 0; i < 6; i++) {
            pod("p" + i, "900m", SchedulerTest::nothing);
        }
        loop.settle();
        long one = api.all(Resources.PODS).stream()
                .filter(p -> p.text("spec", "nodeName").equals("one"))
                .count();
        long two = api.all(Resources.PODS).stream()
                .filter(p -> p.text("spec", "nodeName").equals("two"))
                .count();
        assertThat(List.of(one, two)).containsExactly(2L, 2L);
    }

    @Test
    void selectorsAndAffinityChooseTheNode() {
        node("one", SchedulerTest::nothing);
        node("ssd", tree -> ((ObjectNode) tree.at("/metadata/labels")).put("disk", "ssd"));
        pod("a", "1m", tree -> Json.child(Json.child(tree, "spec"), "nodeSelector")
                .put("disk", "ssd"));
        pod("b", "1m", tree -> {
            ObjectNode expression = Json.child(Json.child(Json.child(tree, "spec"), "affinity"), "nodeAffinity")
                    .putObject("requiredDuringSchedulingIgnoredDuringExecution")
                    .putArray("nodeSelectorTerms")
                    .addObject()
                    .putArray("matchExpressions")
                    .addObject();
            expression.put("key", "disk").put("operator", "DoesNotExist");
        });
        assertThat(nodeOf("a")).isEqualTo("ssd");
        assertThat(nodeOf("b")).isEqualTo("one");
    }

    @Test
    void antiAffinityKeepsPodsApartInBothDirections() {
        node("one", SchedulerTest::nothing);
        node("two", SchedulerTest::nothing);
        Consumer<ObjectNode> apart = tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", "db");
            ObjectNode term = Json.child(Json.child(Json.child(tree, "spec"), "affinity"), "podAntiAffinity")
                    .putArray("requiredDuringSchedulingIgnoredDuringExecution")
                    .addObject()
                    .put("topologyKey", "kubernetes.io/hostname");
            term.putObject("labelSelector").putObject("matchLabels").put("app", "db");
        };
        pod("a", "1m", apart);
        pod("b", "1m", apart);
        pod("c", "1m", apart);
        pod("plain", "1m", tree -> Json.child(tree, "metadata")
                .putObject("labels")
                .put("app", "db"));
        loop.settle();
        assertThat(new TreeSet<>(List.of(nodeOf("a"), nodeOf("b")))).containsExactly("one", "two");
        assertThat(nodeOf("c")).isEmpty();
        assertThat(nodeOf("plain")).as("refused by those that are there").isEmpty();
        assertThat(message("FailedScheduling")).contains("2 node(s) didn't match pod anti-affinity rules");
    }

    @Test
    void hardSpreadEvensOutDomains() {
        node("one", SchedulerTest::nothing);
        node("two", SchedulerTest::nothing);
        for (int i = 0; i < 4; i++) {
            pod("p" + i, "1m", tree -> {
                Json.child(tree, "metadata").putObject("labels").put("app", "web");
                ObjectNode constraint = Json.child(tree, "spec")
                        .putArray("topologySpreadConstraints")
                        .addObject()
                        .put("maxSkew", 1)
                        .put("topologyKey", "kubernetes.io/hostname")
                        .put("whenUnsatisfiable", "DoNotSchedule");
                constraint.putObject("labelSelector").putObject("matchLabels").put("app", "web");
            });
        }
        loop.settle();
        assertThat(api.all(Resources.PODS).stream()
                        .filter(p -> p.text("spec", "nodeName").equals("one"))
                        .count())
                .isEqualTo(2);
    }

    @Test
    void hostPortsCollideUnlessAddressesDiffer() {
        node("one", SchedulerTest::nothing);
        pod("a", "1m", tree -> port(tree, ""));
        pod("b", "1m", tree -> port(tree, "10.0.0.1"));
        loop.settle();
        assertThat(nodeOf("a")).isEqualTo("one");
        assertThat(nodeOf("b")).isEmpty();
        assertThat(message("FailedScheduling")).contains("didn't have free ports for the requested pod ports");
    }

    private static void port(ObjectNode pod, String ip) {
        ObjectNode port = ((ObjectNode) pod.at("/spec/containers/0"))
                .putArray("ports")
                .addObject()
                .put("containerPort", 80)
                .put("hostPort", 8080);
        if (!ip.isEmpty()) {
            port.put("hostIP", ip);
        }
    }

    @Test
    void gatedPodsAndPodsOfOtherSchedulersAreLeftAlone() {
        node("one", SchedulerTest::nothing);
        pod("gated", "1m", tree -> Json.child(tree, "spec")
                .putArray("schedulingGates")
                .addObject()
                .put("name", "x/y"));
        pod("other", "1m", tree -> Json.child(tree, "spec").put("schedulerName", "mine"));
        assertThat(nodeOf("gated")).isEmpty();
        assertThat(nodeOf("other")).isEmpty();
        assertThat(api.require(Resources.PODS, ObjectKey.of("default", "gated"))
                        .at("status", "conditions")
                        .get(0)
                        .path("reason")
                        .asText())
                .isEqualTo("SchedulingGated");
        api.edit(Resources.PODS, ObjectKey.of("default", "gated"), tree -> Json.child(tree, "spec")
                .remove("schedulingGates"));
        assertThat(nodeOf("gated")).isEqualTo("one");
    }

    @Test
    void aMoreImportantPodTakesThePlaceOfTheLeastImportant() {
        node("one", SchedulerTest::nothing);
        pod("low", "1", tree -> Json.child(tree, "spec").put("priority", 1));
        pod("mid", "1", tree -> Json.child(tree, "spec").put("priority", 5));
        loop.settle();
        pod("high", "1", tree -> Json.child(tree, "spec").put("priority", 10));
        loop.settle();
        assertThat(api.require(Resources.PODS, ObjectKey.of("default", "low"))
                        .meta()
                        .deleting())
                .isTrue();
        assertThat(api.require(Resources.PODS, ObjectKey.of("default", "low"))
                        .tree()
                        .at("/status/conditions")
                        .toString())
                .contains("\"type\":\"DisruptionTarget\"")
                .contains("\"reason\":\"PreemptionByScheduler\"");
        assertThat(api.require(Resources.PODS, ObjectKey.of("default", "mid"))
                        .meta()
                        .deleting())
                .isFalse();
        api.remove(Resources.PODS, ObjectKey.of("default", "low"));
        loop.advance(Duration.ofSeconds(5));
        assertThat(nodeOf("high")).isEqualTo("one");
    }

    @Test
    void theRoomOfVictimsIsKeptFromLesserPods() {
        node("one", SchedulerTest::nothing);
        pod("low", "2", tree -> Json.child(tree, "spec").put("priority", 1));
        loop.settle();
        pod("high", "2", tree -> Json.child(tree, "spec").put("priority", 10));
        loop.settle();
        KubeObject high = api.require(Resources.PODS, ObjectKey.of("default", "high"));
        assertThat(high.text("status", "nominatedNodeName")).isEqualTo("one");
        api.remove(Resources.PODS, ObjectKey.of("default", "low"));
        pod("late", "2", tree -> Json.child(tree, "spec").put("priority", 5));
        assertThat(nodeOf("late")).as("while the other one still backs off").isEmpty();
        loop.advance(Duration.ofSeconds(15));
        assertThat(nodeOf("high")).isEqualTo("one");
        assertThat(nodeOf("late")).isEmpty();
    }

    @Test
    void budgetsDecideBetweenVictims() {
        node("one", tree -> {});
        node("two", tree -> {});
        for (String name : List.of("one", "two")) {
            pod("on-" + name, "2", tree -> {
                Json.child(tree, "metadata").putObject("labels").put("app", "on-" + name);
                Json.child(tree, "spec").put("priority", name.equals("one") ? 1 : 2);
                Json.child(Json.child(tree, "spec"), "nodeSelector").put("kubernetes.io/hostname", name);
            });
        }
        api.put(
                Resources.POD_DISRUPTION_BUDGETS,
                KubeObject.named("policy/v1", "PodDisruptionBudget", ObjectKey.of("default", "b"), tree -> {
                    Json.child(Json.child(Json.child(tree, "spec"), "selector"), "matchLabels")
                            .put("app", "on-one");
                    Json.child(tree, "status").put("disruptionsAllowed", 0);
                }));
        loop.settle();
        pod("high", "2", tree -> Json.child(tree, "spec").put("priority", 10));
        loop.settle();
        assertThat(api.require(Resources.PODS, ObjectKey.of("default", "on-one"))
                        .meta()
                        .deleting())
                .isFalse();
        assertThat(api.require(Resources.PODS, ObjectKey.of("default", "on-two"))
                        .meta()
                        .deleting())
                .isTrue();
    }

    @Test
    void aMissingClaimIsNamed() {
        node("one", SchedulerTest::nothing);
        pod("web", "1m", tree -> Json.child(tree, "spec")
                .putArray("volumes")
                .addObject()
                .put("name", "d")
                .putObject("persistentVolumeClaim")
                .put("claimName", "data"));
        assertThat(message("FailedScheduling"))
                .startsWith("0/1 nodes are available: persistentvolumeclaim \"data\" not found.");
        api.put(
                Resources.PERSISTENT_VOLUMES,
                KubeObject.named("v1", "PersistentVolume", ObjectKey.cluster("v"), t -> {}));
        api.put(
                Resources.PERSISTENT_VOLUME_CLAIMS,
                KubeObject.named("v1", "PersistentVolumeClaim", ObjectKey.of("default", "data"), tree -> {
                    Json.child(tree, "spec").put("volumeName", "v");
                    Json.child(tree, "status").put("phase", "Bound");
                }));
        loop.advance(Duration.ofSeconds(5));
        assertThat(nodeOf("web")).isEqualTo("one");
    }

    /** A pod of a StatefulSet that is spread over hosts, with a claim that waits for it. */
    private void spreadPodWithClaim(String name) {
        api.put(
                Resources.PERSISTENT_VOLUME_CLAIMS,
                KubeObject.named("v1", "PersistentVolumeClaim", ObjectKey.of("default", "data-" + name), tree -> {
                    Cluster.claim(Json.child(tree, "spec"), "1Gi").put("storageClassName", "later");
                    Json.child(tree, "status").put("phase", "Pending");
                }));
        pod(name, "500m", tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", "db");
            ObjectNode spec = Json.child(tree, "spec");
            spec.putArray("volumes")
                    .addObject()
                    .put("name", "d")
                    .putObject("persistentVolumeClaim")
                    .put("claimName", "data-" + name);
            spec.putArray("topologySpreadConstraints")
                    .addObject()
                    .put("maxSkew", 1)
                    .put("topologyKey", "kubernetes.io/hostname")
                    .put("whenUnsatisfiable", "DoNotSchedule")
                    .putObject("labelSelector")
                    .putObject("matchLabels")
                    .put("app", "db");
        });
    }

    private void classThatWaits() {
        api.put(
                Resources.STORAGE_CLASSES,
                KubeObject.named("storage.k8s.io/v1", "StorageClass", ObjectKey.cluster("later"), tree -> tree.put(
                                "provisioner", "example.com/disks")
                        .put("volumeBindingMode", "WaitForFirstConsumer")));
    }

    private String selectedNode(String pod) {
        loop.settle();
        return api.require(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "data-" + pod))
                .annotations()
                .getOrDefault("volume.kubernetes.io/selected-node", "");
    }

    /** What a provisioner and the binder do once the node is known. */
    private void bindClaim(String pod) {
        String node = selectedNode(pod);
        api.put(
                Resources.PERSISTENT_VOLUMES,
                KubeObject.named("v1", "PersistentVolume", ObjectKey.cluster("v-" + pod), tree -> Json.child(
                                Json.child(Json.child(tree, "spec"), "nodeAffinity"), "required")
                        .putArray("nodeSelectorTerms")
                        .addObject()
                        .putArray("matchExpressions")
                        .addObject()
                        .put("key", "kubernetes.io/hostname")
                        .put("operator", "In")
                        .putArray("values")
                        .add(node)));
        ObjectKey claim = ObjectKey.of("default", "data-" + pod);
        api.put(
                Resources.PERSISTENT_VOLUME_CLAIMS,
                api.require(Resources.PERSISTENT_VOLUME_CLAIMS, claim).edit(tree -> {
                    Json.child(tree, "spec").put("volumeName", "v-" + pod);
                    Json.child(tree, "status").put("phase", "Bound");
                }));
    }

    /** Else both volumes are made on one node, and the second pod can go neither there nor anywhere else. */
    @Test
    void podsWhoseClaimsGetVolumesHoldTheirPlacesMeanwhile() {
        classThatWaits();
        node("one", SchedulerTest::nothing);
        node("two", SchedulerTest::nothing);
        spreadPodWithClaim("db-0");
        spreadPodWithClaim("db-1");
        assertThat(List.of(selectedNode("db-0"), selectedNode("db-1"))).containsExactlyInAnyOrder("one", "two");
        assertThat(nodeOf("db-0")).as("its claim has no volume yet").isEmpty();
        String before = selectedNode("db-1");
        bindClaim("db-0");
        loop.advance(Duration.ofSeconds(15));
        assertThat(nodeOf("db-0")).isEqualTo(selectedNode("db-0"));
        assertThat(selectedNode("db-1")).as("its volume may be under way").isEqualTo(before);
        bindClaim("db-1");
        loop.advance(Duration.ofSeconds(15));
        assertThat(nodeOf("db-1")).isEqualTo(before);
        assertThat(loop.timers()).as("idle means no timer").isZero();
    }

    @Test
    void aPlaceThatIsHeldIsGivenBackWithItsPod() {
        classThatWaits();
        node("one", SchedulerTest::nothing);
        spreadPodWithClaim("db-0");
        assertThat(selectedNode("db-0")).isEqualTo("one");
        pod("big", "1800m", SchedulerTest::nothing);
        assertThat(nodeOf("big")).as("the place of db-0 is held").isEmpty();
        api.remove(Resources.PODS, ObjectKey.of("default", "db-0"));
        loop.advance(Duration.ofSeconds(15));
        assertThat(nodeOf("big")).isEqualTo("one");
    }

    /** The node of the first volume went away: the provisioner takes the choice back, and another one is made. */
    @Test
    void aChoiceThatIsTakenBackIsMadeAgain() {
        classThatWaits();
        node("one", SchedulerTest::nothing);
        spreadPodWithClaim("db-0");
        assertThat(selectedNode("db-0")).isEqualTo("one");
        api.remove(Resources.NODES, ObjectKey.cluster("one"));
        node("two", SchedulerTest::nothing);
        loop.advance(Duration.ofSeconds(15));
        assertThat(selectedNode("db-0")).as("nobody else may change it").isEqualTo("one");
        ObjectKey claim = ObjectKey.of("default", "data-db-0");
        api.put(
                Resources.PERSISTENT_VOLUME_CLAIMS,
                api.require(Resources.PERSISTENT_VOLUME_CLAIMS, claim)
                        .edit(tree -> Json.child(tree, "metadata").remove("annotations")));
        loop.advance(Duration.ofSeconds(15));
        assertThat(selectedNode("db-0")).isEqualTo("two");
    }

    private void asksForDevices(String pod, String field, String name) {
        pod(pod, "1m", tree -> Json.child(tree, "spec")
                .putArray("resourceClaims")
                .addObject()
                .put("name", "gpu")
                .put(field, name));
    }

    @Test
    void aPodWaitsForAResourceClaimThatIsNotThere() {
        node("one", SchedulerTest::nothing);
        asksForDevices("web", "resourceClaimName", "gpu-1");
        assertThat(message("FailedScheduling"))
                .isEqualTo("0/1 nodes are available: resourceclaim.resource.k8s.io \"gpu-1\" not found. preemption: 0/1"
                        + " nodes are available: 1 Preemption is not helpful for scheduling.");
        api.put(
                Resources.RESOURCE_CLAIMS,
                KubeObject.named("resource.k8s.io/v1", "ResourceClaim", ObjectKey.of("default", "gpu-1"), t -> {}));
        loop.advance(Duration.ofSeconds(5));
        assertThat(nodeOf("web")).as("it would run without its device").isEmpty();
        assertThat(waits("web")).contains("cannot allocate all claims: this cluster does not allocate devices");
    }

    @Test
    void aPodWaitsForAResourceClaimOfATemplate() {
        node("one", SchedulerTest::nothing);
        asksForDevices("web", "resourceClaimTemplateName", "gpu");
        assertThat(waits("web")).contains("pod \"default/web\": ResourceClaim not created yet");
        assertThat(nodeOf("web")).isEmpty();
    }

    private String waits(String pod) {
        loop.settle();
        for (var condition :
                api.require(Resources.PODS, ObjectKey.of("default", pod)).at("status", "conditions")) {
            if (Json.text(condition, "reason").equals("Unschedulable")) {
                return Json.text(condition, "message");
            }
        }
        return "";
    }

    @Test
    void aFailedBindingIsTriedAgainAndHoldsNothingMeanwhile() {
        node("one", SchedulerTest::nothing);
        api.failing(call -> call.subresource().equals("binding")
                ? Optional.of(ApiException.unavailable("away"))
                : Optional.empty());
        pod("web", "2", SchedulerTest::nothing);
        loop.settle();
        assertThat(nodeOf("web")).isEmpty();
        api.failing(call -> Optional.empty());
        loop.advance(Duration.ofSeconds(5));
        assertThat(nodeOf("web")).isEqualTo("one");
    }

    @Test
    void heartbeatsWakeNobody() {
        node("one", SchedulerTest::nothing);
        pod("web", "3", SchedulerTest::nothing);
        loop.advance(Duration.ofMinutes(1));
        int before = calls(Resources.PODS);
        api.edit(Resources.NODES, ObjectKey.cluster("one"), tree -> Json.child(tree, "status")
                .putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True"));
        loop.advance(Duration.ofMinutes(1));
        assertThat(calls(Resources.PODS)).isEqualTo(before);
    }

    private int calls(Resource resource) {
        return api.calls(Verb.PATCH, resource).size();
    }
}
