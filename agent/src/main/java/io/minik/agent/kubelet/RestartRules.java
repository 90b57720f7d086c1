package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.runtime.cri.Cri;
import java.util.Optional;

/** Whether what ended runs again. */
final class RestartRules {
    private RestartRules() {}

    /** Whether this container starts again after this exit. */
    static boolean restarts(Pod pod, Container container, int exitCode) {
        if (container.sidecar()) {
            return true;
        }
        if (container.restartRules().stream().anyMatch(rule -> rule.restarts(exitCode))) {
            return true;
        }
        boolean init = pod.spec().initContainers().contains(container);
        String policy = container.restartPolicy().isEmpty() ? pod.spec().restartPolicy() : container.restartPolicy();
        return switch (policy) {
            case "Never" -> false;
            case "OnFailure" -> exitCode != 0;
            default -> !init || exitCode != 0;
        };
    }

    static boolean succeeded(Optional<Cri.ContainerStatus> container) {
        return container.filter(Observed::exited).filter(c -> c.exitCode() == 0).isPresent();
    }

    /** A plain init container failed and never runs again. */
    static boolean initFailed(Pod pod, Observed observed) {
        return pod.spec().initContainers().stream().filter(c -> !c.sidecar()).anyMatch(c -> observed.newest(c.name())
                .filter(Observed::exited)
                .filter(ended -> ended.exitCode() != 0 && !restarts(pod, c, ended.exitCode()))
                .isPresent());
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
    static boolean runsAgain(PodPlan.Input in, Container container, Cri.ContainerStatus ended) {
        return in.notes(container.name()).again().equals(ended.id()) || restarts(in.pod(), container, ended.exitCode());
    }
}
