package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.kubelet.KubeletSettings.Group;
import io.minik.agent.kubelet.KubeletSettings.Shutdown;
import io.minik.api.core.PodStatus;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine goes down: who ends when, and what is said of it. */
class NodeShutdownTest {
    private static final int CRITICAL = 2_000_000_000;

    @TempDir
    Path dir = Path.of("");

    private KubeletHarness node(Shutdown shutdown) {
        KubeletSettings usual = KubeletSettings.DEFAULT;
        KubeletHarness node = new KubeletHarness(
                dir,
                new KubeletSettings(
                        usual.images(),
                        usual.mostCrashBackOff(),
                        usual.evictionMaxPodGracePeriod(),
                        shutdown,
                        usual.staticUrl(),
                        false,
                        List.of()));
        node.runtime.registry.add("busybox:1");
        return node.start();
    }

    private static void pod(KubeletHarness node, String name, int priority) {
        node.create(name, "{'priority':" + priority + ",'containers':[{'name':'c-" + name + "','image':'busybox:1'}]}");
    }

    private static PodStatus status(KubeletHarness node, String name) {
        return node.pod(name).status();
    }

    @Test
    void ordinaryPodsEndBeforeCriticalOnesAndSayWhy() {
        KubeletHarness node = node(Shutdown.of(Duration.ofSeconds(30), Duration.ofSeconds(10)));
        pod(node, "web", 0);
        pod(node, "dns", CRITICAL);
        Future<Void> down = node.kubelet.shutDown();
        node.loop.settle();
        assertThat(status(node, "web").reason()).isEqualTo("Terminated");
        assertThat(status(node, "web").message())
                .isEqualTo("Pod was terminated in response to imminent node shutdown.");
        assertThat(node.runtime.only("c-dns").running())
                .as("its turn has not come")
                .isTrue();
        node.pass(21);
        assertThat(node.runtime.only("c-dns").running()).isFalse();
        assertThat(down.succeeded()).isTrue();
        assertThat(status(node, "dns").phase()).isEqualTo("Failed");
        assertThat(status(node, "dns").condition("DisruptionTarget")).hasValueSatisfying(target -> {
            assertThat(target.isTrue()).isTrue();
            assertThat(target.reason()).isEqualTo("TerminationByKubelet");
        });
    }

    @Test
    void nothingNewBegins() {
        KubeletHarness node = node(Shutdown.of(Duration.ofSeconds(30), Duration.ofSeconds(10)));
        assertThat(node.kubelet.shutDown().succeeded()).isFalse();
        node.loop.settle();
        pod(node, "late", 0);
        assertThat(status(node, "late").phase()).isEqualTo("Failed");
        assertThat(status(node, "late").reason()).isEqualTo("NodeShutdown");
        assertThat(status(node, "late").message())
                .isEqualTo("Pod was rejected: Pod was rejected as the node is shutting down.");
        assertThat(status(node, "late").condition("DisruptionTarget"))
                .as("it never ran")
                .isEmpty();
    }

    @Test
    void withoutSettingsPodsAreLeftAlone() {
        KubeletHarness node = node(Shutdown.NONE);
        pod(node, "web", 0);
        Future<Void> down = node.kubelet.shutDown();
        node.loop.settle();
        assertThat(down.succeeded()).isTrue();
        assertThat(node.runtime.only("c-web").running()).isTrue();
    }

    @Test
    void aPodBelongsToTheHighestGroupThatIsNotAboveIt() {
        Group low = new Group(1000, Duration.ofSeconds(20));
        Group middle = new Group(10_000, Duration.ofSeconds(10));
        Group high = new Group(100_000, Duration.ofSeconds(5));
        Shutdown shutdown = new Shutdown(List.of(high, low, middle));
        assertThat(shutdown.of(0)).isEqualTo(low);
        assertThat(shutdown.of(9_999)).isEqualTo(low);
        assertThat(shutdown.of(10_000)).isEqualTo(middle);
        assertThat(shutdown.of(CRITICAL)).isEqualTo(high);
        assertThat(shutdown.whole()).isEqualTo(Duration.ofSeconds(35));
    }
}
