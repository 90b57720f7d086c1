package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.core.ContainerState;
import io.minik.api.core.Pod;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.FakeContainer;
import io.minik.runtime.cri.FakeCri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pod may take of the disk, and the volumes that an image brings. */
class PodStorageTest {
    private static final long MEBI = 1 << 20;

    @TempDir
    Path directory;

    private KubeletHarness node;

    @BeforeEach
    void start() {
        node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
    }

    private static String pod(String limit, String volume, String more) {
        return "{'restartPolicy':'Always','terminationGracePeriodSeconds':30,'containers':[{'name':'c','image':'busybox:1'"
                + (limit.isEmpty() ? "" : ",'resources':{'limits':{'ephemeral-storage':'" + limit + "'}}")
                + ",'volumeMounts':[{'name':'v','mountPath':'/v'}]}],'volumes':[{'name':'v','emptyDir':{" + volume
                + "}}]"
                + more + "}";
    }

    private void expectEvicted(String message) {
        node.pass(10);
        Pod pod = node.pod("p");
        assertThat(pod.status().phase()).isEqualTo("Failed");
        assertThat(pod.status().reason()).isEqualTo("Evicted");
        assertThat(pod.status().message()).isEqualTo(message);
        assertThat(node.events()).contains("Evicted: " + message);
        assertThat(pod.status().containerStatuses().get(0).state()).isInstanceOf(ContainerState.Terminated.class);
        node.pass(3600);
        assertThat(node.loop.timers()).as("nobody is left to be looked at").isZero();
    }

    @Test
    void anEmptyDirOverItsLimitEndsThePod() {
        node.create("p", pod("", "'sizeLimit':'1Mi'", ""));
        node.usedBytes.put("v", MEBI);
        node.pass(60);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
        node.usedBytes.put("v", MEBI + 1);
        expectEvicted("Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ");
    }

    @Test
    void allThatAPodWritesCountsAgainstItsContainersLimits() {
        node.create("p", pod("8Mi", "", ""));
        node.usedBytes.put("v", 5 * MEBI);
        node.runtime.diskInUse = 3 * MEBI;
        node.pass(60);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
        node.runtime.diskInUse = 3 * MEBI + 1;
        expectEvicted("Pod ephemeral local storage usage exceeds the total limit of containers 8Mi. ");
    }

    @Test
    void aContainerOverItsOwnLimitEndsThePodThoughAnotherHasRoom() {
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1','resources':{'limits':{'ephemeral-storage':'1Mi'}}},"
                        + "{'name':'d','image':'busybox:1','resources':{'limits':{'ephemeral-storage':'1Gi'}}}]}");
        node.runtime.diskInUse = 2 * MEBI;
        expectEvicted("Container c exceeded its local ephemeral storage limit \"1Mi\". ");
    }

    @Test
    void logsCountToo() throws IOException {
        node.create("p", pod("1Mi", "", ""));
        Path log = node.runtime.only("c").logPath();
        Files.createDirectories(log.getParent());
        Files.write(log, new byte[(int) MEBI]);
        Files.write(log.resolveSibling(log.getFileName() + ".1"), new byte[1]);
        expectEvicted("Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ");
    }

    @Test
    void criticalPodsAndPodsWithoutLimitsAreLeftAlone() {
        node.create("p", pod("1Mi", "'sizeLimit':'1Mi'", ",'priority':2000000000"));
        node.create("q", pod("", "", ""));
        node.usedBytes.put("v", 1L << 40);
        node.runtime.diskInUse = 1L << 40;
        assertThat(node.loop.timers()).isZero();
        node.pass(3600);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
        assertThat(node.pod("q").status().phase()).isEqualTo("Running");
    }

    @Test
    void whatTheImageDeclaresIsAVolumeWithItsContentUntilTheContainerGoes() throws IOException {
        node.runtime.local.put(
                "busybox:1",
                FakeCri.FakeImage.of("busybox:1", List.of("/var/lib/db/", "/v", "data", "/", "/v/deep"), ""));
        Pod pod = node.create("p", pod("", "", ""));
        Cri.ContainerConfig config = node.runtime.only("c").config();
        Path home = directory.resolve("kubelet/pods").resolve(pod.uid()).resolve("containers/c/0.volumes");
        assertThat(node.filled)
                .containsExactly("/data[sha256:layer]", "/v/deep[sha256:layer]", "/var/lib/db[sha256:layer]");
        assertThat(config.mounts().stream().map(Cri.Mount::containerPath))
                .contains("/data", "/var/lib/db")
                .containsSubsequence("/v", "/v/deep");
        assertThat(config.mounts().stream().filter(m -> m.containerPath().equals("/v")))
                .as("the pod's own stays")
                .singleElement()
                .satisfies(mount -> assertThat(mount.hostPath()).isEqualTo(Path.of("/volumes/v")));
        assertThat(config.mounts().stream().filter(m -> m.containerPath().equals("/data")))
                .allMatch(mount -> mount.hostPath().equals(home.resolve("v0")) && !mount.readonly());
        Files.createDirectories(home.resolve("v0"));
        for (int i = 0; i < 3; i++) {
            node.runtime.exit(
                    node.runtime.containers.values().stream()
                            .filter(FakeContainer::running)
                            .findFirst()
                            .orElseThrow()
                            .id(),
                    1);
            node.loop.settle();
            node.pass(400);
        }
        assertThat(home).as("gone with the container").doesNotExist();
    }
}
