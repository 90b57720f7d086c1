package io.minik.agent.kubelet;

import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.PodSpec;
import io.minik.ground.loop.Seconds;
import io.minik.runtime.cri.Cri;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which steps bring a pod from what the runtime has to what the API wants. A pure function of its {@link Input}: asked
 * after every change, it says what is missing now, whatever happened before.
 *
 * @param wakeAt when to ask again though nothing happens (a back-off ends, a deadline passes)
 * @param settled the pod has ended, and nothing of it is left to stop
 */
record PodPlan(List<PodStep> steps, Optional<Instant> wakeAt, boolean settled) {
    /** Ended tries kept of each container, beside a running one: `logs --previous`, and the back-off's reason. */
    private static final int KEPT_ATTEMPTS = 2;
    /** A failed pull is shown as ErrImagePull for so long before it becomes ImagePullBackOff. */
    static final Duration SHOW_FAILURE = Duration.ofSeconds(1);
    /** A container that could not be made is tried again after this. */
    static final Duration RETRY_CREATE = Duration.ofSeconds(10);

    /**
     * @param end present: stop
     * @param notes by container name
     * @param inFlight subjects of steps that have not ended yet
     * @param volumes what is there of them
     * @param network pods can have addresses: until then only those on the host's network get a sandbox
     * @param pod with the resources that were granted
     * @param retry what failed, and when it may be tried again
     */
    record Input(
            Pod pod,
            Optional<PodEnd> end,
            Observed observed,
            Map<String, ContainerNotes> notes,
            Set<String> inFlight,
            VolumesNow volumes,
            boolean network,
            Instant startTime,
            RetryAt retry,
            Instant now) {
        ContainerNotes notes(String name) {
            return notes.getOrDefault(name, ContainerNotes.NONE);
        }
    }

    /** @param touched something of them may be there; @param mounted all of them are */
    record VolumesNow(boolean touched, boolean mounted) {}

    static PodPlan of(Input input) {
        return new Planner(input).plan();
    }

    /** The state of one planning. */
    private static final class Planner {
        private final Input in;
        private final PodSpec spec;
        private final Observed observed;
        private final List<PodStep> steps = new ArrayList<>();
        private Optional<Instant> wakeAt = Optional.empty();
        private boolean settled;
        /** Running containers whose limits change, by id. */
        private final Map<String, Container> resizes = new HashMap<>();

        Planner(Input in) {
            this.in = in;
            this.spec = in.pod().spec();
            this.observed = in.observed();
        }

        PodPlan plan() {
            Optional<PodEnd> end = in.end();
            if (end.isPresent()) {
                stopAll(end.get().remainingSeconds(in.now()));
            } else if (!deadlinePassed()) {
                run();
            }
            prune();
            return new PodPlan(List.copyOf(steps), wakeAt, settled);
        }

        private void run() {
            if (RestartRules.finished(in)) {
                stopAll(spec.terminationGracePeriodSeconds());
                return;
            }
            if (in.inFlight().contains("sandbox") || in.inFlight().contains("volumes")) {
                return;
            }
            if (!in.volumes().mounted()) {
                setUp(new PodStep.MountVolumes());
                return;
            }
            if (observed.sandbox().isEmpty()) {
                Optional<Cri.PodSandboxStatus> before = observed.newestSandbox();
                if (before.isPresent() && observed.anyRunning()) {
                    stopRunning(
                            spec.terminationGracePeriodSeconds(),
                            "Pod sandbox changed, it will be killed and re-created.");
                } else {
                    int attempt = before.map(s -> s.attempt() + 1).orElse(0);
                    setUp(new PodStep.RunSandbox(attempt, before.map(Cri.PodSandboxStatus::id)));
                }
                return;
            }
            spec.ephemeralContainers().stream()
                    .filter(c -> observed.newest(c.name()).isEmpty())
                    .forEach(c -> start(c, false));
            if (initialized()) {
                spec.containers().forEach(this::keepRunning);
            }
            spec.ephemeralContainers().forEach(this::stopIfUnhealthy);
            resize();
        }

        private void resize() {
            boolean quiet =
                    resizes.isEmpty() && steps.isEmpty() && in.inFlight().isEmpty();
            if (resizes.isEmpty() && !(quiet && PodResize.outdated(in.pod(), observed.sandbox()))) {
                return;
            }
            if (in.retry().resize().isAfter(in.now())) {
                wake(in.retry().resize());
            } else {
                add(new PodStep.Resize(Map.copyOf(resizes)));
            }
        }

        private void setUp(PodStep step) {
            if (in.retry().setup().isAfter(in.now())) {
                wake(in.retry().setup());
            } else if (step instanceof PodStep.MountVolumes
                    || in.network()
                    || spec.network().hostNetwork()) {
                add(step);
            }
        }

