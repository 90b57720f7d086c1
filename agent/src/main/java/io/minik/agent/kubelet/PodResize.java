package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.runtime.cri.Cri;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;

/**
 * Gives running containers other limits. The pod's own group stands around theirs: its limits are lifted while containers
 * change, and set when all of them have what they were granted. Memory that is in use is not taken away: the kernel would
 * kill for it.
 */
final class PodResize {
    private final ContainerStart.Node node;
    private final Pod granted;
    private final Optional<Cri.PodSandboxStatus> sandbox;

    PodResize(ContainerStart.Node node, Pod granted, Optional<Cri.PodSandboxStatus> sandbox) {
        this.node = node;
        this.granted = granted;
        this.sandbox = sandbox;
    }

    /** Whether the pod's group has other limits than what was granted asks for. */
    static boolean outdated(Pod granted, Optional<Cri.PodSandboxStatus> sandbox) {
        return sandbox.flatMap(Cri.PodSandboxStatus::resources)
                .filter(now -> !now.equals(ResourceLimits.ofPod(granted)))
                .isPresent();
    }

    /** @param containers granted specs by id; none: only the pod's group is left to do */
    Future<Void> run(Map<String, Container> containers) {
        if (containers.isEmpty()) {
            return update(ResourceLimits.ofPod(granted));
        }
        Future<Void> done = Future.succeededFuture();
        for (Map.Entry<String, Container> change : containers.entrySet()) {
            done = done.compose(ignored -> check(change.getKey(), change.getValue()));
        }
        done = done.compose(ignored -> lift());
        for (Map.Entry<String, Container> change : containers.entrySet()) {
            done = done.compose(ignored -> node.runtime()
                    .updateContainerResources(
                            change.getKey(), limits(change.getValue()), Grants.annotation(change.getValue())));
        }
        return done;
    }

    /** Before a container starts with more than the pod's group may give it. */
    Future<Void> makeRoom() {
        return outdated(granted, sandbox) ? lift() : Future.succeededFuture();
    }

    private Future<Void> lift() {
        Cri.LinuxContainerResources wanted = ResourceLimits.ofPod(granted);
        return update(
                new Cri.LinuxContainerResources(wanted.cpuPeriod(), -1, wanted.cpuShares(), -1, wanted.oomScoreAdj()));
    }

    private Future<Void> update(Cri.LinuxContainerResources resources) {
        return sandbox.isEmpty()
                ? Future.failedFuture(new IllegalStateException("the pod's sandbox is gone"))
                : node.runtime().updatePodSandboxResources(sandbox.get().id(), resources);
    }

    private Cri.LinuxContainerResources limits(Container container) {
        return ResourceLimits.of(granted, container, node.config().nodeMemoryBytes());
    }

    private Future<Void> check(String id, Container container) {
        Cri.LinuxContainerResources wanted = limits(container);
        return node.runtime()
                .containerStats(id)
                .compose(stats ->
                        wanted.memoryLimitInBytes() > 0 && stats.memory().usageBytes() > wanted.memoryLimitInBytes()
                                ? Future.failedFuture(inUse(container, stats, wanted))
                                : Future.succeededFuture());
    }

    private static IllegalStateException inUse(
            Container container, Cri.ContainerStats stats, Cri.LinuxContainerResources wanted) {
        return new IllegalStateException(
                "attempting to set container \"" + container.name() + "\" memory limit (" + wanted.memoryLimitInBytes()
                        + ") below current usage (" + stats.memory().usageBytes() + ")");
    }
}
