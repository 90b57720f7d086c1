package io.minik.server.controllers.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ServiceBalancerTest {
    private final Cluster cluster = new Cluster();

    private void start(boolean enabled) {
        cluster.start(new ServiceBalancer(cluster.context, new ServiceBalancer.Config(enabled, "n1", 6443)));
    }

    private void node(String name, String ip, Consumer<ObjectNode> labels) {
        cluster.put(Resources.NODES, name, tree -> {
            labels.accept(Json.child(Json.child(tree, "metadata"), "labels"));
            ObjectNode status = Json.child(tree, "status");
            status.putArray("addresses").addObject().put("type", "InternalIP").put("address", ip);
            Json.child(Json.child(status, "daemonEndpoints"), "kubeletEndpoint").put("Port", 10250);
            Conditions.set(status, "Ready", "True", "", "", cluster.context.time());
        });
    }

    private void twoNodes() {
        node("n1", "192.168.1.1", labels -> {});
        node("n2", "192.168.1.2", labels -> {});
    }

    private void service(String name, int port, Consumer<ObjectNode> spec) {
        cluster.put(Resources.SERVICES, name, tree -> {
            ObjectNode body = Json.child(tree, "spec").put("type", "LoadBalancer");
            body.putArray("ipFamilies").add("IPv4");
            body.putArray("ports").addObject().put("port", port).put("protocol", "TCP");
            spec.accept(body);
        });
        cluster.loop.settle();
    }

    private List<String> addresses(String name) {
        cluster.loop.settle();
        return Json.items(cluster.get(Resources.SERVICES, name).tree(), "status", "loadBalancer", "ingress").stream()
                .map(entry -> Json.text(entry, "ip") + " " + Json.text(entry, "ipMode"))
                .toList();
    }

    private boolean marked(String name) {
        return Conditions.find(cluster.get(Resources.SERVICES, name).at("status"), ServiceBalancer.CONDITION)
                .isPresent();
    }

    @Test
    void aServiceGetsTheAddressesOfTheReadyNodes() {
        start(true);
        twoNodes();
        service("web", 80, spec -> {});
        assertThat(addresses("web")).containsExactly("192.168.1.1 VIP", "192.168.1.2 VIP");
        assertThat(cluster.events("EnsuredLoadBalancer")).hasSize(1);
        cluster.edit(
                Resources.NODES,
                "n2",
                tree -> Conditions.set(Json.child(tree, "status"), "Ready", "Unknown", "", "", ""));
        assertThat(addresses("web")).containsExactly("192.168.1.1 VIP");
    }

    @Test
    void anotherClassIsLeftAloneAndAChangeOfTypeTakesTheAddressesBack() {
        start(true);
        twoNodes();
        service("other", 80, spec -> spec.put("loadBalancerClass", "example.com/lb"));
        assertThat(addresses("other")).isEmpty();
        assertThat(marked("other")).isFalse();
        service("web", 80, spec -> {});
        assertThat(addresses("web")).hasSize(2);
        cluster.edit(Resources.SERVICES, "web", tree -> Json.child(tree, "spec").put("type", "ClusterIP"));
        assertThat(addresses("web")).isEmpty();
        assertThat(marked("web")).isFalse();
    }

    @Test
    void thePortOfANodeIsOneServicesAndTheOtherIsToldWhoHasIt() {
        start(true);
        twoNodes();
        service("first", 80, spec -> {});
        service("second", 80, spec -> {});
        assertThat(addresses("first")).hasSize(2);
        assertThat(addresses("second")).isEmpty();
        assertThat(cluster.events("SyncLoadBalancerFailed"))
                .singleElement()
                .asString()
                .contains("port 80/TCP of node n1 is taken by Service default/first");
        cluster.api.remove(
                Resources.SERVICES, cluster.get(Resources.SERVICES, "first").key());
        // Whoever waits hears of it, as the Service that is gone was one of theirs.
        assertThat(addresses("second")).hasSize(2);
    }

    @Test
    void portsOfTheNodeItselfAreNobodys() {
        start(true);
        twoNodes();
        service("api", 6443, spec -> {});
        assertThat(addresses("api")).containsExactly("192.168.1.2 VIP");
        service("kubelet", 10250, spec -> {});
        assertThat(addresses("kubelet")).isEmpty();
        assertThat(cluster.events("SyncLoadBalancerFailed"))
                .anyMatch(message -> message.contains("port 6443/TCP of node n1 is taken by the API server"))
                .anyMatch(message -> message.contains("is taken by the kubelet"));
    }

    @Test
    void labelsChooseNodesAndPools() {
        start(true);
        node("n1", "192.168.1.1", labels -> {});
        node("n2", "192.168.1.2", labels -> labels.put(BalancingNode.ENABLE, "true"));
        node("n3", "192.168.1.3", labels -> labels.put(BalancingNode.ENABLE, "true")
                .put(BalancingNode.POOL, "dmz"));
        service("web", 80, spec -> {});
        assertThat(addresses("web")).containsExactly("192.168.1.2 VIP", "192.168.1.3 VIP");
        cluster.put(Resources.SERVICES, "pooled", tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put(BalancingNode.POOL, "dmz");
            ObjectNode spec = Json.child(tree, "spec").put("type", "LoadBalancer");
            spec.putArray("ipFamilies").add("IPv4");
            spec.putArray("ports").addObject().put("port", 81);
        });
        assertThat(addresses("pooled")).containsExactly("192.168.1.3 VIP");
    }

    @Test
    void policyLocalNamesOnlyNodesWithReadyEndpoints() {
        start(true);
        twoNodes();
        service("web", 80, spec -> spec.put("externalTrafficPolicy", "Local"));
        assertThat(addresses("web")).isEmpty();
        cluster.put(Resources.ENDPOINT_SLICES, "web-1", tree -> {
            Json.child(Json.child(tree, "metadata"), "labels").put("kubernetes.io/service-name", "web");
            var list = tree.putArray("endpoints");
            list.addObject().put("nodeName", "n2").putObject("conditions").put("ready", true);
            list.addObject().put("nodeName", "n1").putObject("conditions").put("ready", false);
        });
        assertThat(addresses("web")).containsExactly("192.168.1.2 VIP");
        // The port stays its own on both nodes: nobody takes it while its pods move.
        service("other", 80, spec -> {});
        assertThat(addresses("other")).isEmpty();
    }

    @Test
    void switchedOffItTakesBackWhatItGaveAndNothingElse() {
        twoNodes();
        for (boolean own : List.of(true, false)) {
            cluster.put(Resources.SERVICES, own ? "own" : "strange", tree -> {
                Json.child(tree, "spec").put("type", "LoadBalancer");
                ObjectNode status = Json.child(tree, "status");
                Json.child(status, "loadBalancer")
                        .putArray("ingress")
                        .addObject()
                        .put("ip", "192.168.1.1");
                if (own) {
                    Conditions.set(status, ServiceBalancer.CONDITION, "True", "NodesAssigned", "", "");
                }
            });
        }
        start(false);
        assertThat(addresses("own")).isEmpty();
        assertThat(marked("own")).isFalse();
        assertThat(addresses("strange")).hasSize(1);
    }
}
