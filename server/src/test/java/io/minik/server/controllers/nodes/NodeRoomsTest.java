package io.minik.server.controllers.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.Node;
import io.minik.api.core.Taint;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.minik.server.controllers.control.Conditions;
import io.minik.server.controllers.control.Pods;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeRoomsTest {
    private static final Resource LEASES = Resources.LEASES;
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(
                new NodeLifecycleController(cluster.context, NodeLifecycleController.Config.DEFAULT),
                new TaintEvictionController(cluster.context),
                new PodGcController(cluster.context, 3),
                new ServerRole(cluster.context, "node1"));
        assertThat(cluster.loop.timers()).as("no node, no clock").isZero();
        cluster.put(
                Resources.NODES,
                "node1",
                tree -> Conditions.set(
                        Json.child(tree, "status"), "Ready", "True", "KubeletReady", "", cluster.context.time()));
        cluster.loop.settle();
    }

    private void renew() {
        ObjectKey key = ObjectKey.of("kube-node-lease", "node1");
        cluster.api.put(
                LEASES, KubeObject.named("coordination.k8s.io/v1", "Lease", key, tree -> Json.child(tree, "spec")
                        .put("renewTime", cluster.loop.now().toString())));
    }

    @Test
    void theServersNodeGetsItsRoleAndOthersDoNot() {
        cluster.put(Resources.NODES, "node2", tree -> {});
        cluster.loop.settle();
        String role = "node-role.kubernetes.io/control-plane";
        assertThat(cluster.get(Resources.NODES, "node1").meta().labels()).containsEntry(role, "true");
        assertThat(cluster.get(Resources.NODES, "node2").meta().labels()).doesNotContainKey(role);
    }

    private KubeObject pod(String name, long seconds) {
        KubeObject pod = cluster.put(Resources.PODS, name, tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("nodeName", "node1");
            if (seconds >= 0) {
                spec.putArray("tolerations")
                        .addObject()
                        .put("key", Taint.UNREACHABLE)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", seconds);
            }
        });
        cluster.run(pod, true);
        return pod;
    }

    private Node node() {
        return Node.of(cluster.get(Resources.NODES, "node1"));
    }

    @Test
    void aNodeThatRenewsItsLeaseStaysReady() {
        for (int i = 0; i < 20; i++) {
            renew();
            cluster.loop.advance(Duration.ofSeconds(10));
        }
        assertThat(node().ready()).isTrue();
        assertThat(node().taints()).isEmpty();
    }

    @Test
    void aSilentNodeIsUnknownTaintedAndItsPodsGoWhenTheirTolerationEnds() {
        renew();
        pod("patient", 300);
        pod("hasty", 10);
        KubeObject intolerant = pod("intolerant", -1);
        cluster.loop.advance(Duration.ofSeconds(46));
        assertThat(node().condition("Ready").orElseThrow().status()).isEqualTo("Unknown");
        assertThat(node().taints())
                .extracting(Taint::key)
                .containsOnly(Taint.UNREACHABLE)
                .hasSize(2);
        assertThat(Pods.ready(cluster.get(Resources.PODS, "patient"))).isFalse();
        assertThat(deleting(intolerant.name())).isTrue();
        assertThat(deleting("hasty")).isFalse();
        cluster.loop.advance(Duration.ofSeconds(15));
        assertThat(deleting("hasty")).isTrue();
        assertThat(deleting("patient")).isFalse();
        cluster.loop.advance(Duration.ofMinutes(5));
        assertThat(deleting("patient")).isTrue();
    }

    private boolean deleting(String pod) {
        return cluster.get(Resources.PODS, pod).meta().deleting();
    }

    @Test
    void aNodeThatComesBackLosesItsTaints() {
        renew();
        pod("patient", 300);
        cluster.loop.advance(Duration.ofSeconds(60));
        renew();
        cluster.edit(
                Resources.NODES,
                "node1",
                tree -> Conditions.set(
                        Json.child(tree, "status"), "Ready", "True", "KubeletReady", "", cluster.context.time()));
        cluster.loop.advance(Duration.ofSeconds(5));
        assertThat(node().taints()).isEmpty();
        for (int i = 0; i < 60; i++) {
            renew();
            cluster.loop.advance(Duration.ofSeconds(10));
        }
        assertThat(deleting("patient")).isFalse();
    }

    @Test
    void aCordonedNodeIsTainted() {
        cluster.edit(Resources.NODES, "node1", tree -> Json.child(tree, "spec").put("unschedulable", true));
        cluster.loop.settle();
        assertThat(node().taints()).extracting(Taint::key).containsExactly(Taint.UNSCHEDULABLE);
        cluster.edit(Resources.NODES, "node1", tree -> Json.child(tree, "spec").remove("unschedulable"));
        cluster.loop.settle();
        assertThat(node().taints()).isEmpty();
    }

    @Test
    void podsOfANodeThatIsGoneAreRemovedAfterAWhile() {
        pod("left", 300);
        cluster.loop.settle();
        cluster.api.remove(Resources.NODES, ObjectKey.cluster("node1"));
        cluster.loop.advance(Duration.ofSeconds(30));
        assertThat(cluster.pods()).hasSize(1);
        cluster.loop.advance(Duration.ofSeconds(15));
        assertThat(cluster.pods()).isEmpty();
        cluster.loop.advance(Duration.ofMinutes(1));
        assertThat(cluster.loop.timers()).as("no node, no clock").isZero();
    }

    /** Time passes, and the kubelet renews its lease. */
    private void pass(Duration time) {
        for (long left = time.toSeconds(); left > 0; left -= 10) {
            renew();
            cluster.loop.advance(Duration.ofSeconds(Math.min(10, left)));
        }
    }

    private void taint(String timeAdded) {
        cluster.edit(Resources.NODES, "node1", tree -> Json.child(tree, "spec")
                .putArray("taints")
                .add(new Taint(Taint.UNREACHABLE + "-test", "v", "NoExecute", timeAdded).tree()));
    }

    private void tolerating(String name, Long... seconds) {
        KubeObject pod = cluster.put(Resources.PODS, name, tree -> {
            var list = Json.child(tree, "spec").put("nodeName", "node1").putArray("tolerations");
            for (Long each : seconds) {
                ObjectNode toleration =
                        list.addObject().put("key", Taint.UNREACHABLE + "-test").put("operator", "Exists");
                if (each >= 0) {
                    toleration.put("effect", "NoExecute").put("tolerationSeconds", each);
                }
            }
        });
        cluster.run(pod, true);
    }

    @Test
    void ofATaintWithoutATimeTheSecondsRunFromWhenItWasSeen() {
        tolerating("pod", 30L);
        taint("");
        pass(Duration.ofSeconds(20));
        // Something else of the node changes: that begins nothing anew.
        cluster.edit(Resources.NODES, "node1", tree -> Json.child(tree, "spec").put("unschedulable", true));
        pass(Duration.ofSeconds(9));
        assertThat(deleting("pod")).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(deleting("pod")).isTrue();
    }

    @Test
    void ofATaintWithATimeTheSecondsRunFromThen() {
        pass(Duration.ofMinutes(10));
        cluster.put(Resources.PODS, "pod", tree -> {
            Json.child(tree, "metadata").put("creationTimestamp", "2026-01-01T00:00:00Z");
            Json.child(tree, "spec")
                    .put("nodeName", "node1")
                    .putArray("tolerations")
                    .addObject()
                    .put("operator", "Exists")
                    .put("tolerationSeconds", 300);
        });
        taint("2026-01-01T00:06:00Z");
        pass(Duration.ofSeconds(50));
        assertThat(deleting("pod")).isFalse();
        pass(Duration.ofSeconds(11));
        assertThat(deleting("pod")).isTrue();
    }

    @Test
    void aPodThatComesToATaintedNodeHasItsOwnSeconds() {
        taint("2026-01-01T00:00:00Z");
        pass(Duration.ofMinutes(10));
        tolerating("pod", 60L);
        pass(Duration.ofSeconds(55));
        assertThat(deleting("pod")).isFalse();
        pass(Duration.ofSeconds(6));
        assertThat(deleting("pod")).isTrue();
    }

    @Test
    void aTaintThatIsTakenAwayInTimeCancelsTheDeletion() {
        tolerating("pod", 30L);
        taint("");
        pass(Duration.ofSeconds(20));
        cluster.edit(Resources.NODES, "node1", tree -> Json.child(tree, "spec").remove("taints"));
        pass(Duration.ofSeconds(60));
        assertThat(deleting("pod")).isFalse();
        assertThat(cluster.events("TaintManagerEviction")).containsExactly("Cancelling deletion of Pod default/pod");
        taint("");
        pass(Duration.ofSeconds(29));
        assertThat(deleting("pod")).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(deleting("pod")).isTrue();
    }

    @Test
    void theFirstTolerationThatMatchesCountsAndSecondsBeyondAllTimeAreForEver() {
        tolerating("forever-first", -1L, 10L);
        tolerating("ten-first", 10L, -1L);
        tolerating("eternal", Long.MAX_VALUE);
        tolerating("none", 0L);
        taint("");
        pass(Duration.ofSeconds(1));
        assertThat(deleting("none")).isTrue();
        pass(Duration.ofSeconds(11));
        assertThat(deleting("ten-first")).isTrue();
        assertThat(deleting("forever-first")).isFalse();
        assertThat(deleting("eternal")).isFalse();
    }

    @Test
    void ofPodsThatHaveEndedTheOldestGoWhenThereAreTooMany() {
        KubeObject running = pod("runs", -1);
        for (int i = 0; i < 6; i++) {
            cluster.finish(pod("ended-" + i, -1), i % 2 == 0 ? "Failed" : "Succeeded");
            pass(Duration.ofSeconds(1));
        }
        assertThat(cluster.pods())
                .extracting(KubeObject::name)
                .containsExactly("ended-3", "ended-4", "ended-5", running.name());
    }
}