        /** Walks the init containers in order; true once the main ones may run. */
        private boolean initialized() {
            boolean begun = spec.containers().stream()
                    .anyMatch(c -> observed.current(c.name()).isPresent());
            for (Container init : spec.initContainers()) {
                Optional<Cri.ContainerStatus> current = observed.current(init.name());
                if (init.sidecar()) {
                    keepRunning(init);
                    if (!begun && !started(init, current)) {
                        return false;
                    }
                } else if (!begun && !RestartRules.succeeded(current)) {
                    keepRunning(init);
                    return false;
                }
            }
            return true;
        }

        private boolean started(Container sidecar, Optional<Cri.ContainerStatus> current) {
            return current.filter(Observed::running).isPresent()
                    && !in.inFlight().contains(PodStep.ofContainer(sidecar.name()))
                    && (sidecar.startupProbe().isEmpty()
                            || in.notes(sidecar.name()).startupPassed());
        }

        private void keepRunning(Container container) {
            Optional<Cri.ContainerStatus> current = observed.current(container.name());
            if (current.isEmpty()) {
                // In a sandbox made anew only init containers repeat what they had done.
                boolean done = spec.containers().contains(container)
                        && observed.newest(container.name())
                                .filter(Observed::exited)
                                .filter(c -> !RestartRules.runsAgain(in, container, c))
                                .isPresent();
                if (!done) {
                    start(container, false);
                }
                return;
            }
            Cri.ContainerStatus found = current.get();
            switch (found.state()) {
                case CONTAINER_CREATED -> {
                    // Made, never started: minik went down between the two.
                    if (!in.inFlight().contains(PodStep.ofContainer(container.name()))) {
                        add(new PodStep.RemoveContainer(found.id()));
                    }
                }
                case CONTAINER_RUNNING -> {
                    stopIfUnhealthy(container);
                    adapt(container, found);
                }
                case CONTAINER_EXITED -> {
                    if (in.notes(container.name()).again().equals(found.id())) {
                        start(container, true);
                    } else if (RestartRules.restarts(in.pod(), container, found.exitCode())) {
                        restart(container, found);
                    }
                }
            }
        }

        /** What runs is not what the spec says any more: another image, or other resources. */
        private void adapt(Container container, Cri.ContainerStatus running) {
            boolean changed = ContainerConfigs.imageChanged(container, running);
            if (changed || Grants.needsRestart(container, running)) {
                add(new PodStep.StopContainer(
                        running.id(),
                        container,
                        spec.terminationGracePeriodSeconds(),
                        "Container " + container.name()
                                + (changed ? " definition changed, will be restarted" : " resize requires restart"),
                        true));
            } else if (Grants.outdated(container, running)) {
                resizes.put(running.id(), container);
            }
        }

        private void stopIfUnhealthy(Container container) {
            ContainerNotes notes = in.notes(container.name());
            observed.current(container.name())
                    .filter(Observed::running)
                    .filter(c -> c.id().equals(notes.probed()))
                    .ifPresent(c -> notes.unhealthy()
                            .ifPresent(why -> add(new PodStep.StopContainer(
                                    c.id(),
                                    container,
                                    why.graceSeconds().orElse(spec.terminationGracePeriodSeconds()),
                                    why.message(),
                                    false))));
        }

        private void restart(Container container, Cri.ContainerStatus ended) {
            ContainerNotes notes = in.notes(container.name());
            Instant finished = Times.ofNanos(ended.finishedAt());
            Optional<Duration> wait = notes.crash().remaining(finished, in.now());
            if (wait.isEmpty()) {
                start(container, true);
                return;
            }
            wake(in.now().plus(wait.get()));
            String pod = in.pod().name() + "_" + in.pod().namespace() + "("
                    + in.pod().uid() + ")";
            tell(
                    container,
                    new ContainerNotes.Failure(
                            "CrashLoopBackOff",
                            "back-off " + CrashBackoff.text(notes.crash().delay()) + " restarting failed container="
                                    + container.name() + " pod=" + pod,
                            finished,
                            false),
                    "Back-off restarting failed container " + container.name() + " in pod " + pod);
        }

        private void start(Container container, boolean restart) {
            ContainerNotes notes = in.notes(container.name());
            if (notes.failure().isPresent()) {
                ContainerNotes.Failure failure = notes.failure().get();
                Instant retry = failure.pulling()
                        ? in.now()
                                .plus(notes.pull()
                                        .remaining(notes.pull().updated(), in.now())
                                        .orElse(Duration.ZERO))
                        : failure.reason().equals("CrashLoopBackOff")
                                ? in.now()
                                : failure.at().plus(RETRY_CREATE);
                if (retry.isAfter(in.now())) {
                    waitForRetry(container, failure, retry);
                    return;
                }
            }
            add(new PodStep.StartContainer(container, observed.nextAttempt(container.name()), restart));
        }

