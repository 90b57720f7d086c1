package io.minik.runtime.linux;

import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.NamespaceMode;
import io.minik.runtime.cri.Cri.NamespaceOption;
import io.minik.runtime.cri.Cri.PodSandbox;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxMetadata;
import io.minik.runtime.cri.Cri.PodSandboxState;
import io.minik.runtime.cri.Cri.PodSandboxStatus;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sandbox.Sandboxes.PodOf;
import io.minik.runtime.sandbox.Sandboxes.PodResources;
import io.minik.runtime.sandbox.Sandboxes.Sandbox;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
import io.minik.runtime.sandbox.Sandboxes.Sharing;
import java.util.Optional;

/** Sandboxes in CRI's terms and in the room's. Pure. */
final class PodTerms {
    private PodTerms() {}

    static SandboxConfig config(PodSandboxConfig asked) {
        PodSandboxMetadata pod = asked.metadata();
        NamespaceOption namespaces = asked.linux().namespaceOptions();
        return new SandboxConfig(
                pod.uid() + "-" + pod.attempt(),
                new PodOf(pod.namespace(), pod.name(), pod.uid(), pod.attempt()),
                asked.hostname(),
                new Sharing(
                        namespaces.network() == NamespaceMode.NODE,
                        namespaces.pid() == NamespaceMode.NODE,
                        namespaces.ipc() == NamespaceMode.NODE,
                        namespaces.pid() == NamespaceMode.POD),
                asked.linux().sysctls(),
                asked.linux().cgroupParent(),
                resources(asked.linux().resources()),
                asked.labels(),
                asked.annotations());
    }

    static PodResources resources(LinuxContainerResources asked) {
        return new PodResources(asked.cpuShares(), asked.cpuQuota(), asked.cpuPeriod(), asked.memoryLimitInBytes(), 0);
    }

    static PodSandbox sandbox(Sandbox known) {
        SandboxConfig config = known.config();
        PodOf pod = config.pod();
        return new PodSandbox(
                known.id(),
                new PodSandboxMetadata(pod.name(), pod.uid(), pod.namespace(), pod.attempt()),
                known.state() == Sandboxes.State.READY
                        ? PodSandboxState.SANDBOX_READY
                        : PodSandboxState.SANDBOX_NOTREADY,
                known.createdAtNanos(),
                config.labels(),
                config.annotations());
    }

    static PodSandboxStatus status(Sandbox known) {
        PodResources now = known.config().resources();
        return new PodSandboxStatus(
                sandbox(known),
                known.ips(),
                Optional.of(new LinuxContainerResources(
                        now.cpuPeriodMicros(), now.cpuQuotaMicros(), now.cpuShares(), now.memoryLimitBytes(), 0)));
    }
}
