package io.minik.server.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.OwnerReference;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class GarbageCollectorTest {
    private static final List<Resource> WATCHED =
            List.of(Resources.DEPLOYMENTS, Resources.REPLICA_SETS, Resources.PODS, Resources.CONFIG_MAPS);
    private final Cluster cluster = new Cluster();

    private void start() {
        cluster.start(new GarbageCollector(cluster.context, WATCHED));
    }

    private KubeObject object(Resource resource, String name, KubeObject... owners) {
        return cluster.put(resource, name, tree -> {
            Json.child(tree, "spec");
            ArrayNode list = Json.child(tree, "metadata").putArray("ownerReferences");
            for (KubeObject owner : owners) {
                list.add(OwnerReference.controllerOf(owner).tree());
            }
        });
    }

    private void delete(Resource resource, String name, String how) {
        cluster.context
                .client()
                .delete(resource, ObjectKey.of("default", name), DeleteOptions.DEFAULT.propagate(how))
                .onFailure(error -> {
                    throw new AssertionError(error);
                });
        cluster.loop.settle();
    }

    private void family() {
        KubeObject deployment = object(Resources.DEPLOYMENTS, "web");
        KubeObject set = object(Resources.REPLICA_SETS, "web-1", deployment);
        object(Resources.PODS, "web-1-a", set);
        object(Resources.PODS, "web-1-b", set);
        object(Resources.CONFIG_MAPS, "stranger");
    }

    @Test
    void whatBelongsToADeletedOwnerGoesDownToTheLast() {
        start();
        family();
        cluster.loop.settle();
        delete(Resources.DEPLOYMENTS, "web", "Background");
        assertThat(cluster.api.all(Resources.REPLICA_SETS)).isEmpty();
        assertThat(cluster.pods()).isEmpty();
        assertThat(cluster.api.all(Resources.CONFIG_MAPS)).hasSize(1);
    }

    @Test
    void ownersThatWentWhileNobodyWatchedAreFoundAtTheStart() {
        family();
        cluster.api.remove(Resources.DEPLOYMENTS, ObjectKey.of("default", "web"));
        start();
        assertThat(cluster.api.all(Resources.REPLICA_SETS)).isEmpty();
        assertThat(cluster.pods()).isEmpty();
    }

    @Test
    void inTheForegroundTheOwnerGoesLast() {
        start();
        family();
        cluster.edit(Resources.PODS, "web-1-a", tree -> Json.child(tree, "metadata")
                .putArray("finalizers")
                .add("example.com/wait"));
        cluster.loop.settle();
        delete(Resources.DEPLOYMENTS, "web", "Foreground");
        assertThat(cluster.api.find(Resources.PODS, ObjectKey.of("default", "web-1-b")))
                .isEmpty();
        assertThat(cluster.get(Resources.REPLICA_SETS, "web-1").meta().deleting())
                .isTrue();
        assertThat(cluster.get(Resources.DEPLOYMENTS, "web").meta().deleting()).isTrue();
        cluster.edit(
                Resources.PODS, "web-1-a", tree -> Json.child(tree, "metadata").putArray("finalizers"));
        cluster.loop.settle();
        assertThat(cluster.pods()).isEmpty();
        assertThat(cluster.api.all(Resources.REPLICA_SETS)).isEmpty();
        assertThat(cluster.api.all(Resources.DEPLOYMENTS)).isEmpty();
    }

    @Test
    void orphansAreSetFreeAndStay() {
        start();
        family();
        cluster.loop.settle();
        delete(Resources.DEPLOYMENTS, "web", "Orphan");
        assertThat(cluster.api.all(Resources.DEPLOYMENTS)).isEmpty();
        assertThat(cluster.get(Resources.REPLICA_SETS, "web-1").meta().ownerReferences())
                .isEmpty();
        assertThat(cluster.pods()).hasSize(2);
    }

    @Test
    void oneOwnerThatLivesKeepsItAndTheOtherReferenceIsDropped() {
        start();
        KubeObject one = object(Resources.CONFIG_MAPS, "one");
        KubeObject two = object(Resources.CONFIG_MAPS, "two");
        object(Resources.PODS, "kept", one, two);
        cluster.loop.settle();
        cluster.api.remove(Resources.CONFIG_MAPS, one.key());
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PODS, "kept").meta().ownerReferences())
                .extracting(OwnerReference::name)
                .containsExactly("two");
    }

    @Test
    void ownersOfUnknownKindsKeepTheirDependents() {
        start();
        cluster.put(Resources.PODS, "kept", tree -> {
            Json.child(tree, "spec");
            Json.child(tree, "metadata")
                    .putArray("ownerReferences")
                    .add(new OwnerReference("example.com/v1", "Widget", "w", "some-uid", true, true).tree());
        });
        cluster.loop.settle();
        assertThat(cluster.pods()).hasSize(1);
        assertThat(cluster.api.calls(Verb.DELETE, Resources.PODS)).isEmpty();
    }

    @Test
    void aNamesakeMadeAnewIsNotTheOwner() {
        start();
        KubeObject first = object(Resources.CONFIG_MAPS, "owner");
        object(Resources.PODS, "child", first);
        cluster.loop.settle();
        cluster.api.remove(Resources.CONFIG_MAPS, first.key());
        object(Resources.CONFIG_MAPS, "owner");
        cluster.loop.settle();
        assertThat(cluster.pods()).isEmpty();
    }
}
