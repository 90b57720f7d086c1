package io.minik.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.ApiClient;
import io.minik.api.client.EventRecorder;
import io.minik.api.client.FakeApi;
import io.minik.api.client.Informers;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.ManualLoop;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRoomTest {
    private static final ObjectKey KEY = ObjectKey.cluster("n1");

    private final ManualLoop loop = new ManualLoop();
    private final FakeApi api = new FakeApi(loop);
    private final List<String> network = new ArrayList<>();

    private Map<String, String> refused = Map.of();
    private Optional<RuntimeException> refusal = Optional.empty();
    private List<NodeImage> images = List.of();
    private Future<Void> configured = Future.succeededFuture();

    @TempDir
    Path directory;

    private NodeRoom room;

    @BeforeEach
    void make() {
        room = room();
    }

    private NodeRoom room() {
        ApiClient client = new ApiClient(api, "kubelet");
        NodeConfig config = new NodeConfig(
                "n1",
                List.of("192.168.0.1"),
                List.of(),
                "host1",
                Map.of("disk", "ssd"),
                List.of("dedicated=edge:NoSchedule"),
                NodeConfig.DEFAULT_MAX_PODS,
                10250,
                "v1.36.4+minik",
                "minik://0.1.0");
        return new NodeRoom(
                config,
                new NodeRoom.Parts(
                        loop,
                        client,
                        new Informers(loop, client),
                        new EventRecorder(loop, client, "kubelet", "n1"),
                        new RecordingNetwork(),
                        Optional::empty,
                        pressure,
                        new NodeFigures(directory, place -> new Threshold.Amount(0, 0), NodeReserved.USUAL),
                        () -> Future.succeededFuture(new RuntimeFacts(images, true)),
                        NodeRoomTest::now));
    }

    private static Future<Void> now(Callable<Void> work) {
        try {
            return Future.succeededFuture(work.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    private List<String> firewall = List.of();

    private final NodePressure pressure = new NodePressure(
            new NodePressure.Policy(Threshold.hard("memory.available<100Mi"), NodePressure.Policy.TRANSITION));

    @Test
    void aFirewallThatStandsInTheWayIsAnEventOfTheNode() {
        firewall = List.of("The firewall's chain ip filter FORWARD drops what it does not know");
        start();
        assign("10.42.3.0/24");
        loop.settle();
        assertThat(api.all(Resources.EVENTS))
                .extracting(event -> event.text("reason") + ": " + event.text("message"))
                .contains("ForwardingBlocked: The firewall's chain ip filter FORWARD drops what it does not know");
    }

    @Test
    void routesOfAnotherTimeAreTakenAwayThoughNoneAreWanted() {
        start();
        assign("10.42.3.0/24");
        assertThat(network).contains("routes {}");
    }

    private final class RecordingNetwork implements NodeNetwork {
        @Override
        public Future<Void> configure(List<String> podCidrs) {
            network.add("configure " + String.join(",", podCidrs));
            return configured;
        }

        @Override
        public Future<List<String>> openFirewall() {
            return Future.succeededFuture(firewall);
        }

        @Override
        public Future<Map<Cidr, String>> routes(Map<Cidr, Address> nodeByPods) {
            Map<String, String> asked = new TreeMap<>();
            Map<Cidr, String> answer = new HashMap<>();
            nodeByPods.forEach((pods, node) -> {
                asked.put(pods.toString(), node.toString());
                String why = refused.get(pods.toString());
                if (why != null) {
                    answer.put(pods, why);
                }
            });
            network.add("routes " + asked);
            return refusal.map(Future::<Map<Cidr, String>>failedFuture).orElse(Future.succeededFuture(answer));
        }
    }

    private void start() {
        Future<Void> started = room.start();
        loop.settle();
        assertThat(started.succeeded()).isTrue();
    }

    private void assign(String cidr) {
        api.edit(Resources.NODES, KEY, tree -> Json.child(tree, "spec").put("podCIDR", cidr));
        loop.settle();
    }

    private String ready() {
        for (var condition : api.require(Resources.NODES, KEY).at("status", "conditions")) {
            if (Json.text(condition, "type").equals("Ready")) {
                return Json.text(condition, "status");
            }
        }
        return "absent";
    }

    @Test
    void theNodeTellsOfItsImagesTheLargestFirst() {
        images = List.of(new NodeImage(List.of("small@sha256:1", "small:1"), 10), new NodeImage(List.of("big:1"), 20));
        start();
        assertThat(api.require(Resources.NODES, KEY).at("status", "images").toString())
                .isEqualTo(
                        "[{\"names\":[\"big:1\"],\"sizeBytes\":20},{\"names\":[\"small@sha256:1\",\"small:1\"],\"sizeBytes\":10}]");
    }

    @Test
    void aNodeWithoutImagesSaysNothingOfThemSoThatItIsNotToldEachTime() {
        start();
        assertThat(api.calls(Verb.PATCH, Resources.NODES)).isNotEmpty().allSatisfy(call -> assertThat(
                        new String(call.body(), StandardCharsets.UTF_8))
                .doesNotContain("images"));
    }

    @Test
    void whatOthersAddToTheCapacityIsLeftAlone() {
        start();
        assign("10.42.0.0/24");
        api.edit(Resources.NODES, KEY, tree -> Json.child(Json.child(tree, "status"), "capacity")
                .put("example.com/gadget", "3"));
        loop.settle();
        int calls = api.calls().size();
        loop.advance(Duration.ofSeconds(60));
        loop.settle();
        assertThat(api.calls().stream().skip(calls).filter(c -> c.verb() == Verb.PATCH))
                .isEmpty();
    }

    @Test
    void whatOthersAdvertiseCanBeAllocatedUntilTheyTakeItBack() {
        start();
        assign("10.42.0.0/24");
        api.edit(Resources.NODES, KEY, tree -> Json.child(Json.child(tree, "status"), "capacity")
                .put("example.com/foo", "5"));
        loop.settle();
        KubeObject node = api.require(Resources.NODES, KEY);
        assertThat(Json.strings(node.tree(), "status", "allocatable")).containsEntry("example.com/foo", "5");
        assertThat(Json.strings(node.tree(), "status", "capacity")).containsKey("cpu");
        api.edit(Resources.NODES, KEY, tree -> Json.child(Json.child(tree, "status"), "capacity")
                .remove("example.com/foo"));
        loop.settle();
        node = api.require(Resources.NODES, KEY);
        assertThat(Json.strings(node.tree(), "status", "allocatable"))
                .containsKey("cpu")
                .doesNotContainKey("example.com/foo");
    }

    @Test
    void aNodeIsRegisteredAndReadyOnceItHasItsNetwork() {
        start();
        KubeObject node = api.require(Resources.NODES, KEY);
        assertThat(node.meta().labels())
                .containsEntry("kubernetes.io/hostname", "host1")
                .containsEntry("disk", "ssd");
        assertThat(node.at("spec", "taints", "0").isMissingNode()).isTrue();
        assertThat(node.at("spec", "taints").path(0).path("key").asText()).isEqualTo("dedicated");
        assertThat(node.text("status", "nodeInfo", "kubeletVersion")).isEqualTo("v1.36.4+minik");
        assertThat(ready()).isEqualTo("False");
        assertThat(room.health().ready()).isFalse();
        assign("10.42.3.0/24");
        assertThat(network).containsExactly("configure 10.42.3.0/24", "routes {}");
        assertThat(ready()).isEqualTo("True");
        assertThat(room.health().ready()).isTrue();
    }

    @Test
    void aRestartedNodeDoesNotSayNotReadyWhileItsNetworkIsSetUp() {
        start();
        assign("10.42.3.0/24");
        Future<Void> stopped = room.stop();
        loop.settle();
        assertThat(stopped.succeeded()).isTrue();
        Promise<Void> slow = Promise.promise();
        configured = slow.future();
        room = room();
        start();
        assertThat(ready()).isEqualTo("True");
        slow.fail("no bridge");
        loop.settle();
        assertThat(ready()).isEqualTo("False");
    }

    @Test
    void idleCostsOneLeaseRenewalEachTenSecondsAndOneStatusEachFiveMinutes() {
        start();
        assign("10.42.3.0/24");
        int before = api.calls().size();
        loop.advance(Duration.ofSeconds(299));
        assertThat(api.calls().subList(before, api.calls().size()))
                .allMatch(call -> call.resource().equals(Resources.LEASES))
                .hasSize(29);
        loop.advance(Duration.ofSeconds(10));
        assertThat(api.calls(Verb.PATCH, Resources.NODES)).isNotEmpty();
        assertThat(loop.timers()).isEqualTo(1);
    }

    @Test
    void theLeaseIsHeldByTheNode() {
        start();
        KubeObject lease = api.require(Resources.LEASES, ObjectKey.of("kube-node-lease", "n1"));
        assertThat(lease.text("spec", "holderIdentity")).isEqualTo("n1");
        assertThat(lease.meta().ownerReferences().get(0).kind()).isEqualTo("Node");
        String first = lease.text("spec", "renewTime");
        loop.advance(Duration.ofSeconds(10));
        assertThat(api.require(Resources.LEASES, lease.key()).text("spec", "renewTime"))
                .isGreaterThan(first);
    }

    @Test
    void otherNodesAreRoutedTo() {
        start();
        assign("10.42.3.0/24");
        api.put(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster("n2"), tree -> {
            Json.child(tree, "spec").put("podCIDR", "10.42.4.0/24");
            Json.child(tree, "status")
                    .putArray("addresses")
                    .addObject()
                    .put("type", "InternalIP")
                    .put("address", "192.168.0.2");
        }));
        loop.settle();
        assertThat(network).last().isEqualTo("routes {10.42.4.0/24=192.168.0.2}");
        api.remove(Resources.NODES, ObjectKey.cluster("n2"));
        loop.settle();
        assertThat(network).last().isEqualTo("routes {}");
    }

    @Test
    void aDeletedNodeRegistersAgain() {
        start();
        assign("10.42.3.0/24");
        api.remove(Resources.NODES, KEY);
        loop.settle();
        assertThat(api.find(Resources.NODES, KEY)).isPresent();
    }

    @Test
    void aNodeGivenUpByTheControllerSaysThatItLives() {
        start();
        assign("10.42.3.0/24");
        api.edit(Resources.NODES, KEY, tree -> Json.child(tree, "status")
                .withArray("conditions")
                .forEach(condition -> {
                    if (Json.text(condition, "type").equals("Ready")) {
                        ((ObjectNode) condition).put("status", "Unknown");
                    }
                }));
        loop.settle();
        assertThat(ready()).isEqualTo("True");
    }

    @Test
    void aServerThatIsAwayIsWaitedFor() {
        api.failing(call -> Optional.of(ApiException.unavailable("away")));
        Future<Void> started = room.start();
        loop.advance(Duration.ofSeconds(3));
        assertThat(started.isComplete()).isFalse();
        api.failing(call -> Optional.empty());
        loop.advance(Duration.ofSeconds(2));
        assertThat(started.succeeded()).isTrue();
    }

    /** Waiting two days must cost no more than waiting two seconds: no chain of promises that unwinds at the end. */
    @Test
    void aServerThatIsAwayForDaysIsWaitedFor() {
        api.failing(call -> Optional.of(ApiException.unavailable("away")));
        Future<Void> started = room.start();
        loop.advance(Duration.ofDays(2));
        api.failing(call -> Optional.empty());
        loop.advance(Duration.ofSeconds(2));
        assertThat(started.succeeded()).isTrue();
    }

    @Test
    void aServerThatRefusesUsIsNotAskedAgain() {
        api.failing(call -> Optional.of(ApiException.of(Status.Reason.Forbidden, "no", Status.Details.NONE)));
        Future<Void> started = room.start();
        loop.settle();
        assertThat(started.failed()).isTrue();
    }

    private void other(String name, String cidr, String... addresses) {
        api.put(Resources.NODES, KubeObject.named("v1", "Node", ObjectKey.cluster(name), tree -> {
            Json.child(tree, "spec").put("podCIDR", cidr);
            for (String address : addresses) {
                Json.child(tree, "status")
                        .withArray("addresses")
                        .addObject()
                        .put("type", "InternalIP")
                        .put("address", address);
            }
        }));
    }

    private List<String> events(String node) {
        return api.all(Resources.EVENTS).stream()
                .filter(event -> event.text("involvedObject", "name").equals(node))
                .map(event -> event.text("reason") + ": " + event.text("message"))
                .toList();
    }

    @Test
    void aNodeWhoseAddressIsOfNoUseHasAnEventAndIsTriedAgain() {
        refused = Map.of("10.42.5.0/24", "\"fd00::3\" is not an IPv4 address or range");
        start();
        assign("10.42.3.0/24");
        other("n2", "10.42.4.0/24", "192.168.0.2");
        other("n3", "10.42.5.0/24", "fd00::3");
        loop.settle();
        assertThat(network).last().isEqualTo("routes {10.42.4.0/24=192.168.0.2, 10.42.5.0/24=fd00::3}");
        assertThat(events("n3"))
                .containsExactly("FailedToCreateRoute: Could not create route 10.42.5.0/24 via \"fd00::3\" on node n1:"
                        + " \"fd00::3\" is not an IPv4 address or range");
        assertThat(events("n2")).isEmpty();
        network.clear();
        loop.advance(Duration.ofSeconds(60));
        assertThat(network).filteredOn(line -> line.startsWith("routes")).hasSizeBetween(2, 5);
        assertThat(events("n3")).hasSize(1);
        refused = Map.of();
        loop.advance(Duration.ofSeconds(15));
        network.clear();
        loop.advance(Duration.ofSeconds(60));
        assertThat(network).isEmpty();
    }

    @Test
    void ofANodesAddressesTheOneOfTheRangesFamilyLeadsThere() {
        start();
        assign("10.42.3.0/24");
        other("n2", "10.42.4.0/24", "fd00::2", "192.168.0.2");
        loop.settle();
        assertThat(network).last().isEqualTo("routes {10.42.4.0/24=192.168.0.2}");
    }

    @Test
    void routesThatCouldNotBeSetAreTriedAgain() {
        start();
        assign("10.42.3.0/24");
        refusal = Optional.of(new IllegalStateException("netlink"));
        other("n2", "10.42.4.0/24", "192.168.0.2");
        loop.settle();
        refusal = Optional.empty();
        network.clear();
        loop.advance(Duration.ofSeconds(20));
        assertThat(network).containsExactly("routes {10.42.4.0/24=192.168.0.2}");
    }
}
