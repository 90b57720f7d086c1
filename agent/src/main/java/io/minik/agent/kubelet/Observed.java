package io.minik.agent.kubelet;

import io.minik.api.object.KubeObject;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.sandbox.Sandboxes;
import io.minik.runtime.sandbox.Sandboxes.Sandbox;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the runtime has of one pod, at one moment. Newest first. */
record Observed(List<Sandbox> sandboxes, List<Container> containers) {
    static final Observed NOTHING = new Observed(List.of(), List.of());

    static Observed of(List<Sandbox> sandboxes, List<Container> containers) {
        return new Observed(
                sandboxes.stream()
                        .sorted(Comparator.comparingInt(
                                        (Sandbox s) -> s.config().attempt())
                                .reversed())
                        .toList(),
                containers.stream()
                        .sorted(Comparator.comparingInt(
                                        (Container c) -> c.config().attempt())
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
    Optional<Sandbox> newestSandbox() {
        return sandboxes.stream().findFirst();
    }

    /** The sandbox that containers run in. */
    Optional<Sandbox> sandbox() {
        return newestSandbox().filter(s -> s.state() == Sandboxes.State.READY);
    }

    /** All tries of a container, newest first. */
    List<Container> attempts(String name) {
        return containers.stream().filter(c -> c.config().name().equals(name)).toList();
    }

    Optional<Container> newest(String name) {
        return containers.stream().filter(c -> c.config().name().equals(name)).findFirst();
    }

    /** The newest one of a name, if it was made in the newest sandbox. */
    Optional<Container> current(String name) {
        return newest(name).filter(c -> newestSandbox()
                .map(s -> s.id().equals(c.config().sandboxId()))
                .orElse(false));
    }

    int nextAttempt(String name) {
        return newest(name).map(c -> c.config().attempt() + 1).orElse(0);
    }

    static boolean running(Container container) {
        return container.state() == Containers.State.RUNNING;
    }

    static boolean exited(Container container) {
        return container.state() == Containers.State.EXITED;
    }

    boolean anyRunning() {
        return containers.stream().anyMatch(Observed::running);
    }
}
