package io.minik.agent.kubelet;

import io.minik.agent.probe.Prober;
import io.minik.api.core.Container;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.Pod;
import io.minik.runtime.container.Containers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One worker's probes: which containers are asked, and what the answers change. On the agent's loop. */
final class PodProbes {
    private final PodWorker worker;
    private final PodWorker.Node node;

    PodProbes(PodWorker worker, PodWorker.Node node) {
        this.worker = worker;
        this.node = node;
    }

    /** Starts the probes of what runs, ends those of what does not. */
    void keep() {
        Set<String> alive = new HashSet<>();
        boolean ending = worker.end().isPresent();
        Pod pod = worker.pod();
        Observed observed = worker.observed();
        for (Container container : pod.allContainers()) {
            Optional<Containers.Container> running =
                    observed.newest(container.name()).filter(Observed::running);
            if (running.isEmpty() || worker.busy(container) || !probed(container)) {
                continue;
            }
            String id = running.get().id();
            ContainerNotes known = worker.notes().of(container);
            if (!known.probed().equals(id)) {
                Optional<ContainerStatus> before = told(id);
                known = known.probing(
                        id,
                        container.startupProbe().isEmpty()
                                || before.flatMap(ContainerStatus::started).orElse(false),
                        before.map(ContainerStatus::ready).orElse(false));
                worker.notes().put(container, known);
            }
            if (!ending) {
                alive.add(id);
                node.prober()
                        .start(
                                container,
                                ContainerStart.target(id, container, worker.podIps()),
                                Times.ofNanos(running.get().startedAtNanos()),
                                known.startupPassed(),
                                new Verdicts(container, id));
            }
        }
        observed.containers().stream()
                .map(Containers.Container::id)
                .filter(id -> !alive.contains(id))
                .forEach(node.prober()::stop);
    }

    /** What the API says of a container id: an adopted container stays ready until a probe says otherwise. */
    private Optional<ContainerStatus> told(String id) {
        List<ContainerStatus> all = new ArrayList<>(worker.pod().status().containerStatuses());
        all.addAll(worker.pod().status().initContainerStatuses());
        return all.stream()
                .filter(s -> s.containerId().equals(ContainerStatuses.SCHEME + id))
                .findFirst();
    }

    private static boolean probed(Container container) {
        return container.startupProbe().isPresent()
                || container.readinessProbe().isPresent()
                || container.livenessProbe().isPresent();
    }

    private final class Verdicts implements Prober.Listener {
        private final Container container;
        private final String id;

        Verdicts(Container container, String id) {
            this.container = container;
            this.id = id;
        }

        @Override
        public void verdict(Prober.Kind kind, boolean success, String message) {
            ContainerNotes known = worker.notes().of(container);
            if (!known.probed().equals(id)) {
                return;
            }
            switch (kind) {
                case READINESS -> worker.notes().put(container, known.readiness(success));
                case STARTUP ->
                    worker.notes().put(container, success ? known.startup(true) : known.unhealthy(kill("startup")));
                case LIVENESS -> {
                    if (!success) {
                        worker.notes().put(container, known.unhealthy(kill("liveness")));
                    }
                }
            }
            worker.wake();
        }

        private ContainerNotes.Unhealthy kill(String probe) {
            var grace = (probe.equals("startup") ? container.startupProbe() : container.livenessProbe())
                    .map(p -> p.terminationGracePeriodSeconds())
                    .orElse(java.util.OptionalLong.empty());
            return new ContainerNotes.Unhealthy(
                    "Container " + container.name() + " failed " + probe + " probe, will be restarted", grace);
        }

        @Override
        public void failed(Prober.Kind kind, String message) {
            node.start()
                    .events()
                    .warning(worker.pod(), container, "Unhealthy", kind.word() + " probe failed: " + message);
        }
    }
}
