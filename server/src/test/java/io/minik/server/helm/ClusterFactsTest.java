package io.minik.server.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.client.ApiClient;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.api.schema.Kinds;
import io.minik.charts.chart.Rendering.Lookup;
import io.minik.charts.template.TemplateException;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** What a chart's templates may have of the cluster. */
class ClusterFactsTest {
    private final Cluster cluster = new Cluster();
    private final Lookup lookup = lookup();

    private Lookup lookup() {
        // Whoever waits for an answer here holds the thread that would bring it: so it is there at once.
        Executor prompt = task -> {
            task.run();
            cluster.loop.settle();
        };
        ClusterFacts facts = new ClusterFacts(new ApiClient(cluster.api, "helm"), prompt, Kinds.builtIn(), "v1.36.4");
        return facts.cluster().lookup();
    }

    private void maps(int from, int count, String text) {
        for (int i = from; i < from + count; i++) {
            cluster.api.put(
                    Resources.CONFIG_MAPS,
                    KubeObject.named("v1", "ConfigMap", ObjectKey.of("shop", "m" + i), tree -> Json.child(tree, "data")
                            .put("text", text)));
        }
    }

    private List<?> listed() {
        return (List<?>) Objects.requireNonNull(
                lookup.lookup("v1", "ConfigMap", "shop", "").get("items"));
    }

    @Test
    void aListIsReadInPagesUntilItsEnd() {
        maps(0, 45, "x");
        assertThat(listed()).hasSize(45);
        assertThat(lookup.lookup("v1", "ConfigMap", "shop", "m7")).containsEntry("data", Map.of("text", "x"));
        assertThat(lookup.lookup("v1", "ConfigMap", "shop", "none")).isEmpty();
        assertThat(lookup.lookup("v1", "Nothing", "shop", "")).isEmpty();
    }

    @Test
    void aListOfLargeObjectsIsNotHeld() {
        maps(0, 4, "x".repeat(1_000_000));
        assertThat(listed()).hasSize(4);
        maps(4, 1, "x".repeat(1_000_000));
        assertThatThrownBy(this::listed)
                .isInstanceOf(TemplateException.class)
                .hasMessage("lookup of ConfigMap shop/: more than " + ClusterFacts.MOST_BYTES
                        + " bytes are there: name the object that is wanted");
    }
}
