package io.minik.server.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacerTest {
    private static KubeObject node(int i) {
        return KubeObject.named("v1", "Node", ObjectKey.cluster("n" + i), tree -> {
            Json.child(tree, "metadata").putObject("labels").put("kubernetes.io/hostname", "n" + i);
            Json.child(Json.child(tree, "status"), "allocatable")
                    .put("cpu", "4")
                    .put("memory", "32Gi")
                    .put("pods", "110");
        });
    }

    private static KubeObject pod(int i, String cpu) {
        return KubeObject.named("v1", "Pod", ObjectKey.of("default", "p" + i), tree -> Json.child(tree, "spec")
                .putArray("containers")
                .addObject()
                .put("name", "c")
                .putObject("resources")
                .putObject("requests")
                .put("cpu", cpu)
                .put("memory", "500Mi"));
    }

    /** Also the figure for the target of 5,000 pods/s over 5,000 nodes: printed, never asserted. */
    @Test
    void fillsALargeClusterEvenlyAndNeverBeyondItsSize() {
        int nodes = 5_000;
        int pods = 20_000;
        NodeSnapshot snapshot = new NodeSnapshot();
        for (int i = 0; i < nodes; i++) {
            snapshot.node(node(i));
        }
        Placer placer = new Placer(new Random(7));
        long begin = System.nanoTime();
        for (int i = 0; i < pods; i++) {
            PodNeeds needs = PodNeeds.of(pod(i, "900m"));
            var placement = placer.place(needs, snapshot, new Nominations(), List.of());
            snapshot.place(needs, placement.node().orElseThrow().name());
        }
        long perSecond = pods * 1_000_000_000L / (System.nanoTime() - begin);
        System.out.println("scheduled " + perSecond + " pods/s over " + nodes + " nodes");
        assertThat(snapshot.nodes()).allMatch(node -> node.podCount() == 4);
        var full = placer.place(PodNeeds.of(pod(pods, "900m")), snapshot, new Nominations(), List.of());
        assertThat(full.node()).isEmpty();
        assertThat(full.message()).isEqualTo("0/5000 nodes are available: 5000 Insufficient cpu.");
    }

    @Test
    void theEmptierNodeWins() {
        NodeSnapshot snapshot = new NodeSnapshot();
        snapshot.node(node(0));
        snapshot.node(node(1));
        snapshot.place(PodNeeds.of(pod(0, "2")), "n0");
        var placement =
                new Placer(new Random(1)).place(PodNeeds.of(pod(1, "1")), snapshot, new Nominations(), List.of());
        assertThat(placement.node().orElseThrow().name()).isEqualTo("n1");
    }
}
