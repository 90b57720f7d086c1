package io.minik.server.controllers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What StatefulSets promise beyond their order: halting, revisions on pods, claims that go or stay. */
class StatefulSetControllerTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new StatefulSetController(cluster.context));
    }

    private void set(Consumer<ObjectNode> more) {
        cluster.put(Resources.STATEFUL_SETS, "db", tree -> {
            Cluster.workload("db", 3, "v1").accept(tree);
            ObjectNode spec = Json.child(tree, "spec").put("serviceName", "db");
            ObjectNode claim = spec.putArray("volumeClaimTemplates").addObject();
            claim.putObject("metadata").put("name", "data");
            Cluster.claim(claim.putObject("spec"), "1Gi");
            more.accept(spec);
        });
        cluster.everyPodRuns();
    }

    private void scale(int replicas) {
        cluster.edit(
                Resources.STATEFUL_SETS, "db", tree -> Json.child(tree, "spec").put("replicas", replicas));
        cluster.loop.settle();
    }

    private List<String> leaving() {
        return cluster.pods().stream()
                .filter(pod -> pod.meta().deleting())
                .map(KubeObject::name)
                .toList();
    }

    private List<String> ownersOf(String claim) {
        return cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, claim).meta().ownerReferences().stream()
                .map(OwnerReference::name)
                .toList();
    }

    @Test
    void podsCarryTheNameOfTheirRevision() {
        set(spec -> {});
        var status = cluster.get(Resources.STATEFUL_SETS, "db").at("status");
        assertThat(Json.text(status, "currentRevision")).startsWith("db-");
        assertThat(cluster.pods()).extracting(Revisions::markOf).containsOnly(Json.text(status, "currentRevision"));
    }

    @Test
    void scalingDownHaltsWhileAPodBelowIsUnwell() {
        set(spec -> {});
        cluster.pods().forEach(pod -> cluster.run(pod, false));
        scale(0);
        assertThat(leaving())
                .as("the lowest that is unwell holds the others up")
                .isEmpty();
        cluster.run(cluster.get(Resources.PODS, "db-2"), true);
        cluster.loop.settle();
        assertThat(leaving()).containsExactly("db-2");
        cluster.api.remove(Resources.PODS, cluster.get(Resources.PODS, "db-2").key());
        cluster.loop.settle();
        assertThat(leaving()).isEmpty();
        cluster.run(cluster.get(Resources.PODS, "db-1"), true);
        cluster.loop.settle();
        assertThat(leaving()).containsExactly("db-1");
        cluster.api.remove(Resources.PODS, cluster.get(Resources.PODS, "db-1").key());
        cluster.loop.settle();
        assertThat(leaving()).as("unwell, but the last").containsExactly("db-0");
    }

    @Test
    void parallelSetsScaleWhateverTheirPodsAreLike() {
        set(spec -> spec.put("podManagementPolicy", "Parallel"));
        cluster.pods().forEach(pod -> cluster.run(pod, false));
        scale(0);
        assertThat(leaving()).hasSize(3);
    }

    @Test
    void claimsGoWithTheSetOrWithTheScaleAsItsPolicySays() {
        set(spec -> spec.putObject("persistentVolumeClaimRetentionPolicy")
                .put("whenDeleted", "Delete")
                .put("whenScaled", "Delete"));
        assertThat(ownersOf("data-db-2")).containsExactly("db");
        scale(2);
        assertThat(leaving()).containsExactly("db-2");
        assertThat(ownersOf("data-db-2")).containsExactly("db-2");
        assertThat(ownersOf("data-db-1")).containsExactly("db");
        cluster.edit(Resources.STATEFUL_SETS, "db", tree -> Json.child(tree, "spec")
                .remove("persistentVolumeClaimRetentionPolicy"));
        cluster.loop.settle();
        assertThat(ownersOf("data-db-1")).isEmpty();
    }

    @Test
    void aClaimOnItsWayOutHoldsItsPodBack() {
        set(spec -> {});
        cluster.edit(Resources.PERSISTENT_VOLUME_CLAIMS, "data-db-2", tree -> {
            ObjectNode meta = Json.child(tree, "metadata").put("deletionTimestamp", cluster.context.time());
            meta.putArray("finalizers").add("kubernetes.io/pvc-protection");
        });
        cluster.api.remove(Resources.PODS, cluster.get(Resources.PODS, "db-2").key());
        cluster.loop.settle();
        assertThat(cluster.pods()).hasSize(2);
        cluster.api.remove(
                Resources.PERSISTENT_VOLUME_CLAIMS,
                cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data-db-2").key());
        cluster.everyPodRuns();
        assertThat(cluster.pods()).hasSize(3);
        assertThat(cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data-db-2")
                        .meta()
                        .deleting())
                .isFalse();
    }
}
