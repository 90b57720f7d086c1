package io.minik.server.controllers.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(
                new EndpointsController(cluster.context),
                new EndpointSliceController(cluster.context),
                new EndpointSliceMirroring(cluster.context));
    }

    private void service(boolean selects) {
        cluster.put(Resources.SERVICES, "web", tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("clusterIP", "10.43.0.7");
            if (selects) {
                spec.putObject("selector").put("app", "web");
            }
            spec.putArray("ports")
                    .addObject()
                    .put("name", "http")
                    .put("port", 80)
                    .put("targetPort", "web");
        });
    }

    private KubeObject pod(String name, int last, boolean ready, int port) {
        KubeObject pod = cluster.put(Resources.PODS, name, tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", "web");
            Json.child(tree, "spec")
                    .put("nodeName", "node1")
                    .putArray("containers")
                    .addObject()
                    .putArray("ports")
                    .addObject()
                    .put("name", "web")
                    .put("containerPort", port);
            Json.child(tree, "status").put("podIP", "10.42." + last / 250 + "." + (1 + last % 250));
        });
        cluster.run(pod, ready);
        return pod;
    }

    private List<KubeObject> slices() {
        // Long enough for a key that many pods have woken.
        cluster.loop.advance(Duration.ofMillis(50));
        return cluster.api.all(Resources.ENDPOINT_SLICES);
    }

    @Test
    void readyAndNotReadyPodsAreToldApartInBothForms() {
        service(true);
        pod("a", 1, true, 8080);
        pod("b", 2, false, 8080);
        cluster.loop.settle();
        var subset = cluster.get(Resources.ENDPOINTS, "web").at("subsets").get(0);
        assertThat(subset.path("addresses").get(0).path("ip").asText()).isEqualTo("10.42.0.2");
        assertThat(subset.path("notReadyAddresses").get(0).path("ip").asText()).isEqualTo("10.42.0.3");
        assertThat(subset.path("ports").get(0).path("port").asInt()).isEqualTo(8080);
        assertThat(slices()).hasSize(1);
        assertThat(slices().get(0).at("endpoints")).hasSize(2);
        assertThat(slices().get(0).meta().labels()).containsEntry("kubernetes.io/service-name", "web");
        assertThat(slices().get(0).meta().controller()).isPresent();
    }

    @Test
    void aPodThatIsEndingServesUntilItIsGoneButIsNotReady() {
        service(true);
        KubeObject pod = pod("a", 1, true, 8080);
        cluster.loop.settle();
        cluster.edit(Resources.PODS, "a", tree -> Json.child(tree, "metadata")
                .put("deletionTimestamp", "2026-01-01T00:00:30Z")
                .put("deletionGracePeriodSeconds", 30));
        var conditions = slices().get(0).at("endpoints").get(0).path("conditions");
        assertThat(Json.bool(conditions, "ready")).isFalse();
        assertThat(Json.bool(conditions, "serving")).isTrue();
        assertThat(Json.bool(conditions, "terminating")).isTrue();
        assertThat(cluster.get(Resources.ENDPOINTS, "web").at("subsets")).isEmpty();
        cluster.api.remove(Resources.PODS, pod.key());
        assertThat(slices()).singleElement().satisfies(slice -> assertThat(slice.at("endpoints"))
                .isEmpty());
    }

    @Test
    void aServiceThatPrefersWhatIsNearHintsAtIt() {
        service(true);
        cluster.put(Resources.NODES, "node1", tree -> Json.child(Json.child(tree, "metadata"), "labels")
                .put("topology.kubernetes.io/zone", "z1"));
        pod("a", 1, true, 8080);
        pod("b", 2, false, 8080);
        assertThat(slices().get(0).at("endpoints").toString()).contains("z1").doesNotContain("hints");
        cluster.edit(
                Resources.SERVICES, "web", tree -> Json.child(tree, "spec").put("trafficDistribution", "PreferClose"));
        assertThat(slices().get(0).at("endpoints").findValues("hints"))
                .as("of the ready one")
                .singleElement()
                .hasToString("{\"forZones\":[{\"name\":\"z1\"}]}");
        cluster.edit(Resources.SERVICES, "web", tree -> Json.child(tree, "spec")
                .put("trafficDistribution", "PreferSameNode"));
        assertThat(slices().get(0).at("endpoints").findValues("hints"))
                .singleElement()
                .hasToString("{\"forZones\":[{\"name\":\"z1\"}],\"forNodes\":[{\"name\":\"node1\"}]}");
    }

    @Test
    void podsWithOtherPortsByTheSameNameHaveTheirOwnSlice() {
        service(true);
        pod("a", 1, true, 8080);
        pod("b", 2, true, 9090);
        assertThat(slices()).hasSize(2);
        assertThat(cluster.get(Resources.ENDPOINTS, "web").at("subsets")).hasSize(2);
    }

    @Test
    void aSliceHoldsAHundredAndOnePodChangesOneSlice() {
        service(true);
        for (int i = 0; i < 250; i++) {
            pod("p" + i, i, true, 8080);
        }
        assertThat(slices()).hasSize(3).allMatch(slice -> slice.at("endpoints").size() <= 100);
        long before = version();
        cluster.api.remove(Resources.PODS, ObjectKey.of("default", "p17"));
        cluster.loop.settle();
        List<KubeObject> changed = slices().stream()
                .filter(slice -> Long.parseLong(slice.meta().resourceVersion()) > before)
                .toList();
        assertThat(changed).hasSize(1);
        assertThat(slices().stream().mapToInt(s -> s.at("endpoints").size()).sum())
                .isEqualTo(249);
    }

    private long version() {
        return slices().stream()
                .mapToLong(slice -> Long.parseLong(slice.meta().resourceVersion()))
                .max()
                .orElse(0);
    }

    @Test
    void aServiceWithoutSelectorKeepsWhatPeopleWroteAndItIsMirrored() {
        service(false);
        cluster.put(Resources.ENDPOINTS, "web", tree -> {
            ObjectNode subset = tree.putArray("subsets").addObject();
            subset.putArray("addresses").addObject().put("ip", "192.0.2.1");
            subset.putArray("ports").addObject().put("port", 443).put("name", "https");
        });
        assertThat(slices()).hasSize(1);
        assertThat(slices().get(0)
                        .at("endpoints")
                        .get(0)
                        .path("addresses")
                        .get(0)
                        .asText())
                .isEqualTo("192.0.2.1");
        cluster.api.remove(Resources.ENDPOINTS, ObjectKey.of("default", "web"));
        assertThat(slices()).isEmpty();
    }

    @Test
    void endpointsGoWithTheirService() {
        service(true);
        pod("a", 1, true, 8080);
        cluster.loop.settle();
        cluster.api.remove(Resources.SERVICES, ObjectKey.of("default", "web"));
        cluster.loop.settle();
        assertThat(cluster.api.all(Resources.ENDPOINTS)).isEmpty();
    }
}
