package io.minik.server.controllers.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IngressStatusTest {
    private final Cluster cluster = new Cluster();

    private void start(boolean enabled) {
        cluster.start(IngressStatus.boxedClass(cluster.context, enabled), new IngressStatus(cluster.context, enabled));
        cluster.loop.settle();
    }

    private void node(String name, String ip, boolean ready) {
        cluster.put(Resources.NODES, name, tree -> {
            var status = Json.child(tree, "status");
            status.putArray("addresses").addObject().put("type", "InternalIP").put("address", ip);
            Conditions.set(status, "Ready", ready ? "True" : "False", "", "", cluster.context.time());
        });
    }

    private void ingress(String className) {
        cluster.put(IngressStatus.INGRESSES, "i", tree -> {
            var spec = Json.child(tree, "spec").put("ingressClassName", className);
            var service =
                    Json.child(Json.child(spec, "defaultBackend"), "service").put("name", "s");
            Json.child(service, "port").put("number", 80);
        });
        cluster.loop.settle();
    }

    private List<String> addresses() {
        cluster.loop.settle();
        return Json.items(cluster.get(IngressStatus.INGRESSES, "i").tree(), "status", "loadBalancer", "ingress")
                .stream()
                .map(entry -> Json.text(entry, "ip"))
                .toList();
    }

    private Optional<KubeObject> madeClass() {
        cluster.loop.settle();
        return cluster.api.find(IngressStatus.CLASSES, ObjectKey.cluster(IngressStatus.CLASS));
    }

    @Test
    void ingressesOfOursGetTheAddressesOfTheReadyNodes() {
        start(true);
        assertThat(madeClass().orElseThrow().annotations())
                .containsEntry("ingressclass.kubernetes.io/is-default-class", "true");
        node("n1", "192.168.1.1", true);
        node("n2", "192.168.1.2", true);
        node("n3", "192.168.1.3", false);
        ingress("minik");
        assertThat(addresses()).containsExactly("192.168.1.1", "192.168.1.2");
    }

    @Test
    void othersIngressesAreLeftAlone() {
        start(true);
        node("n1", "192.168.1.1", true);
        ingress("nginx");
        assertThat(addresses()).isEmpty();
    }

    @Test
    void aChangeOfClassTakesTheAddressesBack() {
        start(true);
        node("n1", "192.168.1.1", true);
        ingress("minik");
        assertThat(addresses()).containsExactly("192.168.1.1");
        cluster.edit(
                IngressStatus.INGRESSES, "i", tree -> Json.child(tree, "spec").put("ingressClassName", "nginx"));
        assertThat(addresses()).isEmpty();
    }

    @Test
    void switchedOffNothingIsLeft() {
        start(true);
        node("n1", "192.168.1.1", true);
        ingress("minik");
        assertThat(addresses()).hasSize(1);
        start(false);
        assertThat(madeClass()).isEmpty();
        assertThat(addresses()).isEmpty();
    }
}
