package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to one pod costs the node as much with a thousand others as with one: their looks are counted, not the time. */
class PodWakeTest {
    private static final String POD = "{'restartPolicy':'Always','containers':[{'name':'%s','image':'busybox:1',"
            + "'resources':{'requests':{'cpu':'1m','memory':'1Mi'}},'ports':[{'containerPort':80,'hostPort':%d}]}]}";

    @TempDir
    Path directory;

    private KubeletHarness crowded(int others) {
        KubeletHarness node =
                new KubeletHarness(directory.resolve(String.valueOf(others)), Map.of("cpu", "4", "memory", "4Gi"));
        node.runtime.registry.add("busybox:1");
        node.start();
        for (int i = 0; i < others; i++) {
            node.create("other-" + i, POD.formatted("other-" + i, 10_000 + i));
        }
        assertThat(node.runtime.running()).as("containers that run").isEqualTo(others);
        return node;
    }

    /** How many pods the kubelet has looked at for each thing that happens to one of them. */
    private Map<String, Integer> looks(int others) {
        KubeletHarness node = crowded(others);
        Map<String, Integer> looks = new LinkedHashMap<>();
        ObjectKey one = ObjectKey.of("default", "one");
        looks.put("it comes", counted(node, () -> node.create("one", POD.formatted("one", 9_000))));
        looks.put("its container ends", counted(node, () -> node.exit("one", 1)));
        looks.put("it is labelled", counted(node, () -> {
            node.api.edit(Resources.PODS, one, tree -> Json.child(Json.child(tree, "metadata"), "labels")
                    .put("a", "b"));
            node.loop.settle();
        }));
        looks.put("somebody wants its logs", counted(node, () -> assertThat(node.kubelet.sandbox(one))
                .isPresent()));
        looks.put("it is deleted", counted(node, () -> node.delete("one", 0)));
        assertThat(node.exists("one")).isFalse();
        looks.put("one is refused", counted(node, () -> node.create("one", POD.formatted("one", 10_000))));
        assertThat(Pod.of(node.api.require(Resources.PODS, one)).status().reason())
                .isEqualTo("NodePorts");
        return looks;
    }

    private static int counted(KubeletHarness node, Runnable change) {
        int before = node.workers.looks();
        change.run();
        return node.workers.looks() - before;
    }

    @Test
    void whatHappensToOnePodIsNoLookAtTheOthers() {
        Map<String, Integer> withOne = looks(1);
        assertThat(withOne.values()).allSatisfy(count -> assertThat(count).isLessThan(12));
        assertThat(looks(100)).isEqualTo(withOne);
        assertThat(looks(1000)).isEqualTo(withOne);
    }

    @Test
    void aPodThatWaitsForRoomIsLookedAtWhenAnotherGivesSomeBack() {
        KubeletHarness node = crowded(100);
        node.create("big", POD.formatted("big", 9_000).replace("'1m'", "'3500m'"));
        node.create("waits", POD.formatted("waits", 9_001));
        node.api.edit(Resources.PODS, ObjectKey.of("default", "waits"), tree -> {
            JsonNode container = Json.items(tree, "spec", "containers").get(0);
            Json.child(Json.child((ObjectNode) container, "resources"), "requests")
                    .put("cpu", "1000m");
        });
        node.loop.settle();
        assertThat(node.pod("waits").status().conditions())
                .anySatisfy(condition -> assertThat(condition.reason()).isEqualTo("Deferred"));
        node.delete("big", 0);
        assertThat(node.pod("waits").status().containerStatuses().get(0).allocated())
                .containsEntry("cpu", "1000m");
    }
}
