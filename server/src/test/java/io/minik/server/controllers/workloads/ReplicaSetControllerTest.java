package io.minik.server.controllers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.object.OwnerReference;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            Cluster.containers(Json.child(tree, "spec"), "a");
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
    @Timeout(60)
    void aFailureThatIsWordedAnewEachTimeIsToldOnce() {
        AtomicInteger names = new AtomicInteger();
        cluster.api.failing(
                call -> call.verb() == Verb.CREATE && call.resource().equals(Resources.PODS)
                        ? Optional.of(ApiException.forbidden(
                                Resources.PODS, "web-" + names.incrementAndGet(), "the namespace is being terminated"))
                        : Optional.empty());
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 1, "a"));
        cluster.loop.advance(Duration.ofSeconds(1));
        assertThat(Conditions.isTrue(status().at("status"), "ReplicaFailure")).isTrue();
        // A failed try wakes the next by its pause alone, not by what is said of it.
        assertThat(names.get()).isBetween(2, 20);
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

    /** Somebody else writes to the object just before each of the controller's first writes of a status. */
    private void contend(Resource resource, int times) {
        int[] left = {times};
        int[] room = {2};
        cluster.api.failing(call -> {
            boolean status = call.verb() == Verb.UPDATE && call.resource().equals(resource);
            if (status && left[0]-- > 0) {
                cluster.edit(resource, "web", tree -> Json.child(Json.child(tree, "metadata"), "annotations")
                        .put("touched", "" + left[0]));
            }
            boolean full = call.verb() == Verb.CREATE && call.resource().equals(Resources.PODS) && room[0]-- <= 0;
            return full
                    ? Optional.of(ApiException.forbidden(Resources.PODS, "web-1", "exceeded quota"))
                    : Optional.empty();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aQuotaThatIsFullIsToldAndStaysToldWhileOthersWriteToo(boolean set) {
        Resource resource = set ? Resources.REPLICA_SETS : Resources.REPLICATION_CONTROLLERS;
        if (!set) {
            cluster.start(ReplicaSetController.replicationControllers(cluster.context));
        }
        contend(resource, 3);
        cluster.put(resource, "web", tree -> {
            Cluster.workload("web", 3, "a").accept(tree);
            if (!set) {
                Json.child(tree, "spec").putObject("selector").put("app", "web");
            }
        });
        cluster.loop.advance(Duration.ofSeconds(1));
        assertThat(Conditions.find(cluster.get(resource, "web").at("status"), "ReplicaFailure")
                        .map(condition -> Json.text(condition, "reason") + ": " + Json.text(condition, "message")))
                .contains("FailedCreate: pods \"web-1\" is forbidden: exceeded quota");
        for (int i = 0; i < 100; i++) {
            cluster.loop.advance(Duration.ofMillis(100));
            assertThat(Conditions.isTrue(cluster.get(resource, "web").at("status"), "ReplicaFailure"))
                    .isTrue();
        }
        cluster.edit(resource, "web", tree -> Json.child(tree, "spec").put("replicas", 2));
        cluster.loop.advance(Duration.ofMinutes(1));
        assertThat(Conditions.find(cluster.get(resource, "web").at("status"), "ReplicaFailure"))
                .isEmpty();
        assertThat(Json.intOr(0, cluster.get(resource, "web").tree(), "status", "replicas"))
                .isEqualTo(2);
    }

    @Test
    void whatIsNotKnownYetDoesNotTakeTheFailureBack() {
        contend(Resources.REPLICA_SETS, 0);
        cluster.put(Resources.REPLICA_SETS, "web", Cluster.workload("web", 3, "a"));
        cluster.loop.advance(Duration.ofSeconds(1));
        boolean told = false;
        for (var call : cluster.api.calls(Verb.UPDATE, Resources.REPLICA_SETS)) {
            boolean tells = Conditions.isTrue(Json.parse(call.body()).path("status"), "ReplicaFailure");
            assertThat(tells || !told).as("once told it stays").isTrue();
            told |= tells;
        }
        assertThat(told).isTrue();
    }
}
