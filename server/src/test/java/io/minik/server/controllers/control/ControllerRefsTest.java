package io.minik.server.controllers.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whose a pod is, on the registry as it is. */
class ControllerRefsTest {
    private final Cluster cluster = new Cluster();
    private final ControllerRefs refs = new ControllerRefs(
            cluster.context.client(), Resources.REPLICA_SETS, Resources.PODS, Optional.of("example.com/held"));

    private KubeObject set(String name) {
        return cluster.put(Resources.REPLICA_SETS, name, Cluster.workload("web", 1, "a"));
    }

    private KubeObject pod(String name, String app, OwnerReference... owners) {
        return cluster.put(Resources.PODS, name, tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", app);
            for (OwnerReference owner : owners) {
                Json.child(tree, "metadata").withArray("ownerReferences").add(owner.tree());
            }
            Cluster.containers(Json.child(tree, "spec"), "a");
        });
    }

    private List<KubeObject> claim(KubeObject owner, List<KubeObject> owned, List<KubeObject> orphans) {
        Future<List<KubeObject>> claimed = refs.claim(owner, owned, orphans);
        cluster.loop.settle();
        assertThat(claimed.succeeded()).as("%s", claimed.cause()).isTrue();
        return claimed.result();
    }

    private KubeObject now(KubeObject pod) {
        return cluster.get(Resources.PODS, pod.name());
    }

    @Test
    void orphansThatMatchAreTakenAndHeld() {
        KubeObject owner = set("web");
        KubeObject one = pod("one", "web");
        KubeObject other = pod("other", "else");
        assertThat(claim(owner, List.of(), List.of(one, other)))
                .extracting(KubeObject::name)
                .containsExactly("one");
        assertThat(now(one).meta().controller()).contains(OwnerReference.controllerOf(owner));
        assertThat(now(one).meta().finalizers()).containsExactly("example.com/held");
        assertThat(now(other).meta().ownerReferences()).isEmpty();
        assertThat(cluster.api.calls(Verb.GET, Resources.REPLICA_SETS))
                .as("it looked once whether it lives")
                .hasSize(1);
    }

    @Test
    void whatNoLongerMatchesIsLetGoAndKeepsItsOtherOwners() {
        KubeObject owner = set("web");
        OwnerReference friend = new OwnerReference("v1", "ConfigMap", "friend", "friend-uid", false, false);
        KubeObject pod = pod("one", "else", OwnerReference.controllerOf(owner), friend);
        cluster.edit(Resources.PODS, "one", tree -> Json.child(tree, "metadata")
                .putArray("finalizers")
                .add("example.com/held")
                .add("example.com/mine"));
        assertThat(claim(owner, List.of(now(pod)), List.of())).isEmpty();
        assertThat(now(pod).meta().ownerReferences()).containsExactly(friend);
        assertThat(now(pod).meta().finalizers()).containsExactly("example.com/mine");
    }

    @Test
    void anOwnerThatWentOrIsANamesakeTakesNobody() {
        KubeObject owner = set("web");
        KubeObject pod = pod("one", "web");
        cluster.api.remove(Resources.REPLICA_SETS, owner.key());
        Future<List<KubeObject>> gone = refs.claim(owner, List.of(), List.of(pod));
        cluster.loop.settle();
        assertThat(gone.failed()).as("it is told that it is gone").isTrue();
        set("web");
        assertThat(claim(owner, List.of(), List.of(pod))).isEmpty();
        assertThat(now(pod).meta().ownerReferences()).isEmpty();
    }

    @Test
    void whoIsBeingDeletedNeitherTakesNorLetsGo() {
        KubeObject owner =
                set("web").edit(tree -> Json.child(tree, "metadata").put("deletionTimestamp", cluster.context.time()));
        KubeObject mine = pod("mine", "else", OwnerReference.controllerOf(owner));
        KubeObject orphan = pod("orphan", "web");
        assertThat(claim(owner, List.of(mine), List.of(orphan))).isEmpty();
        assertThat(now(mine).meta().ownerReferences()).hasSize(1);
        assertThat(now(orphan).meta().ownerReferences()).isEmpty();
        assertThat(cluster.api.calls(Verb.PATCH, Resources.PODS)).isEmpty();
    }

    @Test
    void aNamesakeOfWhatWasSeenIsLeftAlone() {
        KubeObject owner = set("web");
        KubeObject seen = pod("one", "web");
        cluster.api.remove(Resources.PODS, seen.key());
        assertThat(claim(owner, List.of(), List.of(seen)))
                .as("nothing is there")
                .isEmpty();
        KubeObject namesake = cluster.put(Resources.PODS, "one", tree -> {
            Json.child(tree, "metadata")
                    .put("uid", "another")
                    .putObject("labels")
                    .put("app", "web");
            Cluster.containers(Json.child(tree, "spec"), "a");
        });
        Future<List<KubeObject>> claimed = refs.claim(owner, List.of(), List.of(seen));
        cluster.loop.settle();
        assertThat(claimed.failed()).as("to look again").isTrue();
        assertThat(now(namesake).meta().ownerReferences()).isEmpty();
    }

    @Test
    void whatIsOnItsWayOutIsNotTaken() {
        KubeObject owner = set("web");
        KubeObject ends = pod("one", "web")
                .edit(tree -> Json.child(tree, "metadata").put("deletionTimestamp", cluster.context.time()));
        assertThat(claim(owner, List.of(), List.of(ends))).isEmpty();
        assertThat(cluster.api.calls(Verb.GET, Resources.REPLICA_SETS)).isEmpty();
    }
}
