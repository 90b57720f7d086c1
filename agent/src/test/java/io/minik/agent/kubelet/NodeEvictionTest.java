package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.node.NodePressure;
import io.minik.agent.node.Threshold;
import io.minik.agent.node.Threshold.Amount;
import io.minik.agent.node.Threshold.Signal;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeEvictionTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;

    private KubeletHarness node;

    @BeforeEach
    void start() {
        begin(new NodePressure.Policy(
                Threshold.hard("memory.available<100Mi,nodefs.available<10%,pid.available<10%"),
                Duration.ofMinutes(5)));
    }

    private void begin(NodePressure.Policy policy) {
        node = new KubeletHarness(directory, policy).start();
        node.runtime.registry.add("busybox:1");
    }

    private void memory(long mib) {
        node.left.put(Signal.MEMORY, new Amount(1000 * MIB, mib * MIB));
    }

    private void pod(String name, String more) {
        node.create(name, "{" + more + "'containers':[{'name':'c-" + name + "','image':'busybox:1'}]}");
    }

    private String phase(String pod) {
        return node.pod(pod).status().phase() + " " + node.pod(pod).status().reason();
    }

    @Test
    void withEnoughOfAllNothingEnds() {
        pod("p", "");
        memory(500);
        node.pass(60);
        assertThat(phase("p")).isEqualTo("Running ");
        assertThat(node.pressure.now()).isEmpty();
    }

    @Test
    void theLeastImportantPodEndsAndSaysWhy() {
        pod("important", "'priority':1000,");
        pod("other", "");
        memory(50);
        node.pass(11);
        assertThat(phase("other")).isEqualTo("Failed Evicted");
        assertThat(node.pod("other").status().message())
                .startsWith("The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ");
        assertThat(phase("important")).as("one at a time").isEqualTo("Running ");
        assertThat(node.pressure.now()).containsExactly(NodePressure.Condition.MemoryPressure);
        assertThat(node.events()).anyMatch(event -> event.startsWith("Evicted: The node was low on resource: memory."));
        memory(500);
        node.pass(60);
        assertThat(phase("important")).isEqualTo("Running ");
    }

    @Test
    void itGoesOnWhileItIsShort() {
        pod("a", "");
        pod("b", "");
        memory(50);
        node.pass(60);
        assertThat(phase("a")).isEqualTo("Failed Evicted");
        assertThat(phase("b")).isEqualTo("Failed Evicted");
    }

    @Test
    void criticalPodsStay() {
        pod("critical", "'priority':2000000000,");
        memory(50);
        node.pass(60);
        assertThat(phase("critical")).isEqualTo("Running ");
    }

    @Test
    void whatAPodSaysOfItselfMakesItNoStaticPod() {
        pod("later", "");
        node.api.edit(Resources.PODS, node.pod("later").key(), NodeEvictionTest::saysThatItIsStatic);
        node.api.put(Resources.PODS, node.pod("later").object().edit(tree -> {
            Json.child(tree, "metadata").put("name", "ever").put("uid", "4f0c8d1e-ever");
            tree.remove("status");
        }));
        node.pass(1);
        assertThat(phase("ever")).as("its state is told").isEqualTo("Running ");
        memory(50);
        node.pass(60);
        assertThat(phase("later")).isEqualTo("Failed Evicted");
        assertThat(phase("ever")).isEqualTo("Failed Evicted");
        node.delete("ever", 0);
        node.pass(5);
        assertThat(node.exists("ever")).isFalse();
    }

    private static void saysThatItIsStatic(ObjectNode tree) {
        Json.child(Json.child(tree, "metadata"), "annotations").put("kubernetes.io/config.source", "file");
    }

    @Test
    void aNodeThatIsShortOfMemoryTakesNoBestEffortPods() {
        memory(50);
        node.pass(11);
        pod("late", "");
        assertThat(phase("late")).isEqualTo("Failed Evicted");
        assertThat(node.pod("late").status().message())
                .isEqualTo("Pod was rejected: The node had condition: [MemoryPressure]. ");
        memory(500);
        pod("tolerant", "'tolerations':[{'key':'node.kubernetes.io/memory-pressure','operator':'Exists'}],");
        assertThat(phase("tolerant")).isEqualTo("Running ");
        node.create(
                "asking",
                "{'containers':[{'name':'c','image':'busybox:1','resources':{'requests':{'memory':'1Mi'}}}]}");
        assertThat(phase("asking")).isEqualTo("Running ");
    }

    @Test
    void aNodeThatIsShortOfDiskTakesNone() {
        node.left.put(Signal.DISK, new Amount(1000, 50));
        node.pass(11);
        pod("tolerant", "'tolerations':[{'key':'node.kubernetes.io/memory-pressure','operator':'Exists'}],");
        assertThat(phase("tolerant")).isEqualTo("Failed Evicted");
    }

    @Test
    void forTheDisksSakeImagesGoFirst() {
        pod("p", "");
        node.delete("p", 0);
        node.pass(200);
        assertThat(node.runtime.local).isNotEmpty();
        node.left.put(Signal.DISK, new Amount(1000, 50));
        node.pass(11);
        assertThat(node.pressure.now()).containsExactly(NodePressure.Condition.DiskPressure);
    }

    @Test
    void aSoftThresholdEndsAPodWithItsOwnGrace() {
        begin(new NodePressure.Policy(
                Threshold.soft("memory.available<200Mi", "memory.available=30s"), Duration.ofMinutes(5)));
        pod("p", "'terminationGracePeriodSeconds':7,");
        memory(150);
        node.pass(25);
        assertThat(phase("p")).isEqualTo("Running ");
        node.pass(20);
        assertThat(phase("p")).isEqualTo("Failed Evicted");
    }

    @Test
    void withoutThresholdsNothingIsMeasured() {
        begin(NodePressure.Policy.NONE);
        memory(0);
        pod("p", "");
        node.pass(3600);
        assertThat(phase("p")).isEqualTo("Running ");
        assertThat(node.loop.timers()).isZero();
    }
}
