package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import io.minik.api.core.PodNetwork;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import java.util.Map;

/** From a pod, and which ids its users are, to what the runtime is told of its sandbox. Pure: asked again it says the same. */
final class SandboxConfigs {
    private SandboxConfigs() {}

    static Cri.PodSandboxConfig of(Pod pod, int attempt, KubeletConfig node, CriParts.UserNamespace users) {
        return new Cri.PodSandboxConfig(
                new Cri.PodSandboxMetadata(pod.name(), pod.uid(), pod.namespace(), attempt),
                hostname(pod, node),
                node.podLogDir(pod.namespace(), pod.name(), pod.uid()),
                ContainerConfigs.labels(pod, ""),
                Map.of(ContainerConfigs.GRACE, Long.toString(pod.spec().terminationGracePeriodSeconds())),
                new Cri.LinuxPodSandboxConfig(
                        ResourceLimits.cgroupParent(node.cgroupRoot(), pod),
                        namespaces(pod, users),
                        pod.spec().everyContainer().anyMatch(container -> container
                                .securityContext()
                                .privileged()),
                        pod.spec().securityContext().sysctls(),
                        ResourceLimits.ofPod(pod)));
    }

    static String hostname(Pod pod, KubeletConfig node) {
        return PodFiles.hostname(pod, node.clusterDomain(), node.nodeName());
    }

    private static Cri.NamespaceOption namespaces(Pod pod, CriParts.UserNamespace users) {
        PodNetwork network = pod.spec().network();
        Cri.NamespaceMode own =
                pod.spec().shareProcessNamespace() ? Cri.NamespaceMode.POD : Cri.NamespaceMode.CONTAINER;
        return new Cri.NamespaceOption(
                nodeOrPod(network.hostNetwork()),
                network.hostPid() ? Cri.NamespaceMode.NODE : own,
                nodeOrPod(network.hostIpc()),
                "",
                users);
    }

    private static Cri.NamespaceMode nodeOrPod(boolean node) {
        return node ? Cri.NamespaceMode.NODE : Cri.NamespaceMode.POD;
    }
}
