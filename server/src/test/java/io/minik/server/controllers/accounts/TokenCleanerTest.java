package io.minik.server.controllers.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenCleanerTest {
    private final Cluster cluster = new Cluster();

    private void token(String namespace, String type, String name, String expiration) {
        cluster.api.put(Resources.SECRETS, KubeObject.named("v1", "Secret", ObjectKey.of(namespace, name), tree -> {
            tree.put("type", type);
            Json.child(tree, "data")
                    .put("expiration", Base64.getEncoder().encodeToString(expiration.getBytes(StandardCharsets.UTF_8)));
        }));
    }

    private List<String> names() {
        return cluster.api.all(Resources.SECRETS).stream().map(KubeObject::name).toList();
    }

    @Test
    void bootstrapTokensGoWhenTheirTimeIsOver() {
        String type = "bootstrap.kubernetes.io/token";
        token("kube-system", type, "old", "2025-12-31T23:59:59Z");
        token("kube-system", type, "soon", "2026-01-01T02:01:00+02:00");
        token("kube-system", type, "broken", "tomorrow");
        token("kube-system", type, "eternal", "");
        token("kube-system", "Opaque", "opaque", "2025-12-31T23:59:59Z");
        token("default", type, "elsewhere", "2025-12-31T23:59:59Z");
        cluster.start(new TokenCleaner(cluster.context));
        assertThat(names()).containsExactly("elsewhere", "eternal", "opaque", "soon");
        cluster.loop.advance(Duration.ofSeconds(59));
        assertThat(names()).contains("soon");
        cluster.loop.advance(Duration.ofSeconds(2));
        assertThat(names()).containsExactly("elsewhere", "eternal", "opaque");
        assertThat(cluster.loop.timers()).isZero();
    }
}
