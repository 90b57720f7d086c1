package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sandbox.Sandboxes.PodResources;
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
    private final Sandboxes sandboxes;
    private final Pod granted;
    private final Optional<Sandboxes.Sandbox> sandbox;

    PodResize(ContainerStart.Node node, Sandboxes sandboxes, Pod granted, Optional<Sandboxes.Sandbox> sandbox) {
        this.node = node;
        this.sandboxes = sandboxes;
        this.granted = granted;
        this.sandbox = sandbox;
    }

    /** Whether the pod's group has other limits than what was granted asks for. */
    static boolean outdated(Pod granted, Optional<Sandboxes.Sandbox> sandbox) {
        return sandbox.filter(s -> !s.config().resources().equals(ResourceLimits.ofPod(granted)))
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
            done = done.compose(ignored -> node.containers()
                    .update(change.getKey(), limits(change.getValue()), Grants.annotation(change.getValue())));
        }
        return done;
    }

    /** Before a container starts with more than the pod's group may give it. */
    Future<Void> makeRoom() {
        return outdated(granted, sandbox) ? lift() : Future.succeededFuture();
    }

    private Future<Void> lift() {
        PodResources wanted = ResourceLimits.ofPod(granted);
        return update(new PodResources(wanted.cpuShares(), -1, wanted.cpuPeriodMicros(), -1, wanted.pidsLimit()));
    }

    private Future<Void> update(PodResources resources) {
        return sandbox.isEmpty()
                ? Future.failedFuture(new IllegalStateException("the pod's sandbox is gone"))
                : sandboxes.update(sandbox.get().id(), resources);
    }

    private Resources limits(Container container) {
        return ResourceLimits.of(granted, container, node.config().nodeMemoryBytes());
    }

    private Future<Void> check(String id, Container container) {
        Resources wanted = limits(container);
        return node.containers()
                .stats(id)
                .compose(stats -> wanted.memoryLimitBytes() > 0 && stats.memoryUsageBytes() > wanted.memoryLimitBytes()
                        ? Future.failedFuture(inUse(container, stats, wanted))
                        : Future.succeededFuture());
    }

    private static IllegalStateException inUse(Container container, Containers.Stats stats, Resources wanted) {
        return new IllegalStateException("attempting to set container \"" + container.name() + "\" memory limit ("
                + wanted.memoryLimitBytes() + ") below current usage (" + stats.memoryUsageBytes() + ")");
    }
}
