package io.minik.server.controllers.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.client.DeleteOptions;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StorageProtectionTest {
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void start() {
        cluster.start(new StorageProtection(cluster.context), new VolumeBinder(cluster.context));
    }

    private void claim(String name) {
        cluster.put(Resources.PERSISTENT_VOLUME_CLAIMS, name, tree -> Cluster.claim(Json.child(tree, "spec"), "1Gi")
                .put("storageClassName", "none"));
        cluster.loop.settle();
    }

    private KubeObject pod(String name, String node, String claim) {
        return cluster.put(Resources.PODS, name, tree -> {
            var spec = Json.child(tree, "spec");
            if (!node.isEmpty()) {
                spec.put("nodeName", node);
            }
            spec.putArray("volumes")
                    .addObject()
                    .put("name", "v")
                    .putObject("persistentVolumeClaim")
                    .put("claimName", claim);
        });
    }

    private void delete(Resource resource, ObjectKey key) {
        cluster.context.client().delete(resource, key, DeleteOptions.DEFAULT).onFailure(error -> {
            throw new AssertionError(error);
        });
        cluster.loop.settle();
    }

    private List<KubeObject> claims() {
        return cluster.api.all(Resources.PERSISTENT_VOLUME_CLAIMS);
    }

    @Test
    void aClaimThatAPodUsesStaysUntilThePodIsGone() {
        claim("data");
        assertThat(claims().get(0).meta().finalizers()).containsExactly("kubernetes.io/pvc-protection");
        KubeObject pod = pod("user", "node1", "data");
        cluster.finish(pod, "Succeeded");
        delete(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "data"));
        assertThat(claims()).as("also a pod that has ended uses it").hasSize(1);
        cluster.api.remove(Resources.PODS, pod.key());
        cluster.loop.settle();
        assertThat(claims()).isEmpty();
    }

    @Test
    void theClaimOfAnEphemeralVolumeStaysAsLong() {
        claim("user-scratch");
        KubeObject pod = cluster.put(Resources.PODS, "user", tree -> {
            var volume = Json.child(tree, "spec")
                    .put("nodeName", "node1")
                    .putArray("volumes")
                    .addObject();
            volume.put("name", "scratch").putObject("ephemeral");
        });
        delete(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "user-scratch"));
        assertThat(claims()).hasSize(1);
        cluster.api.remove(Resources.PODS, pod.key());
        cluster.loop.settle();
        assertThat(claims()).isEmpty();
    }

    @Test
    void aPodThatHasNoNodeAndOneOfAnotherNamespaceDoNotHoldIt() {
        claim("data");
        pod("waits", "", "data");
        cluster.api.put(Resources.PODS, KubeObject.named("v1", "Pod", ObjectKey.of("other", "user"), tree -> Json.child(
                        tree, "spec")
                .put("nodeName", "node1")
                .putArray("volumes")
                .addObject()
                .put("name", "v")
                .putObject("persistentVolumeClaim")
                .put("claimName", "data")));
        delete(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "data"));
        assertThat(claims()).isEmpty();
    }

    @Test
    void othersFinalizersStay() {
        cluster.put(Resources.PERSISTENT_VOLUME_CLAIMS, "data", tree -> Json.child(tree, "metadata")
                .putArray("finalizers")
                .add("example.com/mine"));
        cluster.loop.settle();
        delete(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "data"));
        assertThat(claims().get(0).meta().finalizers()).containsExactly("example.com/mine");
    }

    @Test
    void aVolumeStaysWhileItsClaimIsBoundToIt() {
        cluster.put(Resources.PERSISTENT_VOLUMES, "disk", Cluster.volume("1Gi").andThen(tree -> Json.child(tree, "spec")
                .put("storageClassName", "slow")));
        cluster.put(Resources.PERSISTENT_VOLUME_CLAIMS, "data", tree -> Cluster.claim(Json.child(tree, "spec"), "1Gi")
                .put("storageClassName", "slow"));
        cluster.loop.advance(Duration.ofSeconds(1));
        assertThat(cluster.get(Resources.PERSISTENT_VOLUMES, "disk").text("status", "phase"))
                .isEqualTo("Bound");
        assertThat(cluster.get(Resources.PERSISTENT_VOLUMES, "disk").meta().finalizers())
                .containsExactly("kubernetes.io/pv-protection");
        delete(Resources.PERSISTENT_VOLUMES, ObjectKey.cluster("disk"));
        assertThat(cluster.api.all(Resources.PERSISTENT_VOLUMES)).hasSize(1);
        delete(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of("default", "data"));
        cluster.loop.advance(Duration.ofSeconds(1));
        assertThat(cluster.api.all(Resources.PERSISTENT_VOLUMES)).isEmpty();
    }
}
