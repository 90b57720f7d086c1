package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Static pods by a URL: what the server says, and what it does not say any more. */
class StaticPageTest {
    private static final String WEB = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"terminationGracePeriodSeconds":5,
             "containers":[{"name":"c","image":"busybox:1"}]}}""";
    private static final String TWO = """
            {"apiVersion":"v1","kind":"PodList","items":[
             {"metadata":{"name":"one"},"spec":{"containers":[{"name":"one","image":"busybox:1"}]}},
             {"metadata":{"name":"two"},"spec":{"containers":[{"name":"two","image":"busybox:1"}]}}]}""";

    @TempDir
    Path dir = Path.of("");

    private KubeletHarness node = harness(dir);

    private static KubeletHarness harness(Path dir) {
        KubeletSettings usual = KubeletSettings.DEFAULT;
        return new KubeletHarness(
                dir,
                new KubeletSettings(
                        usual.images(),
                        usual.mostCrashBackOff(),
                        usual.evictionMaxPodGracePeriod(),
                        usual.shutdown(),
                        new KubeletSettings.StaticUrl(
                                Optional.of(URI.create("http://manifests.test/pods")),
                                Map.of("X-Node", List.of("n1")),
                                Duration.ofSeconds(20)),
                        false,
                        List.of()));
    }

    @BeforeEach
    void begin() {
        node = harness(dir);
        node.runtime.registry.add("busybox:1");
    }

    private void serve(String text) {
        node.page = Future.succeededFuture(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatAUrlSaysRunsAndIsShownAtTheApi() {
        serve(WEB);
        node.start();
        assertThat(node.runtime.only("c").running()).isTrue();
        assertThat(node.pod("web-n1").object().annotations()).containsEntry("kubernetes.io/config.source", "http");
        assertThat(node.asked).containsExactly("http://manifests.test/pods {X-Node=[n1]}");
        node.pass(20);
        assertThat(node.asked).as("it is asked again").hasSize(2);
    }

    @Test
    void aListIsManyPods() {
        serve(TWO);
        node.start();
        assertThat(node.runtime.only("one").running()).isTrue();
        assertThat(node.runtime.only("two").running()).isTrue();
    }

    @Test
    void aServerThatIsAwayOrConfusedLeavesPodsAsTheyAre() {
        serve(WEB);
        node.start();
        String id = node.runtime.only("c").id();
        for (String wrong : List.of("", "[]", "{\"kind\":\"Service\",\"apiVersion\":\"v1\"}", "no YAML: : :")) {
            serve(wrong);
            node.pass(20);
            assertThat(node.runtime.only("c").id()).as(wrong).isEqualTo(id);
        }
        node.page = Future.failedFuture("connection refused");
        node.pass(60);
        assertThat(node.runtime.only("c").running()).isTrue();
    }

    @Test
    void anotherTextIsAnotherPodAndAnEmptyListIsNone() {
        serve(WEB);
        node.start();
        String id = node.runtime.only("c").id();
        serve(WEB.replace("\"name\":\"web\"", "\"name\":\"web\",\"labels\":{\"a\":\"b\"}"));
        node.pass(30);
        assertThat(node.runtime.only("c").id()).isNotEqualTo(id);
        assertThat(node.pod("web-n1").labels()).containsEntry("a", "b");
        serve("{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[]}");
        node.pass(30);
        assertThat(node.exists("web-n1")).isFalse();
        assertThat(node.runtime.containers).isEmpty();
    }

    @Test
    void aRestartKeepsPodsThoughTheServerIsAway() {
        serve(WEB);
        node.start();
        String id = node.runtime.only("c").id();
        node.page = Future.failedFuture("connection refused");
        node.restart(dir);
        node.pass(60);
        assertThat(node.runtime.only("c").id()).isEqualTo(id);
        assertThat(node.runtime.only("c").running()).isTrue();
    }
}
