package io.minik.server.controllers.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.accounts.RootCaPublisher;
import io.minik.server.controllers.accounts.ServiceAccountController;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.nodes.NodeIpamController;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceRoomsTest {
    private static final String NAMESPACE = "shop";

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
                                Resources.EVENTS),
                        List::of),
                new ServiceAccountController(cluster.context),
                new RootCaPublisher(cluster.context, "PEM"),
                new NodeIpamController(cluster.context, "10.42.0.0/16", 24));
        cluster.put(Resources.NAMESPACES, NAMESPACE, tree -> {});
        cluster.loop.settle();
    }

    private static ObjectKey key(String name) {
        return ObjectKey.of(NAMESPACE, name);
    }

    private Optional<KubeObject> find(Resource resource, String name) {
        return cluster.api.find(resource, key(name));
    }

    private List<KubeObject> left(Resource resource) {
        return cluster.api.all(resource).stream()
                .filter(object -> object.namespace().equals(NAMESPACE))
                .toList();
    }

    private void pod(String name, Consumer<ObjectNode> more) {
        cluster.api.put(Resources.PODS, KubeObject.named("v1", "Pod", key(name), tree -> {
            Cluster.containers(Json.child(tree, "spec"), "a");
            more.accept(tree);
        }));
    }

    private void delete() {
        cluster.context
                .client()
                .delete(Resources.NAMESPACES, ObjectKey.cluster(NAMESPACE), DeleteOptions.DEFAULT)
                .onFailure(error -> {
                    throw new AssertionError(error);
                });
    }

    @Test
    void aNamespaceGetsItsAccountAndTheRootCa() {
        assertThat(find(Resources.SERVICE_ACCOUNTS, "default")).isPresent();
        assertThat(find(Resources.CONFIG_MAPS, "kube-root-ca.crt").orElseThrow().text("data", "ca.crt"))
                .isEqualTo("PEM");
        cluster.api.remove(Resources.SERVICE_ACCOUNTS, key("default"));
        cluster.api.edit(Resources.CONFIG_MAPS, key("kube-root-ca.crt"), tree -> tree.putObject("data")
                .put("ca.crt", "bad"));
        cluster.loop.settle();
        assertThat(find(Resources.SERVICE_ACCOUNTS, "default")).isPresent();
        assertThat(find(Resources.CONFIG_MAPS, "kube-root-ca.crt").orElseThrow().text("data", "ca.crt"))
                .isEqualTo("PEM");
    }

    private String message(String type) {
        return Conditions.find(cluster.get(Resources.NAMESPACES, NAMESPACE).at("status"), type)
                .map(condition -> Json.text(condition, "status") + " " + Json.text(condition, "reason") + ": "
                        + Json.text(condition, "message"))
                .orElse("");
    }

    @Test
    void aDeletedNamespaceLosesItsPodsFirstAndAllElseWhenTheyAreGone() {
        pod("slow", tree -> Json.child(tree, "spec").put("nodeName", "n"));
        delete();
        cluster.loop.settle();
        assertThat(message("NamespaceContentRemaining"))
                .isEqualTo("True SomeResourcesRemain: Some resources are remaining: pods. has 1 resource instances");
        assertThat(message("NamespaceDeletionContentFailure"))
                .isEqualTo("False ContentDeleted: All content successfully deleted, may be waiting on finalization");
        assertThat(message("NamespaceFinalizersRemaining"))
                .isEqualTo("False ContentHasNoFinalizers: All content-preserving finalizers finished");
        assertThat(message("NamespaceDeletionDiscoveryFailure"))
                .isEqualTo("False ResourcesDiscovered: All resources successfully discovered");
        assertThat(message("NamespaceDeletionGroupVersionParsingFailure"))
                .isEqualTo("False ParsedGroupVersions: All legacy kube types successfully parsed");
        assertThat(find(Resources.PODS, "slow").orElseThrow().meta().deleting()).isTrue();
        assertThat(left(Resources.CONFIG_MAPS)).hasSize(1);
        assertThat(left(Resources.SERVICE_ACCOUNTS)).hasSize(1);
        cluster.api.remove(Resources.PODS, key("slow"));
        cluster.loop.settle();
        assertThat(cluster.api.find(Resources.NAMESPACES, ObjectKey.cluster(NAMESPACE)))
                .isEmpty();
        assertThat(left(Resources.CONFIG_MAPS)).isEmpty();
        assertThat(left(Resources.SERVICE_ACCOUNTS)).isEmpty();
        assertThat(cluster.loop.timers()).isZero();
    }

    @Test
    void podsThatAreHeldBackAreToldAndTheRestStaysWhileTheyAre() {
        pod("held", tree -> Json.child(tree, "metadata").putArray("finalizers").add("example.com/hold"));
        delete();
        cluster.loop.settle();
        assertThat(message("NamespaceFinalizersRemaining"))
                .isEqualTo("True SomeFinalizersRemain: Some content in the namespace has finalizers remaining:"
                        + " example.com/hold in 1 resource instances");
        assertThat(left(Resources.CONFIG_MAPS)).hasSize(1);
        cluster.api.edit(Resources.PODS, key("held"), tree -> Json.child(tree, "metadata")
                .remove("finalizers"));
        cluster.loop.settle();
        assertThat(cluster.api.find(Resources.NAMESPACES, ObjectKey.cluster(NAMESPACE)))
                .isEmpty();
    }

    @Test
    void podsThatOutliveTheirGraceAreAFailure() {
        pod("stuck", tree -> Json.child(tree, "spec").put("nodeName", "n").put("terminationGracePeriodSeconds", 5));
        delete();
        cluster.loop.advance(Duration.ofSeconds(10));
        assertThat(message("NamespaceDeletionContentFailure"))
                .isEqualTo("True ContentDeletionFailed: Failed to delete all resource types, 1 remaining:"
                        + " unexpected items still remain in namespace: shop for gvr: /v1, Resource=pods");
    }

    @Test
    void podsThatCannotBeDeletedKeepTheRest() {
        cluster.api.failing(
                call -> call.verb() == ApiCall.Verb.LIST && call.resource().equals(Resources.PODS)
                        ? Optional.of(ApiException.internal("no disk"))
                        : Optional.empty());
        delete();
        cluster.loop.settle();
        assertThat(message("NamespaceDeletionContentFailure"))
                .contains("no disk")
                .startsWith("True");
        assertThat(left(Resources.CONFIG_MAPS)).hasSize(1);
    }

    @Test
    void whoElseHoldsTheNamespaceReadsThatItsContentIsGone() {
        cluster.edit(Resources.NAMESPACES, NAMESPACE, tree -> Json.child(tree, "spec")
                .withArray("finalizers")
                .add("example.com/last"));
        delete();
        cluster.loop.advance(Duration.ofSeconds(1));
        assertThat(message("NamespaceContentRemaining"))
                .isEqualTo("False ContentRemoved: All content successfully removed");
        assertThat(Json.stringList(cluster.get(Resources.NAMESPACES, NAMESPACE).tree(), "spec", "finalizers"))
                .containsExactly("example.com/last");
        assertThat(left(Resources.CONFIG_MAPS)).isEmpty();
    }

    @Test
    void eachNodeGetsItsOwnAddressesAndAFreedPieceIsUsedAgain() {
        cluster.put(Resources.NODES, "old", tree -> Json.child(tree, "spec").put("podCIDR", "10.42.0.0/24"));
        cluster.put(Resources.NODES, "a", NamespaceRoomsTest::reported);
        cluster.put(Resources.NODES, "b", NamespaceRoomsTest::reported);
        cluster.loop.settle();
        assertThat(cluster.get(Resources.NODES, "a").text("spec", "podCIDR")).isEqualTo("10.42.1.0/24");
        assertThat(cluster.get(Resources.NODES, "b").text("spec", "podCIDR")).isEqualTo("10.42.2.0/24");
        cluster.api.remove(Resources.NODES, ObjectKey.cluster("a"));
        cluster.loop.settle();
        cluster.put(Resources.NODES, "c", NamespaceRoomsTest::reported);
        cluster.loop.settle();
        assertThat(cluster.get(Resources.NODES, "c").text("spec", "podCIDR")).isEqualTo("10.42.1.0/24");
    }

    private static void reported(ObjectNode node) {
        Json.child(Json.child(node, "status"), "nodeInfo").put("kubeletVersion", "v1.36.4");
    }

    @Test
    void aNodeThatNoKubeletSpokeOfGetsAddressesOnlyOnceOneDoes() {
        cluster.put(Resources.NODES, "written", tree -> {});
        cluster.loop.settle();
        assertThat(cluster.get(Resources.NODES, "written").text("spec", "podCIDR"))
                .isEmpty();
        cluster.edit(Resources.NODES, "written", NamespaceRoomsTest::reported);
        cluster.loop.settle();
        assertThat(cluster.get(Resources.NODES, "written").text("spec", "podCIDR"))
                .isEqualTo("10.42.0.0/24");
    }
}
