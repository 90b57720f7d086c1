package io.minik.server.controllers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order that StatefulSets promise: up, down, and through an update. */
class StatefulOrderTest {
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
            more.accept(tree);
        });
        cluster.loop.settle();
    }

    @Test
    void podsComeOneAfterTheOtherWithTheirClaims() {
        set(tree -> {});
        assertThat(cluster.pods()).extracting(KubeObject::name).containsExactly("db-0");
        cluster.run(cluster.pods().get(0), true);
        cluster.loop.settle();
        assertThat(cluster.pods()).extracting(KubeObject::name).containsExactly("db-0", "db-1");
        cluster.everyPodRuns();
        assertThat(cluster.pods()).extracting(KubeObject::name).containsExactly("db-0", "db-1", "db-2");
        assertThat(cluster.api.all(Resources.PERSISTENT_VOLUME_CLAIMS))
                .extracting(KubeObject::name)
                .containsExactly("data-db-0", "data-db-1", "data-db-2");
        KubeObject pod = cluster.get(Resources.PODS, "db-1");
        assertThat(pod.text("spec", "hostname")).isEqualTo("db-1");
        assertThat(pod.text("spec", "subdomain")).isEqualTo("db");
        assertThat(pod.at("spec", "volumes")
                        .get(0)
                        .at("/persistentVolumeClaim/claimName")
                        .asText())
                .isEqualTo("data-db-1");
    }

    @Test
    void parallelPodsComeAtOnce() {
        set(tree -> Json.child(tree, "spec").put("podManagementPolicy", "Parallel"));
        assertThat(cluster.pods()).hasSize(3);
    }

    @Test
    void scalingDownTakesTheHighestFirstAndKeepsClaims() {
        set(tree -> {});
        cluster.everyPodRuns();
        cluster.edit(
                Resources.STATEFUL_SETS, "db", tree -> Json.child(tree, "spec").put("replicas", 1));
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PODS, "db-2").meta().deleting()).isTrue();
        assertThat(cluster.get(Resources.PODS, "db-1").meta().deleting()).isFalse();
        cluster.everyPodRuns();
        assertThat(cluster.pods()).hasSize(1);
        assertThat(cluster.api.all(Resources.PERSISTENT_VOLUME_CLAIMS)).hasSize(3);
    }

    @Test
    void anUpdateGoesFromTheHighestDownToThePartition() {
        set(tree -> {});
        cluster.everyPodRuns();
        cluster.edit(Resources.STATEFUL_SETS, "db", tree -> {
            Cluster.image(tree, "v2");
            Json.child(Json.child(Json.child(tree, "spec"), "updateStrategy"), "rollingUpdate")
                    .put("partition", 1);
        });
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PODS, "db-2").meta().deleting()).isTrue();
        assertThat(cluster.get(Resources.PODS, "db-1").meta().deleting()).isFalse();
        cluster.everyPodRuns();
        assertThat(cluster.images()).containsExactly("v1", "v2", "v2");
        cluster.edit(Resources.STATEFUL_SETS, "db", tree -> Json.child(Json.child(tree, "spec"), "updateStrategy")
                .remove("rollingUpdate"));
        cluster.everyPodRuns();
        assertThat(cluster.images()).containsExactly("v2", "v2", "v2");
        var status = cluster.get(Resources.STATEFUL_SETS, "db").at("status");
        assertThat(Json.text(status, "currentRevision")).isEqualTo(Json.text(status, "updateRevision"));
        assertThat(Json.intOr(0, status, "updatedReplicas")).isEqualTo(3);
    }

    @Test
    void aFailedPodComesBackUnderItsName() {
        set(tree -> {});
        cluster.everyPodRuns();
        String uid = cluster.get(Resources.PODS, "db-1").uid();
        cluster.finish(cluster.get(Resources.PODS, "db-1"), "Failed");
        cluster.everyPodRuns();
        assertThat(cluster.get(Resources.PODS, "db-1").uid()).isNotEqualTo(uid);
        assertThat(cluster.livePods()).hasSize(3);
    }
}
