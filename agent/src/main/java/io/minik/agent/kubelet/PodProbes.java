package io.minik.agent.kubelet;

import io.minik.agent.probe.Actions;
import io.minik.agent.probe.Prober;
import io.minik.api.core.Container;
import io.minik.api.core.ContainerStatus;
import io.minik.runtime.cri.Cri;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One worker's probes: which containers are asked, and what the answers change. On the agent's loop. */
final class PodProbes {
    private final PodWorker worker;
    private final PodWorker.Node node;
    private final ProbeCounts counts = new ProbeCounts();

    PodProbes(PodWorker worker, PodWorker.Node node) {
        this.worker = worker;
        this.node = node;
    }

    ProbeCounts counts() {
        return counts;
    }

    /**
     * Notes of each container that runs what is known of it before its first probe: nothing of one that was started just now,
     * what the API has of one that an earlier minik started. Before the status is made, which else would say "not ready".
     */
    void adopt() {
        for (Container container : worker.pod().allContainers()) {
            Optional<String> id = running(container).map(Cri.ContainerStatus::id);
            ContainerNotes known = worker.notes().of(container);
            if (id.isPresent() && !known.probed().equals(id.get())) {
                Optional<ContainerStatus> before = told(id.get());
                boolean started = container.startupProbe().isEmpty()
                        || before.flatMap(ContainerStatus::started).orElse(false);
                boolean ready = before.map(ContainerStatus::ready).orElse(false);
                worker.notes().put(container, known.probing(id.get(), started, ready));
            }
        }
    }

    /**
     * Starts the probes of what runs, ends those of what does not. What is told to end is still asked whether it is ready: its
     * last connections may well be served.
     */
    void keep() {
        Set<String> alive = new HashSet<>();
        boolean ending = worker.end().isPresent();
        for (Container container : worker.pod().allContainers()) {
            Optional<Cri.ContainerStatus> running = running(container);
            if (running.isEmpty()) {
                continue;
            }
            String id = running.get().id();
            alive.add(id);
            if (ending || worker.busy(container)) {
                node.prober().retire(id);
            } else {
                node.prober()
                        .start(
                                container,
                                ContainerStart.target(id, container, worker.podIps()),
                                Times.ofNanos(running.get().startedAt()),
                                worker.notes().of(container).startupPassed(),
                                new Verdicts(container, id));
            }
        }
        Observed observed = worker.observed();
        observed.containers().stream()
                .map(Cri.ContainerStatus::id)
                .filter(id -> !alive.contains(id))
                .forEach(node.prober()::stop);
    }

    private Optional<Cri.ContainerStatus> running(Container container) {
        return probed(container)
                ? worker.observed().newest(container.name()).filter(Observed::running)
                : Optional.empty();
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
        public void tried(Prober.Kind kind, Actions.Result result) {
            counts.tried(container.name(), kind, result);
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
                    .orElse(OptionalLong.empty());
            return new ContainerNotes.Unhealthy(
                    "Container " + container.name() + " failed " + probe + " probe, will be restarted", grace);
        }

        @Override
        public void failed(Prober.Kind kind, String message) {
            tell("Unhealthy", kind.word() + " probe failed: " + message);
        }

        @Override
        public void warned(Prober.Kind kind, String message) {
            tell("ProbeWarning", kind.word() + " probe warning: " + message);
        }

        @Override
        public void errored(Prober.Kind kind, String message) {
            tell("Unhealthy", kind.word() + " probe errored and resulted in unknown state: " + message);
        }

        private void tell(String reason, String message) {
            node.start().events().warning(worker.pod(), container, reason, message);
        }
    }
}
