package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.Pod;
import io.minik.api.core.PodCondition;
import io.minik.api.meta.Resources;
import io.minik.ground.json.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodResizeTest {
    private static final String POD = "{'restartPolicy':'OnFailure','containers':[{'name':'c','image':'busybox:1',"
            + "'resources':{'requests':{'cpu':'100m','memory':'32Mi'},'limits':{'cpu':'200m','memory':'64Mi'}}%s}]}";

    @TempDir
    Path directory;

    private KubeletHarness node;

    @BeforeEach
    void start() {
        node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
    }

    private void resize(String cpuRequest, String memoryLimit) {
        node.api.put(Resources.PODS, node.pod("p").object().edit(tree -> {
            ObjectNode container =
                    (ObjectNode) Json.items(tree, "spec", "containers").get(0);
            Json.child(Json.child(container, "resources"), "requests").put("cpu", cpuRequest);
            Json.child(Json.child(container, "resources"), "limits").put("memory", memoryLimit);
        }));
        node.loop.settle();
    }

    private ContainerStatus status() {
        return node.pod("p").status().containerStatuses().get(0);
    }

    private List<String> resizeConditions() {
        return node.pod("p").status().conditions().stream()
                .filter(c -> c.type().startsWith("PodResize"))
                .map(c -> c.type() + "=" + c.reason())
                .toList();
    }

    @Test
    void aRunningContainerGetsItsNewLimitsWithoutARestart() {
        node.create("p", POD.formatted(""));
        assertThat(status().resources().limits()).containsEntry("memory", "64Mi");
        assertThat(status().allocated()).containsEntry("cpu", "100m");
        resize("150m", "80Mi");
        assertThat(status().resources().limits()).containsEntry("memory", "80Mi");
        assertThat(status().allocated()).containsEntry("cpu", "150m");
        assertThat(status().restartCount()).isZero();
        assertThat(resizeConditions()).isEmpty();
        assertThat(node.runtime.log)
                .anyMatch(l -> l.startsWith("update c-") && l.endsWith("memory=" + (80 << 20)))
                .contains("update sandbox memory=" + (80 << 20));
        assertThat(node.events()).contains("ResizeCompleted: Pod resize completed");
    }

    @Test
    void aResourceWhosePolicyIsRestartContainerRestartsIt() {
        node.create(
                "p", POD.formatted(",'resizePolicy':[{'resourceName':'memory','restartPolicy':'RestartContainer'}]"));
        resize("150m", "64Mi");
        assertThat(status().restartCount()).isZero();
        resize("150m", "80Mi");
        assertThat(status().restartCount()).isEqualTo(1);
        assertThat(status().resources().limits()).containsEntry("memory", "80Mi");
        assertThat(resizeConditions()).isEmpty();
        assertThat(node.events()).contains("Killing: Container c resize requires restart");
    }

    @Test
    void whatTheNodeCanNeverGiveIsInfeasible() {
        node.create("p", POD.formatted(""));
        resize("3", "64Mi");
        PodCondition pending =
                node.pod("p").status().condition("PodResizePending").orElseThrow();
        assertThat(pending.reason()).isEqualTo("Infeasible");
        assertThat(pending.message())
                .isEqualTo("Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000");
        assertThat(status().allocated()).containsEntry("cpu", "100m");
        resize("200m", "64Mi");
        assertThat(resizeConditions()).isEmpty();
        assertThat(status().allocated()).containsEntry("cpu", "200m");
    }

    @Test
    void whatOthersHoldIsWaitedFor() {
        node.create("p", POD.formatted(""));
        node.create(
                "q",
                "{'terminationGracePeriodSeconds':0,'containers':[{'name':'q','image':'busybox:1','resources':{'requests':{'cpu':'1500m'}}}]}");
        resize("1", "64Mi");
        assertThat(resizeConditions()).containsExactly("PodResizePending=Deferred");
        node.delete("q", 0);
        assertThat(resizeConditions()).isEmpty();
        assertThat(status().allocated()).containsEntry("cpu", "1");
    }

    @Test
    void memoryThatIsInUseIsNotTakenAway() {
        node.create("p", POD.formatted(""));
        node.runtime.memoryInUse = 60 << 20;
        resize("100m", "48Mi");
        assertThat(resizeConditions()).containsExactly("PodResizeInProgress=Error");
        assertThat(node.pod("p")
                        .status()
                        .condition("PodResizeInProgress")
                        .orElseThrow()
                        .message())
                .endsWith("memory limit (50331648) below current usage (62914560)");
        assertThat(status().resources().limits()).containsEntry("memory", "64Mi");
        node.runtime.memoryInUse = 40 << 20;
        node.pass(10);
        assertThat(resizeConditions()).isEmpty();
        assertThat(status().resources().limits()).containsEntry("memory", "48Mi");
    }

    @Test
    void anotherMinikKnowsWhatWasGranted() {
        node.create("p", POD.formatted(""));
        resize("3", "64Mi");
        node.restart(directory);
        Pod pod = node.pod("p");
        assertThat(pod.status().condition("PodResizePending").orElseThrow().reason())
                .isEqualTo("Infeasible");
        assertThat(status().resources().requests()).containsEntry("cpu", "100m");
    }
}
