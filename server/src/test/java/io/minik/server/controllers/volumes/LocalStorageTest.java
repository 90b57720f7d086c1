package io.minik.server.controllers.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.ApiCall.Verb;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.server.controllers.Cluster;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalStorageTest {
    private final Cluster cluster = new Cluster();
    private final Set<String> directories = new TreeSet<>();
    private boolean away;

    private final class Nodes implements NodeVolumes {
        @Override
        public Future<String> make(String node, String name) {
            if (away) {
                return Future.failedFuture("the node is away");
            }
            directories.add(node + "/" + name);
            return Future.succeededFuture("/data/" + name);
        }

        @Override
        public Future<Void> remove(String node, String name) {
            if (away) {
                return Future.failedFuture("the node is away");
            }
            directories.remove(node + "/" + name);
            return Future.succeededFuture();
        }
    }

    @BeforeEach
    void start() {
        cluster.start(
                new VolumeBinder(cluster.context),
                new StorageProtection(cluster.context),
                LocalStorageClass.of(cluster.context, true),
                new LocalProvisioner(cluster.context, new Nodes()),
                new EphemeralVolumes(cluster.context));
        cluster.put(Resources.NODES, "n1", tree -> Json.child(Json.child(tree, "metadata"), "labels")
                .put("kubernetes.io/hostname", "n1"));
        cluster.loop.settle();
    }

    private void claim(String name, Consumer<ObjectNode> spec) {
        cluster.put(Resources.PERSISTENT_VOLUME_CLAIMS, name, tree -> {
            spec.accept(Cluster.claim(Json.child(tree, "spec"), "1Gi").put("storageClassName", "local-path"));
        });
        cluster.loop.settle();
    }

    private void select(String claim, String node) {
        cluster.edit(Resources.PERSISTENT_VOLUME_CLAIMS, claim, tree -> Json.child(
                        Json.child(tree, "metadata"), "annotations")
                .put("volume.kubernetes.io/selected-node", node));
        cluster.loop.advance(Duration.ofSeconds(5));
    }

    private String phase(String claim) {
        return cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, claim).text("status", "phase");
    }

    private void delete(String claim) {
        cluster.api.remove(Resources.PERSISTENT_VOLUME_CLAIMS, ObjectKey.of(Cluster.NAMESPACE, claim));
        cluster.loop.advance(Duration.ofSeconds(5));
    }

    @Test
    void aClaimGetsADirectoryOnceItsNodeIsChosenAndTheDirectoryGoesWithIt() {
        claim("data", spec -> {});
        assertThat(phase("data")).isEqualTo("Pending");
        assertThat(cluster.events("WaitForFirstConsumer")).hasSize(1);
        assertThat(directories).isEmpty();
        select("data", "n1");
        assertThat(phase("data")).isEqualTo("Bound");
        String uid = cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data").uid();
        assertThat(directories).containsExactly("n1/pvc-" + uid + "_default_data");
        assertThat(cluster.events("ProvisioningSucceeded"))
                .containsExactly("Successfully provisioned volume pvc-" + uid);
        var volume = cluster.get(Resources.PERSISTENT_VOLUMES, "pvc-" + uid);
        assertThat(volume.text("spec", "persistentVolumeReclaimPolicy")).isEqualTo("Delete");
        delete("data");
        assertThat(directories).isEmpty();
        assertThat(cluster.api.all(Resources.PERSISTENT_VOLUMES)).isEmpty();
    }

    @Test
    void aVolumeThatIsToBeRetainedStaysWithWhatIsInIt() {
        claim("data", spec -> {});
        select("data", "n1");
        String name = cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data").text("spec", "volumeName");
        cluster.edit(Resources.PERSISTENT_VOLUMES, name, tree -> Json.child(tree, "spec")
                .put("persistentVolumeReclaimPolicy", "Retain"));
        delete("data");
        assertThat(directories).hasSize(1);
        assertThat(cluster.get(Resources.PERSISTENT_VOLUMES, name).text("status", "phase"))
                .isEqualTo("Released");
    }

    @Test
    void aNodeThatIsAwayIsAskedAgainAndAPieceThatACrashBrokeOffIsFoundAgain() {
        away = true;
        claim("data", spec -> {});
        select("data", "n1");
        assertThat(cluster.events("ProvisioningFailed")).anyMatch(message -> message.contains("the node is away"));
        away = false;
        List<String> failed = new ArrayList<>();
        cluster.api.failing(call -> {
            boolean first = failed.isEmpty()
                    && call.verb() == Verb.CREATE
                    && call.resource().equals(Resources.PERSISTENT_VOLUMES);
            if (first) {
                failed.add("once");
            }
            return first
                    ? Optional.of(ApiException.of(Reason.ServiceUnavailable, "gone", Details.NONE))
                    : Optional.empty();
        });
        cluster.loop.advance(Duration.ofMinutes(5));
        assertThat(failed).hasSize(1);
        assertThat(phase("data")).isEqualTo("Bound");
        assertThat(directories).hasSize(1);
    }

    @Test
    void whatADirectoryCanNotBeIsToldInItsName() {
        claim("many", spec -> spec.putArray("accessModes").add("ReadWriteMany"));
        select("many", "n1");
        claim("block", spec -> spec.put("volumeMode", "Block"));
        select("block", "n1");
        claim("copy", spec -> spec.putObject("dataSource")
                .put("kind", "PersistentVolumeClaim")
                .put("name", "other"));
        select("copy", "n1");
        assertThat(directories).isEmpty();
        assertThat(cluster.events("ProvisioningFailed"))
                .anyMatch(message -> message.contains("not ReadWriteMany"))
                .anyMatch(message -> message.contains("volumeMode Block is not supported"))
                .anyMatch(message -> message.contains("dataSource is not supported"));
    }

    @Test
    void aNodeThatIsGoneIsChosenAgain() {
        claim("data", spec -> {});
        select("data", "gone");
        assertThat(cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data").annotations())
                .doesNotContainKey("volume.kubernetes.io/selected-node");
        select("data", "n1");
        assertThat(phase("data")).isEqualTo("Bound");
    }

    @Test
    void aClaimGrows() {
        claim("data", spec -> {});
        select("data", "n1");
        cluster.edit(
                Resources.PERSISTENT_VOLUME_CLAIMS, "data", tree -> ((ObjectNode) tree.at("/spec/resources/requests"))
                        .put("storage", "3Gi"));
        cluster.loop.advance(Duration.ofSeconds(5));
        assertThat(cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "data").text("status", "capacity", "storage"))
                .isEqualTo("3Gi");
    }

    @Test
    void aClaimWithoutAClassGetsTheDefaultOneThatCameLater() {
        cluster.api.remove(Resources.STORAGE_CLASSES, ObjectKey.cluster("local-path"));
        claim("data", spec -> spec.remove("storageClassName"));
        assertThat(cluster.events("FailedBinding")).hasSize(1);
        cluster.put(Resources.STORAGE_CLASSES, "late", tree -> {
            Json.child(Json.child(tree, "metadata"), "annotations")
                    .put("storageclass.kubernetes.io/is-default-class", "true");
            tree.put("provisioner", LocalProvisioner.NAME).put("volumeBindingMode", "WaitForFirstConsumer");
        });
        select("data", "n1");
        assertThat(phase("data")).isEqualTo("Bound");
    }

    @Test
    void aVolumeMadeByHandThatIsToBeDeletedFailsAndSaysWhy() {
        cluster.put(Resources.PERSISTENT_VOLUMES, "hand", tree -> {
            ObjectNode spec = Json.child(tree, "spec").put("persistentVolumeReclaimPolicy", "Delete");
            spec.putObject("claimRef")
                    .put("namespace", "default")
                    .put("name", "gone")
                    .put("uid", "u");
        });
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PERSISTENT_VOLUMES, "hand").text("status", "phase"))
                .isEqualTo("Failed");
        assertThat(cluster.events("VolumeFailedDelete")).hasSize(1);
    }

    @Test
    void anEphemeralVolumesClaimIsThePodsOwn() {
        cluster.put(Resources.PERSISTENT_VOLUME_CLAIMS, "mine-taken", tree -> Json.child(tree, "spec")
                .put("storageClassName", ""));
        cluster.put(Resources.PODS, "mine", tree -> {
            var volumes = Json.child(tree, "spec").putArray("volumes");
            for (String name : List.of("scratch", "taken")) {
                ObjectNode template =
                        Json.child(volumes.addObject().put("name", name).putObject("ephemeral"), "volumeClaimTemplate");
                Cluster.claim(template.putObject("spec"), "1Gi").put("storageClassName", "local-path");
            }
        });
        cluster.loop.settle();
        assertThat(cluster.get(Resources.PERSISTENT_VOLUME_CLAIMS, "mine-scratch")
                        .meta()
                        .controller()
                        .orElseThrow()
                        .name())
                .isEqualTo("mine");
        assertThat(cluster.events("ClaimNotOwned"))
                .singleElement()
                .asString()
                .contains("default/mine-taken was not created");
    }

    @Test
    void switchedOffItsClassGoes() {
        assertThat(cluster.api.all(Resources.STORAGE_CLASSES)).hasSize(1);
        cluster.start(LocalStorageClass.of(cluster.context, false));
        cluster.loop.settle();
        assertThat(cluster.api.all(Resources.STORAGE_CLASSES)).isEmpty();
    }
}
