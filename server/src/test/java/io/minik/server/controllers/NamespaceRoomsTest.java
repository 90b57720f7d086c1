package io.minik.server.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.ObjectKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceRoomsTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(
                new NamespaceController(
                        cluster.context,
                        () -> List.of(
                                Resources.PODS,
                                Resources.CONFIG_MAPS,
                                Resources.SERVICE_ACCOUNTS,
                                Resources.SECRETS,
                                Resources.EVENTS)),
                new ServiceAccountController(cluster.context),
                new RootCaPublisher(cluster.context, "PEM"),
                new NodeIpamController(cluster.context, "10.42.0.0/16", 24));
        cluster.put(Resources.NAMESPACES, "default", tree -> {});
        cluster.loop.settle();
    }

    private void delete() {
        cluster.context
                .client()
                .delete(Resources.NAMESPACES, ObjectKey.cluster("default"), DeleteOptions.DEFAULT)
                .onFailure(error -> {
                    throw new AssertionError(error);
                });
    }

    @Test
    void aNamespaceGetsItsAccountAndTheRootCa() {
        assertThat(cluster.get(Resources.SERVICE_ACCOUNTS, "default").namespace())
                .isEqualTo("default");
        assertThat(cluster.get(Resources.CONFIG_MAPS, "kube-root-ca.crt").text("data", "ca.crt"))
                .isEqualTo("PEM");
        cluster.api.remove(Resources.SERVICE_ACCOUNTS, ObjectKey.of("default", "default"));
        cluster.edit(Resources.CONFIG_MAPS, "kube-root-ca.crt", tree -> tree.putObject("data")
                .put("ca.crt", "bad"));
        cluster.loop.settle();
        assertThat(cluster.api.find(Resources.SERVICE_ACCOUNTS, ObjectKey.of("default", "default")))
                .isPresent();
        assertThat(cluster.get(Resources.CONFIG_MAPS, "kube-root-ca.crt").text("data", "ca.crt"))
                .isEqualTo("PEM");
    }

    @Test
    void aDeletedNamespaceTakesItsContentsAlongAndWaitsForThem() {
        cluster.put(Resources.PODS, "slow", tree -> Json.child(tree, "spec").put("nodeName", "n"));
        delete();
        cluster.loop.settle();
        var status = cluster.get(Resources.NAMESPACES, "default").at("status");
        assertThat(Conditions.find(status, "NamespaceContentRemaining").map(c -> Json.text(c, "message")))
                .contains("Some resources are remaining: pods has 1 resource instances");
        assertThat(cluster.get(Resources.PODS, "slow").meta().deleting()).isTrue();
        cluster.api.remove(Resources.PODS, ObjectKey.of("default", "slow"));
        cluster.loop.advance(Duration.ofSeconds(3));
        assertThat(cluster.api.all(Resources.NAMESPACES)).isEmpty();
        assertThat(cluster.api.all(Resources.CONFIG_MAPS)).isEmpty();
        assertThat(cluster.api.all(Resources.SERVICE_ACCOUNTS)).isEmpty();
        assertThat(cluster.loop.timers()).isZero();
    }

    @Test
    void eachNodeGetsItsOwnAddressesAndAFreedPieceIsUsedAgain() {
        cluster.put(Resources.NODES, "old", tree -> Json.child(tree, "spec").put("podCIDR", "10.42.0.0/24"));
        cluster.put(Resources.NODES, "a", tree -> {});
        cluster.put(Resources.NODES, "b", tree -> {});
        cluster.loop.settle();
        assertThat(cluster.get(Resources.NODES, "a").text("spec", "podCIDR")).isEqualTo("10.42.1.0/24");
        assertThat(cluster.get(Resources.NODES, "b").text("spec", "podCIDR")).isEqualTo("10.42.2.0/24");
        cluster.api.remove(Resources.NODES, ObjectKey.cluster("a"));
        cluster.loop.settle();
        cluster.put(Resources.NODES, "c", tree -> {});
        cluster.loop.settle();
        assertThat(cluster.get(Resources.NODES, "c").text("spec", "podCIDR")).isEqualTo("10.42.1.0/24");
    }
}
