package io.minik.server.controllers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import io.minik.server.controllers.control.TemplateHash;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DeploymentControllerTest {
    private Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster = new Cluster();
        cluster.start(new DeploymentController(cluster.context), ReplicaSetController.replicaSets(cluster.context));
    }

    private void deploy(int replicas, String image) {
        cluster.put(Resources.DEPLOYMENTS, "web", tree -> {
            Cluster.workload("web", replicas, image).accept(tree);
            Json.child(tree, "spec").put("progressDeadlineSeconds", 600);
        });
    }

    private void image(String image) {
        spec(spec -> ((ObjectNode) spec.at("/template/spec/containers/0")).put("image", image));
    }

    private void spec(Consumer<ObjectNode> change) {
        cluster.edit(Resources.DEPLOYMENTS, "web", tree -> {
            change.accept(Json.child(tree, "spec"));
            Json.child(tree, "metadata").put("generation", Json.longOr(1, tree, "metadata", "generation") + 1);
        });
    }

    private KubeObject deployment() {
        return cluster.get(Resources.DEPLOYMENTS, "web");
    }

    private List<String> images() {
        return cluster.livePods().stream()
                .map(pod -> pod.at("spec", "containers").get(0).path("image").asText())
                .sorted()
                .toList();
    }

    private String progress() {
        return Conditions.find(deployment().at("status"), "Progressing")
                .map(condition -> Json.text(condition, "reason"))
                .orElse("");
    }

    @Test
    void rollsOutAndTellsThatItIsDone() {
        deploy(3, "v1");
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v1", "v1", "v1");
        assertThat(Conditions.isTrue(deployment().at("status"), "Available")).isTrue();
        assertThat(progress()).isEqualTo("NewReplicaSetAvailable");
        assertThat(deployment().annotations()).containsEntry(DeploymentRevision.REVISION, "1");
        KubeObject set = cluster.api.all(Resources.REPLICA_SETS).get(0);
        assertThat(set.name()).startsWith("web-");
        assertThat(set.meta().labels()).containsKey(TemplateHash.LABEL);
        assertThat(cluster.loop.timers()).as("idle means no timer").isZero();
    }

    @Test
    void aNewImageReplacesAllAndUndoBringsTheOldSetBack() {
        deploy(3, "v1");
        cluster.everyPodRuns();
        image("v2");
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v2", "v2", "v2");
        assertThat(cluster.api.all(Resources.REPLICA_SETS)).hasSize(2);
        assertThat(deployment().annotations()).containsEntry(DeploymentRevision.REVISION, "2");
        // kubectl's undo writes fields that say nothing.
        spec(spec -> ((ObjectNode) spec.at("/template/metadata")).putNull("creationTimestamp"));
        spec(spec -> ((ObjectNode) spec.at("/template/spec/containers/0")).putObject("resources"));
        image("v1");
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v1", "v1", "v1");
        assertThat(cluster.api.all(Resources.REPLICA_SETS))
                .as("the old set is used again")
                .hasSize(2);
        assertThat(deployment().annotations()).containsEntry(DeploymentRevision.REVISION, "3");
        assertThat(progress()).isEqualTo("NewReplicaSetAvailable");
    }

    @Test
    void recreateStopsAllBeforeItStartsAny() {
        deploy(2, "v1");
        spec(spec -> spec.putObject("strategy").put("type", "Recreate"));
        cluster.everyPodRuns();
        image("v2");
        cluster.loop.settle();
        assertThat(cluster.livePods()).isEmpty();
        assertThat(cluster.pods()).as("still ending").hasSize(2);
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v2", "v2");
    }

    @Test
    void aPausedDeploymentScalesButDoesNotRoll() {
        deploy(2, "v1");
        cluster.everyPodRuns();
        spec(spec -> spec.put("paused", true));
        image("v2");
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v1", "v1");
        spec(spec -> spec.put("replicas", 3));
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v1", "v1", "v1");
        spec(spec -> spec.remove("paused"));
        cluster.everyPodRuns();
        assertThat(images()).containsExactly("v2", "v2", "v2");
    }

    @Test
    void anImageThatNeverRunsIsToldStuckAndLeavesTheOldOnesServing() {
        deploy(4, "v1");
        cluster.everyPodRuns();
        image("broken");
        cluster.loop.advance(Duration.ofMinutes(11));
        assertThat(progress()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(cluster.livePods().stream().filter(Pods::ready).count()).isEqualTo(3);
        assertThat(cluster.livePods()).hasSize(5);
    }

    @Test
    void scalingInTheMiddleOfARolloutSharesTheChange() {
        deploy(10, "v1");
        cluster.everyPodRuns();
        image("v2");
        cluster.loop.settle();
        spec(spec -> spec.put("replicas", 20));
        cluster.loop.settle();
        List<Integer> sizes = cluster.api.all(Resources.REPLICA_SETS).stream()
                .map(Rollout::replicas)
                .sorted()
                .toList();
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(25);
        assertThat(sizes.get(0)).isGreaterThan(5);
        cluster.everyPodRuns();
        assertThat(images()).hasSize(20).containsOnly("v2");
    }

    @Test
    void historyIsKeptToItsLimit() {
        deploy(1, "v0");
        spec(spec -> spec.put("revisionHistoryLimit", 2));
        for (int i = 1; i <= 5; i++) {
            cluster.everyPodRuns();
            cluster.loop.advance(Duration.ofSeconds(2));
            image("v" + i);
        }
        cluster.everyPodRuns();
        assertThat(cluster.api.all(Resources.REPLICA_SETS)).hasSize(3);
        assertThat(images()).containsExactly("v5");
    }

    static List<Long> seeds() {
        String fixed = System.getProperty("seed", "");
        return fixed.isEmpty()
                ? IntStream.range(0, 60).mapToObj(i -> 7_919L * i + 1).toList()
                : List.of(Long.parseLong(fixed));
    }

    /** Random sizes, limits, images and kubelets of random speed: the two limits of a rollout hold at every instant. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("seeds")
    void aRolloutNeverBreaksItsLimits(long seed) {
        Random random = new Random(seed);
        int replicas = 1 + random.nextInt(12);
        int surge = random.nextInt(4);
        int unavailable = surge == 0 ? 1 + random.nextInt(3) : random.nextInt(4);
        deploy(replicas, "v0");
        spec(spec -> spec.putObject("strategy")
                .put("type", "RollingUpdate")
                .putObject("rollingUpdate")
                .put("maxSurge", surge)
                .put("maxUnavailable", unavailable));
        cluster.everyPodRuns();
        int least = replicas - Math.min(unavailable, replicas);
        int most = replicas + surge;
        for (int step = 0; step < 400; step++) {
            if (random.nextInt(60) == 0) {
                image("v" + random.nextInt(4));
            }
            for (int i = random.nextInt(6); i > 0 && cluster.loop.step(); i--) {
                check(least, most, seed);
            }
            kubelet(random);
            check(least, most, seed);
        }
        image("last");
        cluster.everyPodRuns();
        assertThat(images()).as("seed %d", seed).hasSize(replicas).containsOnly("last");
    }

    private void kubelet(Random random) {
        List<KubeObject> pods = cluster.pods();
        if (!pods.isEmpty() && random.nextInt(3) == 0) {
            KubeObject pod = pods.get(random.nextInt(pods.size()));
            if (pod.meta().deleting()) {
                cluster.api.remove(Resources.PODS, pod.key());
            } else if (!Pods.ready(pod)) {
                cluster.run(pod, true);
            }
        }
    }

    private void check(int least, int most, long seed) {
        assertThat(cluster.livePods()).as("pods, seed %d", seed).hasSizeLessThanOrEqualTo(most);
        assertThat(cluster.livePods().stream().filter(Pods::ready).count())
                .as("available pods, seed %d", seed)
                .isGreaterThanOrEqualTo(least);
    }
}