        private void waitForRetry(Container container, ContainerNotes.Failure failure, Instant retry) {
            wake(retry);
            if (!failure.pulling() || !failure.reason().equals("ErrImagePull")) {
                return;
            }
            Instant shown = failure.at().plus(SHOW_FAILURE);
            if (shown.isAfter(in.now())) {
                wake(shown);
                return;
            }
            String text = "Back-off pulling image \"" + container.image() + "\"";
            tell(
                    container,
                    new ContainerNotes.Failure(
                            "ImagePullBackOff", text + ": ErrImagePull: " + failure.message(), failure.at(), true),
                    text);
        }

        /** Notes a waiting state once. */
        private void tell(Container container, ContainerNotes.Failure failure, String event) {
            Optional<ContainerNotes.Failure> known = in.notes(container.name()).failure();
            if (known.isEmpty() || !known.get().equals(failure)) {
                add(new PodStep.BackOff(container, failure, event));
            }
        }

        private boolean deadlinePassed() {
            if (spec.activeDeadlineSeconds().isEmpty()) {
                return false;
            }
            Instant deadline =
                    Seconds.after(in.startTime(), spec.activeDeadlineSeconds().getAsLong());
            if (deadline.isAfter(in.now())) {
                wake(deadline);
                return false;
            }
            add(PodStep.EndPod.DEADLINE);
            return true;
        }

        /** Main containers first, then sidecars one by one from the last, then the sandbox, then the volumes. */
        private void stopAll(long graceSeconds) {
            stopRunning(graceSeconds, "");
            boolean busy = in.inFlight().stream().anyMatch(s -> s.startsWith("container/") || s.equals("sandbox"));
            if (busy || observed.anyRunning()) {
                return;
            }
            Optional<Cri.PodSandboxStatus> alive = observed.sandboxes().stream()
                    .filter(Cri.PodSandboxStatus::ready)
                    .findFirst();
            if (alive.isPresent()) {
                add(new PodStep.StopSandbox(alive.get().id()));
            } else if (in.inFlight().contains("volumes")) {
                return;
            } else if (in.volumes().touched()) {
                add(new PodStep.UnmountVolumes());
            } else {
                settled = true;
                if (in.pod().deleting()) {
                    add(new PodStep.ConfirmDeletion());
                }
            }
        }

        private void stopRunning(long graceSeconds, String why) {
            List<Container> sidecars =
                    spec.initContainers().stream().filter(Container::sidecar).toList();
            boolean mainLeft = false;
            for (Container container : in.pod().allContainers()) {
                if (!sidecars.contains(container)) {
                    mainLeft |= stop(container, graceSeconds, why);
                }
            }
            for (int i = sidecars.size() - 1; i >= 0 && !mainLeft; i--) {
                if (stop(sidecars.get(i), graceSeconds, why)) {
                    return;
                }
            }
        }

        /** Stops what runs of a container; true if something does or may. */
        private boolean stop(Container container, long graceSeconds, String why) {
            Optional<Cri.ContainerStatus> running = observed.attempts(container.name()).stream()
                    .filter(Observed::running)
                    .findFirst();
            String text = why.isEmpty() ? "Stopping container " + container.name() : why;
            running.ifPresent(c -> add(new PodStep.StopContainer(c.id(), container, graceSeconds, text, false)));
            return running.isPresent() || in.inFlight().contains(PodStep.ofContainer(container.name()));
        }

        /** Ended tries that nobody can ask for any more, and sandboxes that were replaced. */
        private void prune() {
            for (Container container : in.pod().allContainers()) {
                List<Cri.ContainerStatus> attempts = observed.attempts(container.name());
                attempts.stream()
                        .skip(KEPT_ATTEMPTS)
                        .filter(Observed::exited)
                        .forEach(c -> add(new PodStep.RemoveContainer(c.id())));
            }
            // With its last containers, which go with it.
            observed.sandboxes().stream()
                    .skip(1)
                    .filter(s -> observed.containers().stream()
                            .noneMatch(c -> c.container().podSandboxId().equals(s.id())))
                    .forEach(s -> add(new PodStep.RemoveSandbox(s.id())));
        }

        private void add(PodStep step) {
            if (!in.inFlight().contains(step.subject())) {
                steps.add(step);
            }
        }

        private void wake(Instant at) {
            wakeAt = wakeAt.filter(earlier -> earlier.isBefore(at)).or(() -> Optional.of(at));
        }
    }
}
