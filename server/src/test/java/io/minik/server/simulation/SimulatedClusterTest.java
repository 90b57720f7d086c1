package io.minik.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.server.controllers.control.Pods;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulatedClusterTest {
    @Test
    void aDeploymentsPodsRunOnHollowNodesAndGoOnWhenTheServerRestarts() {
        try (SimulatedCluster cluster = new SimulatedCluster(1, 3, Cast.OURS)) {
            Resource deployments = Resources.DEPLOYMENTS;
            cluster.done(cluster.client().create(deployments, deployment("web", 6)));
            assertThat(cluster.time.passUntil(Duration.ofMinutes(1), () -> ready(cluster) == 6))
                    .isTrue();
            assertThat(running(cluster)).isEqualTo(6);
            cluster.killServer();
            cluster.time.pass(Duration.ofSeconds(20));
            assertThat(running(cluster)).isEqualTo(6);
            cluster.startServer();
            cluster.done(
                    cluster.client().delete(deployments, ObjectKey.of("default", "web"), WorkloadWords.FOREGROUND));
            assertThat(cluster.time.passUntil(Duration.ofMinutes(2), () -> cluster.all(Resources.PODS)
                            .isEmpty()))
                    .isTrue();
            assertThat(running(cluster)).isZero();
        }
    }

    private static long ready(SimulatedCluster cluster) {
        return cluster.all(Resources.PODS).stream().filter(Pods::ready).count();
    }

    private static int running(SimulatedCluster cluster) {
        return cluster.nodes.stream().mapToInt(node -> node.running.size()).sum();
    }

    private static KubeObject deployment(String name, int replicas) {
        return WorkloadWords.deployment("default", name, replicas);
    }
}
