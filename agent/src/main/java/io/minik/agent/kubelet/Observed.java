package io.minik.agent.kubelet;

import io.minik.api.object.KubeObject;
import io.minik.runtime.cri.Cri;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the runtime has of one pod, at one moment. Newest first. */
record Observed(List<Cri.PodSandboxStatus> sandboxes, List<Cri.ContainerStatus> containers) {
    static final Observed NOTHING = new Observed(List.of(), List.of());

    static Observed of(List<Cri.PodSandboxStatus> sandboxes, List<Cri.ContainerStatus> containers) {
        return new Observed(
                sandboxes.stream()
                        .sorted(Comparator.comparingInt(Cri.PodSandboxStatus::attempt)
                                .reversed())
                        .toList(),
                containers.stream()
                        .sorted(Comparator.comparingInt(Cri.ContainerStatus::attempt)
                                .reversed())
                        .toList());
    }

    /** Whether a change of the pod's object can change what is to be done. */
    static boolean matters(KubeObject before, KubeObject now) {
        return !now.at("spec").equals(before.at("spec"))
                || now.meta().deleting() != before.meta().deleting()
                || !now.meta().deletionGracePeriodSeconds().equals(before.meta().deletionGracePeriodSeconds())
                || !now.at("status", "conditions").equals(before.at("status", "conditions"));
    }

    /** The newest sandbox, dead or alive. */
    Optional<Cri.PodSandboxStatus> newestSandbox() {
        return sandboxes.stream().findFirst();
    }

    /** The sandbox that containers run in. */
    Optional<Cri.PodSandboxStatus> sandbox() {
        return newestSandbox().filter(Cri.PodSandboxStatus::ready);
    }

    /** All tries of a container, newest first. */
    List<Cri.ContainerStatus> attempts(String name) {
        return containers.stream().filter(c -> c.name().equals(name)).toList();
    }

    Optional<Cri.ContainerStatus> newest(String name) {
        return containers.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    /** The newest one of a name, if it was made in the newest sandbox. */
    Optional<Cri.ContainerStatus> current(String name) {
        return newest(name).filter(c -> newestSandbox()
                .map(s -> s.id().equals(c.container().podSandboxId()))
                .orElse(false));
    }

    int nextAttempt(String name) {
        return newest(name).map(c -> c.attempt() + 1).orElse(0);
    }

    static boolean running(Cri.ContainerStatus container) {
        return container.state() == Cri.ContainerState.CONTAINER_RUNNING;
    }

    static boolean exited(Cri.ContainerStatus container) {
        return container.state() == Cri.ContainerState.CONTAINER_EXITED;
    }

    boolean anyRunning() {
        return containers.stream().anyMatch(Observed::running);
    }
}
