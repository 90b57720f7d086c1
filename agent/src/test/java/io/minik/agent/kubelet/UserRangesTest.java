package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts.IdMapping;
import io.minik.runtime.cri.CriParts.UserNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserRangesTest {
    private static final String OWN = "{'hostUsers':false,'containers':[{'name':'c','image':'busybox:1'}]}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private KubeletHarness node;

    @BeforeEach
    void start() {
        node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
    }

    private static UserNamespace range(long number) {
        List<IdMapping> ids = List.of(new IdMapping(0, number << 16, 1 << 16));
        return new UserNamespace(Cri.NamespaceMode.POD, ids, ids);
    }

    private UserNamespace users(String name) {
        String uid = node.pod(name).uid();
        return node.runtime.sandboxes.values().stream()
                .filter(pod -> pod.config().metadata().uid().equals(uid))
                .reduce((older, newer) -> newer)
                .orElseThrow()
                .config()
                .linux()
                .namespaceOptions()
                .users();
    }

    @Test
    void eachPodHasARangeOfItsOwnAndOthersTheNodesUsers() {
        node.create("a", OWN);
        node.create("b", OWN);
        node.create("c", OWN.replace("'hostUsers':false,", ""));
        assertThat(users("a")).isEqualTo(range(1));
        assertThat(users("b")).isEqualTo(range(2));
        assertThat(users("c")).isEqualTo(UserNamespace.NODE);
        assertThat(node.pod("a").status().phase()).isEqualTo("Running");
    }

    @Test
    void aPodThatIsGoneGivesItsRangeBack() {
        node.create("a", OWN);
        node.create("b", OWN);
        node.delete("a", 0);
        node.create("c", OWN);
        assertThat(users("c")).isEqualTo(range(1));
    }

    @Test
    void aRestartKnowsWhoHasWhat() {
        node.create("a", OWN);
        node.create("b", OWN);
        node.delete("a", 0);
        node.restart(directory);
        node.create("c", OWN);
        node.create("d", OWN);
        assertThat(users("c")).isEqualTo(range(1));
        assertThat(users("d")).isEqualTo(range(3));
    }

    @Test
    void aPodKeepsItsRangeInItsNextSandbox() {
        node.create("a", OWN);
        node.create("b", OWN);
        node.runtime.diesAlone(node.pod("b").uid() + "-0");
        node.restart(directory);
        node.pass(60);
        assertThat(node.runtime.sandboxes.keySet())
                .anyMatch(id -> id.equals(node.pod("b").uid() + "-1"));
        assertThat(users("b")).isEqualTo(range(2));
    }

    @Test
    void rangesThatOthersGaveOutAreLeftToThem() {
        List<IdMapping> odd = List.of(new IdMapping(0, 100_000, 100_000));
        Cri.PodSandboxConfig foreign = new Cri.PodSandboxConfig(
                new Cri.PodSandboxMetadata("x", "x", "y", 0),
                "x",
                directory,
                Map.of(Cri.CLIENTS, ""),
                Map.of(),
                new Cri.LinuxPodSandboxConfig(
                        "cri",
                        new Cri.NamespaceOption(
                                Cri.NamespaceMode.POD,
                                Cri.NamespaceMode.CONTAINER,
                                Cri.NamespaceMode.POD,
                                "",
                                new UserNamespace(Cri.NamespaceMode.POD, odd, odd)),
                        false,
                        Map.of(),
                        Cri.LinuxContainerResources.NONE));
        node.runtime.runPodSandbox(foreign);
        node.create("a", OWN);
        assertThat(users("a")).isEqualTo(range(4));
    }

    @Test
    void whatIsMountedIsMappedIntoThePodsUsersAlone() {
        node.create("a", OWN);
        assertThat(node.runtime.only("c").config().mounts()).isNotEmpty().allMatch(Cri.Mount::mapped);
        node.delete("a", 0);
        node.create("b", OWN.replace("'hostUsers':false,", ""));
        assertThat(node.runtime.only("c").config().mounts()).isNotEmpty().noneMatch(Cri.Mount::mapped);
    }

    @Test
    void anImageIsShownByTheRuntimeWhichCanMapIt() {
        node.runtime.registry.add("data:1");
        node.create(
                "a",
                "{'hostUsers':false,'containers':[{'name':'c','image':'busybox:1','volumeMounts':[{'name':'v','mountPath':'/v',"
                        + "'subPath':'etc'}]}],'volumes':[{'name':'v','image':{'reference':'data:1'}}]}");
        assertThat(node.runtime.only("c").config().mounts())
                .filteredOn(mount -> mount.containerPath().equals("/v"))
                .singleElement()
                .satisfies(mount ->
                        assertThat(mount.image().orElseThrow().subPath()).isEqualTo("etc"))
                .matches(Cri.Mount::readonly);
        assertThat(node.imageVolumes).isEmpty();
    }
}
