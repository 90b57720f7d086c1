package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.api.core.Pod;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticPodsTest {
    private static final String WEB = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 5
              containers: [{name: c, image: busybox:1}]
            """;

    @TempDir
    Path dir;

    private KubeletHarness node;
    private long stamp = 1_000;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(dir.resolve("manifests"));
        node = new KubeletHarness(dir);
        node.runtime.registry.add("busybox:1");
    }

    /** Each text has a time of its own, as on a disk whose clock goes on. */
    private void put(String name, String text) throws IOException {
        Path file = dir.resolve("manifests").resolve(name);
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(stamp++)));
    }

    private void look() {
        node.kubelet.staticPodsChanged();
        node.pass(1);
    }

    @Test
    void aManifestIsAPodOfThisNodeAndIsShownAtTheApi() throws IOException {
        put("web.yaml", WEB);
        node.start();
        assertThat(node.runtime.only("c").running()).isTrue();
        Pod mirror = node.pod("web-n1");
        assertThat(mirror.object().annotations())
                .containsEntry("kubernetes.io/config.source", "file")
                .containsEntry(
                        "kubernetes.io/config.mirror",
                        node.runtime.only("c").config().labels().get(ContainerConfigs.POD_UID));
        assertThat(mirror.labels()).containsEntry("app", "web");
        assertThat(mirror.status().phase()).isEqualTo("Running");
        assertThat(Json.at(mirror.object().tree(), "metadata", "ownerReferences")
                        .get(0)
                        .path("kind")
                        .asText())
                .isEqualTo("Node");
        assertThat(mirror.uid())
                .as("the API's own")
                .isNotEqualTo(mirror.object().annotations().get("kubernetes.io/config.mirror"));
    }

    @Test
    void aManifestThatComesLaterRunsAndOneThatGoesEnds() throws IOException {
        node.start();
        put("web.yaml", WEB);
        look();
        String id = node.runtime.only("c").id();
        Files.delete(dir.resolve("manifests/web.yaml"));
        look();
        look();
        assertThat(node.runtime.containers).doesNotContainKey(id);
        assertThat(node.exists("web-n1")).isFalse();
    }

    @Test
    void aChangedManifestRunsOnceTheOldOneIsGone() throws IOException {
        put("web.yaml", WEB);
        node.start();
        String before = node.runtime.only("c").id();
        put("web.yaml", WEB.replace("app: web", "app: other"));
        look();
        assertThat(node.runtime.only("c").id()).isNotEqualTo(before);
        assertThat(node.runtime.containers).as("the old one is gone").hasSize(1);
        assertThat(node.pod("web-n1").labels()).containsEntry("app", "other");
        assertThat(node.pod("web-n1").status().phase()).isEqualTo("Running");
    }

    @Test
    void aMirrorThatIsDeletedComesBackAndNothingIsStopped() throws IOException {
        put("web.yaml", WEB);
        node.start();
        String id = node.runtime.only("c").id();
        String before = node.pod("web-n1").uid();
        node.delete("web-n1", 30);
        node.pass(1);
        assertThat(node.pod("web-n1").uid()).isNotEqualTo(before);
        assertThat(node.pod("web-n1").status().phase()).isEqualTo("Running");
        assertThat(node.runtime.only("c").id()).isEqualTo(id);
    }

    @Test
    void aRestartedMinikTakesItUp() throws IOException {
        put("web.yaml", WEB);
        node.start();
        String id = node.runtime.only("c").id();
        node.restart(dir);
        look();
        assertThat(node.runtime.only("c").id()).isEqualTo(id);
        assertThat(node.runtime.only("c").running()).isTrue();
    }

    @Test
    void aManifestGoneWhileMinikWasAwayIsEndedWithItsMirror() throws IOException {
        put("web.yaml", WEB);
        node.start();
        Files.delete(dir.resolve("manifests/web.yaml"));
        node.restart(dir);
        look();
        assertThat(node.runtime.containers).isEmpty();
        assertThat(node.exists("web-n1")).isFalse();
    }

    @Test
    void aManifestThatBreaksLeavesItsPodAsItWas() throws IOException {
        put("web.yaml", WEB);
        put("other.yaml", "{{{");
        node.start();
        String id = node.runtime.only("c").id();
        put("web.yaml", "kind: [");
        look();
        assertThat(node.runtime.only("c").id()).isEqualTo(id);
        assertThat(node.runtime.only("c").running()).isTrue();
    }

    @Test
    void dotFilesAndFoldersAreNoManifests() throws IOException {
        put(".web.yaml", WEB);
        Files.createDirectories(dir.resolve("manifests/folder.yaml"));
        node.start();
        assertThat(node.runtime.containers).isEmpty();
    }

    // ---- what a manifest may say

    private static KubeObject read(String text) {
        return new StaticManifest("n1")
                .read(
                        StaticManifest.Origin.file(Path.of("/m/web.yaml")),
                        text.getBytes(StandardCharsets.UTF_8),
                        "2026-01-01T00:00:00Z");
    }

    @Test
    void itIsNamedAndDefaultedAsUpstreamDoes() {
        KubeObject pod = read(WEB.replace("spec:", "spec:\n  priorityClassName: system-node-critical"));
        assertThat(pod.name()).isEqualTo("web-n1");
        assertThat(pod.namespace()).isEqualTo("default");
        Pod typed = Pod.of(pod);
        assertThat(typed.spec().nodeName()).isEqualTo("n1");
        assertThat(typed.spec().priority()).isEqualTo(2_000_001_000);
        assertThat(typed.spec().containers().get(0).imagePullPolicy()).isEqualTo("IfNotPresent");
        assertThat(pod.tree().at("/spec/tolerations/0/effect").asText()).isEqualTo("NoExecute");
        assertThat(pod.uid())
                .isEqualTo(read(WEB.replace("spec:", "spec:\n  priorityClassName: system-node-critical"))
                        .uid());
        assertThat(pod.uid())
                .as("another text is another pod")
                .isNotEqualTo(read(WEB).uid());
    }

    @Test
    void whatIsWrongOrOfTheApiIsRefusedByName() {
        refused("is no Pod", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
        refused("unknown field \"spec.nonsense\"", WEB + "  nonsense: 1\n");
        refused("spec.containers", WEB.replace("[{name: c, image: busybox:1}]", "[]"));
        for (String[] each : new String[][] {
            {"secrets", "volumes: [{name: v, secret: {secretName: s}}]"},
            {"configmaps", "volumes: [{name: v, projected: {sources: [{configMap: {name: s}}]}}]"},
            {"serviceaccounts", "volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}]"},
            {"persistentvolumeclaims", "volumes: [{name: v, persistentVolumeClaim: {claimName: s}}]"},
            {"serviceaccounts", "serviceAccountName: s"},
            {"secrets", "imagePullSecrets: [{name: s}]"},
            {"resourceclaims", "resourceClaims: [{name: r, resourceClaimName: s}]"},
        }) {
            refused("static pods may not reference " + each[0], WEB + "  " + each[1] + "\n");
        }
        for (String env : new String[] {
            "envFrom: [{secretRef: {name: s}}]", "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]",
        }) {
            refused(
                    "static pods may not reference secrets",
                    WEB.replace("image: busybox:1", "image: busybox:1, " + env));
        }
    }

    private static void refused(String why, String text) {
        assertThatThrownBy(() -> read(text)).as(text).hasMessageContaining(why);
    }
}
