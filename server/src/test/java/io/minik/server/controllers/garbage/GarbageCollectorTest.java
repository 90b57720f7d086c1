package io.minik.server.controllers.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GarbageCollectorTest {
    private static final List<Resource> WATCHED = List.of(
            Resources.DEPLOYMENTS,
            Resources.REPLICA_SETS,
            Resources.PODS,
            Resources.CONFIG_MAPS,
            Resources.PERSISTENT_VOLUMES);
    private final Cluster cluster = new Cluster();

    private void start() {
        cluster.start(new GarbageCollector(cluster.context, WATCHED));
    }

    private KubeObject object(Resource resource, String name, KubeObject... owners) {
        return cluster.put(resource, name, tree -> {
            if (resource.equals(Resources.PODS)) {
                Cluster.containers(Json.child(tree, "spec"), "a");
            } else if (!resource.equals(Resources.CONFIG_MAPS)) {
                Cluster.workload(name, 1, "a").accept(tree);
            }
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

    private void own(Resource resource, String name, OwnerReference... owners) {
        cluster.edit(resource, name, tree -> {
            ArrayNode list = Json.child(tree, "metadata").putArray("ownerReferences");
            for (OwnerReference owner : owners) {
                list.add(owner.tree());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"Foreground", "Background", "Orphan"})
    void ownersThatBlockEachOtherInACircleEnd(String how) {
        start();
        KubeObject one = object(Resources.CONFIG_MAPS, "one");
        KubeObject two = object(Resources.CONFIG_MAPS, "two", one);
        KubeObject three = object(Resources.CONFIG_MAPS, "three", two);
        own(Resources.CONFIG_MAPS, "one", OwnerReference.controllerOf(three));
        cluster.loop.settle();
        delete(Resources.CONFIG_MAPS, "one", how);
        assertThat(cluster.api.all(Resources.CONFIG_MAPS)).hasSize(how.equals("Orphan") ? 2 : 0);
    }

    @Test
    void aCircleWhoseMembersAreAllDeletedInTheForegroundEnds() {
        KubeObject one = object(Resources.CONFIG_MAPS, "one");
        KubeObject two = object(Resources.CONFIG_MAPS, "two", one);
        own(Resources.CONFIG_MAPS, "one", OwnerReference.controllerOf(two));
        KubeObject self = object(Resources.CONFIG_MAPS, "self");
        own(Resources.CONFIG_MAPS, "self", OwnerReference.controllerOf(self));
        for (String name : List.of("one", "two", "self")) {
            delete(Resources.CONFIG_MAPS, name, "Foreground");
        }
        assertThat(cluster.api.all(Resources.CONFIG_MAPS)).hasSize(3);
        start();
        assertThat(cluster.api.all(Resources.CONFIG_MAPS)).isEmpty();
    }

    @Test
    void anOwnerInAnotherNamespaceIsNone() {
        start();
        KubeObject owner = cluster.api.put(
                Resources.CONFIG_MAPS, KubeObject.named("v1", "ConfigMap", ObjectKey.of("other", "owner"), tree -> {}));
        object(Resources.PODS, "child", owner);
        cluster.loop.settle();
        assertThat(cluster.pods()).isEmpty();
        assertThat(cluster.events("OwnerRefInvalidNamespace"))
                .containsExactly("ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: " + owner.uid()
                        + "] does not exist in namespace \"default\"");
    }

    @Test
    void anOwnerThatShowsItselfElsewhereLaterIsNoneEither() {
        KubeObject owner =
                KubeObject.named("v1", "ConfigMap", ObjectKey.of("other", "owner"), tree -> Json.child(tree, "metadata")
                        .put("uid", "owner-uid"));
        object(Resources.PODS, "child", owner);
        cluster.api.put(Resources.CONFIG_MAPS, owner);
        start();
        assertThat(cluster.pods()).isEmpty();
        assertThat(cluster.events("OwnerRefInvalidNamespace")).hasSize(1);
    }

    @Test
    void aNamespacedOwnerOfAClusterObjectIsToldAndKeepsIt() {
        start();
        KubeObject owner = object(Resources.CONFIG_MAPS, "owner");
        cluster.put(Resources.PERSISTENT_VOLUMES, "kept", tree -> Json.child(tree, "metadata")
                .putArray("ownerReferences")
                .add(OwnerReference.controllerOf(owner).tree()));
        cluster.loop.settle();
        assertThat(cluster.api.all(Resources.PERSISTENT_VOLUMES)).hasSize(1);
        assertThat(cluster.events("OwnerRefInvalidNamespace"))
                .containsExactly("ownerRef [v1/ConfigMap, namespace: , name: owner, uid: " + owner.uid()
                        + "] does not exist in namespace \"\"");
    }

    @ParameterizedTest
    @CsvSource({"ConfigMap,v1,other-name", "ReplicaSet,apps/v1,owner", "Deployment,apps/v1,owner"})
    void aUidThatBelongsToAnotherKindOrNameIsNoOwner(String kind, String version, String name) {
        start();
        KubeObject owner = object(Resources.CONFIG_MAPS, "owner");
        object(Resources.CONFIG_MAPS, "child");
        own(Resources.CONFIG_MAPS, "child", new OwnerReference(version, kind, name, owner.uid(), true, true));
        cluster.loop.settle();
        assertThat(cluster.api.all(Resources.CONFIG_MAPS))
                .extracting(KubeObject::name)
                .containsExactly("owner");
        assertThat(cluster.events("OwnerRefInvalidNamespace")).isEmpty();
    }

    @Test
    void theRightAmongTwoReferencesToOneUidKeepsTheObject() {
        start();
        KubeObject owner = object(Resources.CONFIG_MAPS, "owner");
        object(Resources.PODS, "child", owner);
        cluster.loop.settle();
        own(
                Resources.PODS,
                "child",
                OwnerReference.controllerOf(owner),
                new OwnerReference("v1", "ConfigMap", "gone", "gone-uid", false, true));
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PODS, "child").meta().ownerReferences())
                .containsExactly(OwnerReference.controllerOf(owner));
    }

    @Test
    void whatWentBetweenTwoListsIsMissedByItsDependents() {
        start();
        KubeObject owner = object(Resources.CONFIG_MAPS, "owner");
        object(Resources.PODS, "child", owner);
        cluster.loop.settle();
        cluster.api.forgetWatches(Resources.CONFIG_MAPS);
        cluster.api.remove(Resources.CONFIG_MAPS, owner.key());
        cluster.loop.advance(Duration.ofMinutes(1));
        assertThat(cluster.pods()).isEmpty();
    }
}
