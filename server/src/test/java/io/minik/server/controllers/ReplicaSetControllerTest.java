package io.minik.server.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.OwnerReference;
import io.minik.api.meta.Resources;
import io.minik.api.object.Json;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaSetControllerTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(ReplicaSetController.replicaSets(cluster.context));
    }

    private KubeObject status() {
        return cluster.get(Resources.REPLICA_SETS, "web");
    }

    @Test
    void makesThePodsAndTellsTheStatus() {
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 3, "a"));
        cluster.everyPodRuns();
        assertThat(cluster.pods()).hasSize(3);
        assertThat(cluster.pods())
                .allMatch(pod -> pod.meta().controller().orElseThrow().name().equals("web"));
        assertThat(Json.intOr(0, status().tree(), "status", "availableReplicas"))
                .isEqualTo(3);
        assertThat(Json.intOr(0, status().tree(), "status", "readyReplicas")).isEqualTo(3);
        assertThat(cluster.events("SuccessfulCreate")).hasSize(3);
        assertThat(cluster.loop.timers()).as("idle means no timer").isZero();
    }

    @Test
    void replacesAPodThatIsDeletedOrFailed() {
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 2, "a"));
        cluster.everyPodRuns();
        cluster.finish(cluster.pods().get(0), "Failed");
        cluster.api.remove(Resources.PODS, cluster.pods().get(1).key());
        cluster.everyPodRuns();
        assertThat(cluster.livePods()).hasSize(2);
    }

    @Test
    void deletesThePodThatIsMissedLeast() {
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 3, "a"));
        cluster.everyPodRuns();
        KubeObject sick = cluster.pods().get(1);
        cluster.run(sick, false);
        cluster.edit(
                Resources.REPLICA_SETS, "web", tree -> Json.child(tree, "spec").put("replicas", 2));
        cluster.loop.settle();
        assertThat(cluster.api.require(Resources.PODS, sick.key()).meta().deleting())
                .isTrue();
        assertThat(cluster.livePods()).hasSize(2);
    }

    @Test
    void adoptsOrphansAndReleasesThoseThatNoLongerMatch() {
        cluster.put(Resources.PODS, "stray", tree -> {
            Json.child(tree, "metadata").putObject("labels").put("app", "web");
            Json.child(tree, "spec");
        });
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 1, "a"));
        cluster.loop.settle();
        assertThat(cluster.pods()).hasSize(1);
        assertThat(cluster.get(Resources.PODS, "stray").meta().controller().map(OwnerReference::kind))
                .contains("ReplicaSet");
        cluster.edit(Resources.PODS, "stray", tree -> Json.child(Json.child(tree, "metadata"), "labels")
                .put("app", "other"));
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PODS, "stray").meta().controller()).isEmpty();
        assertThat(cluster.pods()).hasSize(2);
    }

    @Test
    void whenPodsCanNotBeMadeItTriesFewAndSaysWhy() {
        cluster.api.failing(
                call -> call.verb() == Verb.CREATE && call.resource().equals(Resources.PODS)
                        ? Optional.of(ApiException.forbidden(Resources.PODS, "web-1", "exceeded quota"))
                        : Optional.empty());
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 50, "a"));
        cluster.loop.settle();
        assertThat(cluster.api.calls(Verb.CREATE, Resources.PODS)).hasSizeLessThan(4);
        assertThat(Conditions.isTrue(status().at("status"), "ReplicaFailure")).isTrue();
        cluster.api.failing(call -> Optional.empty());
        cluster.loop.advance(Duration.ofMinutes(1));
        assertThat(cluster.livePods()).hasSize(50);
        assertThat(Conditions.isTrue(status().at("status"), "ReplicaFailure")).isFalse();
    }

    @Test
    void podsCountAsAvailableOnlyAfterTheirMinimum() {
        cluster.put(Resources.REPLICA_SETS, "web", tree -> {
            Cluster.workload("web", 1, "a").accept(tree);
            Json.child(tree, "spec").put("minReadySeconds", 30);
        });
        cluster.everyPodRuns();
        assertThat(Json.intOr(0, status().tree(), "status", "availableReplicas"))
                .isZero();
        cluster.loop.advance(Duration.ofSeconds(31));
        assertThat(Json.intOr(0, status().tree(), "status", "availableReplicas"))
                .isEqualTo(1);
    }

    @Test
    void aReplicationControllerIsTheSameByAnotherName() {
        Cluster other = new Cluster();
        other.start(ReplicaSetController.replicationControllers(other.context));
        other.put(Resources.REPLICATION_CONTROLLERS, "rc", tree -> {
            Json.child(tree, "spec").put("replicas", 2).putObject("selector").put("app", "rc");
            Cluster.template(Json.child(tree, "spec"), "rc", "a");
        });
        other.everyPodRuns();
        assertThat(other.pods()).hasSize(2);
        assertThat(other.api.find(Resources.PODS, ObjectKey.of("default", "x"))).isEmpty();
    }
}
