package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.runtime.cri.CriParts;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSecurityTest {
    private static final String POD = "{%s'containers':[{'name':'c','image':'busybox:1'}]}";

    @TempDir
    Path directory;

    private KubeletHarness node;

    @BeforeEach
    void start() {
        node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
    }

    private Pod refused(String name) {
        Pod pod = node.pod(name);
        assertThat(pod.status().phase()).isEqualTo("Failed");
        assertThat(node.runtime.containers).isEmpty();
        return pod;
    }

    @Test
    void aPodOfAnotherSystemIsRefused() {
        node.create("p", POD.formatted("'os':{'name':'windows'},"));
        assertThat(refused("p").status().reason()).isEqualTo("PodOSNotSupported");
        assertThat(refused("p").status().message())
                .isEqualTo("Pod was rejected: Failed to admit pod as the OS field doesn't match node OS");
    }

    @Test
    void aPodOfThisSystemRuns() {
        node.create("p", POD.formatted("'os':{'name':'linux'},"));
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }

    @Test
    void aSysctlThatIsNotSafeIsRefused() {
        node.create("p", POD.formatted("'securityContext':{'sysctls':[{'name':'kernel.msgmax','value':'1'}]},"));
        assertThat(refused("p").status().reason()).isEqualTo("SysctlForbidden");
        assertThat(refused("p").status().message())
                .isEqualTo("Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted");
    }

    @Test
    void aNetworkSysctlIsRefusedOnTheHostsNetwork() {
        node.create(
                "p",
                POD.formatted(
                        "'hostNetwork':true,'securityContext':{'sysctls':[{'name':'net/ipv4/tcp_syncookies','value':'1'}]},"));
        assertThat(refused("p").status().message()).endsWith("not allowed with host net enabled");
    }

    @Test
    void aSafeSysctlReachesTheSandbox() {
        node.create(
                "p", POD.formatted("'securityContext':{'sysctls':[{'name':'kernel.shm_rmid_forced','value':'1'}]},"));
        assertThat(node.runtime.sandboxes.values())
                .allMatch(s -> s.config().linux().sysctls().containsKey("kernel.shm_rmid_forced"))
                .isNotEmpty();
    }

    @Test
    void anAppArmorProfileIsRefusedRatherThanPassedOver() {
        node.create(
                "p",
                POD.formatted("'securityContext':{'appArmorProfile':{'type':'Localhost','localhostProfile':'x'}},"));
        assertThat(refused("p").status().reason()).isEqualTo("AppArmor");
    }

    @Test
    void aUserNamespaceIsNotPassedOver() {
        node.runtime.features = new CriParts.RuntimeHandlerFeatures(true, false);
        node.create("p", POD.formatted("'hostUsers':false,"));
        assertThat(node.runtime.sandboxes).isEmpty();
        assertThat(node.events())
                .anyMatch(e ->
                        e.startsWith("FailedCreatePodSandBox: ") && e.contains("does not support user namespaces"));
    }

    /** Who names the node himself passes the scheduler by, which would have kept the pod waiting. */
    @Test
    void devicesThatNobodyGivesOutAreNotPassedOver() {
        node.create("p", POD.formatted("'resourceClaims':[{'name':'gpu','resourceClaimName':'x'}],"));
        assertThat(node.runtime.sandboxes).isEmpty();
        assertThat(node.events())
                .contains(
                        "FailedCreatePodSandBox: Failed to create pod sandbox: resource claim \"gpu\" cannot be prepared:"
                                + " this node gives out no devices");
    }

    @Test
    void aHandlerThatIsNotHereIsNamed() {
        node.api.put(
                Resources.RUNTIME_CLASSES,
                KubeObject.named(
                        "node.k8s.io/v1",
                        "RuntimeClass",
                        ObjectKey.cluster("vm"),
                        tree -> tree.put("handler", "kata")));
        node.create("p", POD.formatted("'runtimeClassName':'vm',"));
        assertThat(node.runtime.sandboxes).isEmpty();
        assertThat(node.events())
                .contains(
                        "FailedCreatePodSandBox: Failed to create pod sandbox: no runtime for \"kata\" is configured");
    }

    @Test
    void aPodWithABlockDeviceIsRefusedRatherThanRunWithoutIt() {
        for (String list : new String[] {"containers", "initContainers"}) {
            String name = list.toLowerCase(Locale.ROOT);
            String device = "'volumeDevices':[{'name':'v','devicePath':'/dev/xvda'}]";
            node.create(
                    name,
                    "{'" + list + "':[{'name':'d','image':'busybox:1'," + device + "}]"
                            + (list.equals("containers") ? "" : ",'containers':[{'name':'c','image':'busybox:1'}]")
                            + ",'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'raw'}}]}");
            assertThat(refused(name).status().reason()).isEqualTo("VolumeDevicesNotSupported");
            assertThat(node.pod(name).status().message())
                    .isEqualTo("Pod was rejected: Cannot map block devices: volumeDevices of container \"d\" are not"
                            + " supported by this node");
        }
    }
}
