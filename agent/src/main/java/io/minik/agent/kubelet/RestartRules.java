package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.runtime.container.Containers;
import java.util.Optional;

/** Whether what ended runs again. */
final class RestartRules {
    private RestartRules() {}

    /** Whether this container starts again after this exit. */
    static boolean restarts(Pod pod, Container container, int exitCode) {
        if (container.sidecar()) {
            return true;
        }
        boolean init = pod.spec().initContainers().contains(container);
        return switch (pod.spec().restartPolicy()) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> !init || exitCode != 0;
        };
    }

    static boolean succeeded(Optional<Containers.Container> container) {
        return container.filter(Observed::exited).filter(c -> c.exitCode() == 0).isPresent();
    }

    /** A plain init container failed and never runs again. */
    static boolean initFailed(Pod pod, Observed observed) {
        return pod.spec().restartPolicy().equals("Never")
                && pod.spec().initContainers().stream()
                        .filter(c -> !c.sidecar())
                        .map(c -> observed.newest(c.name()))
                        .flatMap(Optional::stream)
                        .anyMatch(c -> Observed.exited(c) && c.exitCode() != 0);
    }

    /** Nothing of the pod will ever run again. */
    static boolean finished(PodPlan.Input in) {
        if (initFailed(in.pod(), in.observed())) {
            return true;
        }
        return in.pod().spec().containers().stream().allMatch(container -> in.observed()
                .newest(container.name())
                .filter(Observed::exited)
                .filter(c -> !runsAgain(in, container, c))
                .isPresent());
    }

    /** Whether an ended container starts again: by its policy, or because it was stopped for that. */
    static boolean runsAgain(PodPlan.Input in, Container container, Containers.Container ended) {
        return in.notes(container.name()).again().equals(ended.id()) || restarts(in.pod(), container, ended.exitCode());
    }
}
