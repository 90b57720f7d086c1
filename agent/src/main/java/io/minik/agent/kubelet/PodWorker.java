package io.minik.agent.kubelet;

import io.minik.agent.kubelet.ContainerNotes.Failure;
import io.minik.agent.kubelet.ContainerStatuses.StatusInput;
import io.minik.agent.probe.Prober;
import io.minik.agent.volume.DownwardFields;
import io.minik.api.client.Loop;
import io.minik.api.core.Container;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.Pod;
import io.minik.api.core.PodStatus;
import io.minik.api.object.KubeObject;
import io.minik.runtime.container.Containers;
import io.minik.runtime.sandbox.Sandboxes;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod, by UID, from the first sight of it to the last trace: owned by the agent's loop.
 *
 * <pre>
 *   wake --> observe (runtime) --> plan (pure) --> status (pure) --> start the steps --> rest
 *    ^                                                                  |
 *    +---- a step ended, a container exited, a probe spoke, the API ----+
 * </pre>
 *
 * Any number of wakes while it looks are one. {@code end} is set once, and from then on everything only stops.
 */
final class PodWorker {
    private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
    /** A step that failed on the node's side is tried again after this. */
    private static final Duration RETRY = Duration.ofSeconds(5);
    /** A sandbox or a volume that could not be made: 1 s, doubling to this. */
    private static final Duration MOST_SETUP_WAIT = Duration.ofSeconds(30);

    /** @param retired called once nothing of the pod is left, here or in the API */
    record Node(
            ContainerStart.Node start,
            Sandboxes sandboxes,
            Prober prober,
            Loop loop,
            java.util.function.Consumer<PodWorker> retired) {}

    private final Node node;
    private final Loop loop;
    private final StatusWriter writer;
    private final StepRunner runner;

    // Owned by the loop.
    private Pod pod;
    private boolean gone;
    private boolean retired;
    private Optional<PodEnd> end = Optional.empty();
    private final Map<String, ContainerNotes> notes = new HashMap<>();
    private final Map<String, String> messages = new HashMap<>();
    private final Set<String> inFlight = new HashSet<>();
    private boolean mounted;
    private boolean touched;
    private boolean confirmed;
    private Instant startTime;
    private Instant setupRetryAt = Instant.EPOCH;
    private Duration setupWait = Duration.ZERO;
    private Observed observed = Observed.NOTHING;
    private PodStatus status;
    private boolean looked;
    private boolean looking;
    private boolean again;
    private Loop.@Nullable Timer timer;

    PodWorker(Node node, Pod pod) {
        this.node = node;
        this.loop = node.loop();
        this.pod = pod;
        this.status = pod.status();
        this.startTime = Times.parse(pod.status().startTime()).orElse(loop.now());
        // Begun before we came: an earlier minik may have left volumes, mounted or half.
        this.touched = !pod.status().startTime().isEmpty();
        this.writer = new StatusWriter(loop, node.start().api(), pod, this::seen);
        this.runner = new StepRunner(this, node);
        if (pod.terminal()) {
            end = Optional.of(ending(false, "", "", pod.spec().terminationGracePeriodSeconds()));
        }
        noteDeletion();
    }

    Pod pod() {
        return pod;
    }

    /** As last computed; what the API has or will have. */
    PodStatus status() {
        return status;
    }

    Observed observed() {
        return observed;
    }

    Optional<PodEnd> end() {
        return end;
    }

    StatusWriter writer() {
        return writer;
    }

    boolean holdsResources() {
        return !status.terminal() && end.filter(PodEnd::failed).isEmpty();
    }

    /** Newer news from the API; older ones (the watch lags behind our own patches) are passed over. */
    void seen(KubeObject object) {
        if (version(object) < version(pod.object())) {
            return;
        }
        boolean changed = !object.meta().labels().equals(pod.labels())
                || !object.meta().annotations().equals(pod.annotations());
        boolean matters = changed
                || !object.at("spec").equals(pod.object().at("spec"))
                || object.meta().deleting() != pod.deleting()
                || !object.meta().deletionGracePeriodSeconds().equals(pod.meta().deletionGracePeriodSeconds())
                || !object.at("status", "conditions").equals(pod.object().at("status", "conditions"));
        pod = Pod.of(object);
        writer.seen(pod);
        noteDeletion();
        if (changed && mounted) {
            node.start().volumes().changed(pod, fields());
        }
        if (matters) {
            wake();
        }
    }

    /** The API has it no more: also said of pods that are only found here. */
    void gone() {
        gone = true;
        touched |= inFlight.isEmpty();
        writer.gone();
        if (end.isEmpty()) {
            end = Optional.of(ending(false, "", "", pod.spec().terminationGracePeriodSeconds()));
        }
        shorten(pod.meta().deletionGracePeriodSeconds().orElse(Long.MAX_VALUE));
        wake();
    }

    /** Ends it by the node's decision. */
    void fail(String reason, String message) {
        if (end.isEmpty()) {
            end = Optional.of(ending(true, reason, message, pod.spec().terminationGracePeriodSeconds()));
        }
    }

    private void noteDeletion() {
        if (!pod.deleting()) {
            return;
        }
        long grace = pod.meta().deletionGracePeriodSeconds().orElse(pod.spec().terminationGracePeriodSeconds());
        if (end.isEmpty()) {
            end = Optional.of(ending(false, "", "", grace));
        } else {
            shorten(grace);
        }
    }

    private void shorten(long grace) {
        Optional<PodEnd> before = end;
        end = end.map(e -> e.within(grace));
        if (!before.equals(end)) {
            runner.hurry(end.map(e -> e.remainingSeconds(loop.now())).orElse(0L));
        }
    }

    private PodEnd ending(boolean failed, String reason, String message, long grace) {
        return new PodEnd(failed, reason, message, loop.now(), grace);
    }

    private static long version(KubeObject object) {
        try {
            return Long.parseLong(object.meta().resourceVersion());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    // ---- the loop

    void wake() {
        if (retired) {
            return;
        }
        if (looking) {
            again = true;
            return;
        }
        looking = true;
        loop.run(this::look);
    }

    private void look() {
        again = false;
        Future<List<Sandboxes.Sandbox>> sandboxes = node.sandboxes().list();
        Future<List<Containers.Container>> containers =
                node.start().containers().list();
        Future.all(sandboxes, containers)
                .compose(ignored -> {
                    Observed now = Observed.of(
                            sandboxes.result().stream()
                                    .filter(s -> s.config().podUid().equals(pod.uid()))
                                    .toList(),
                            containers.result().stream()
                                    .filter(c ->
                                            pod.uid().equals(c.config().labels().get(ContainerConfigs.POD_UID)))
                                    .toList());
                    return runner.lastWords(now, messages).map(now);
                })
                .onComplete(result -> loop.run(() -> {
                    looking = false;
                    if (result.succeeded()) {
                        act(result.result());
                    } else {
                        log.atWarn()
                                .addKeyValue("pod", pod.key())
                                .addKeyValue("err", String.valueOf(result.cause()))
                                .log("the runtime could not be read");
                        loop.after(RETRY, this::wake);
                    }
                    if (again) {
                        wake();
                    }
                }));
    }

    private void act(Observed now) {
        observed = now;
        if (!looked) {
            looked = true;
            remember();
        }
        PodPlan.Input input = input();
        PodPlan plan = PodPlan.of(input);
        status = PodStatuses.of(
                input,
                new StatusInput(pod.status(), messages, node.start().config().nodeIps()));
        if (!gone) {
            writer.write(status);
        }
        probe();
        schedule(plan.wakeAt());
        if (plan.settled() && gone) {
            retire();
            return;
        }
        for (Step step : plan.steps()) {
            begin(step);
        }
    }

    /** What an earlier minik knew of restarts, as far as the runtime shows it. */
    private void remember() {
        for (Container container : pod.allContainers()) {
            observed.newest(container.name())
                    .filter(c -> c.config().attempt() > 0)
                    .ifPresent(c -> note(
                            container,
                            notes(container)
                                    .crashes(CrashBackoff.after(
                                            c.config().attempt(), Times.ofNanos(c.createdAtNanos())))));
        }
    }

    private PodPlan.Input input() {
        return new PodPlan.Input(
                pod,
                end,
                observed,
                Map.copyOf(notes),
                Set.copyOf(inFlight),
                mounted,
                touched,
                startTime,
                setupRetryAt,
                loop.now());
    }

    private void schedule(Optional<Instant> wakeAt) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        wakeAt.ifPresent(at -> timer = loop.after(Duration.between(loop.now(), at), this::wake));
    }

    private void begin(Step step) {
        if (step instanceof Step.ConfirmDeletion && (confirmed || gone)) {
            return;
        }
        if (step instanceof Step.EndPod ended) {
            node.start().events().normal(pod, ended.reason(), ended.message());
            fail(ended.reason(), ended.message());
            wake();
            return;
        }
        if (step instanceof Step.BackOff backOff) {
            note(backOff.container(), notes(backOff.container()).failed(backOff.failure()));
            runner.tellBackOff(backOff);
            wake();
            return;
        }
        if (step instanceof Step.StartContainer start && start.restart()) {
            ContainerNotes known = notes(start.container());
            note(start.container(), known.crashes(known.crash().next(loop.now())));
        }
        touched |= step instanceof Step.MountVolumes;
        inFlight.add(step.subject());
        runner.run(step).onComplete(result -> loop.run(() -> ended(step, result.cause())));
    }

    private void ended(Step step, @Nullable Throwable error) {
        if (error == null) {
            inFlight.remove(step.subject());
            succeeded(step);
        } else if (step instanceof Step.StartContainer start) {
            inFlight.remove(step.subject());
            startFailed(start.container(), error);
        } else if (step instanceof Step.MountVolumes || step instanceof Step.RunSandbox) {
            inFlight.remove(step.subject());
            setupWait = setupWait.isZero()
                    ? Duration.ofSeconds(1)
                    : setupWait.multipliedBy(2).compareTo(MOST_SETUP_WAIT) > 0
                            ? MOST_SETUP_WAIT
                            : setupWait.multipliedBy(2);
            setupRetryAt = loop.now().plus(setupWait);
            runner.tellSetupFailed(step, ContainerStart.text(error));
        } else {
            log.atWarn()
                    .addKeyValue("pod", pod.key())
                    .addKeyValue("step", step.toString())
                    .addKeyValue("err", error.toString())
                    .log("a step failed and will be tried again");
            // Still held, so that the plan does not start it at once again.
            loop.after(RETRY, () -> {
                inFlight.remove(step.subject());
                wake();
            });
            return;
        }
        wake();
    }

    private void succeeded(Step step) {
        if (step instanceof Step.MountVolumes) {
            mounted = true;
            setupWait = Duration.ZERO;
        } else if (step instanceof Step.UnmountVolumes) {
            mounted = false;
            touched = false;
        } else if (step instanceof Step.ConfirmDeletion) {
            confirmed = true;
        } else if (step instanceof Step.RunSandbox) {
            setupWait = Duration.ZERO;
        } else if (step instanceof Step.StartContainer start) {
            ContainerNotes known = notes(start.container());
            note(start.container(), known.cleared().pulls(CrashBackoff.NONE));
        }
    }

    private void startFailed(Container container, Throwable error) {
        StartFailure failure =
                error instanceof StartFailure known ? known : StartFailure.create(ContainerStart.text(error));
        ContainerNotes known = notes(container);
        if (failure.pulling()) {
            known = known.pulls(known.pull().next(loop.now()));
        }
        node.start()
                .events()
                .warning(pod, container, "Failed", "Error: " + (failure.pulling() ? failure.reason() : failure.text()));
        note(container, known.failed(new Failure(failure.reason(), failure.text(), loop.now(), failure.pulling())));
    }

    // ---- probes

    private void probe() {
        Set<String> alive = new HashSet<>();
        boolean ending = end.isPresent();
        for (Container container : pod.allContainers()) {
            Optional<Containers.Container> running =
                    observed.newest(container.name()).filter(Observed::running);
            if (running.isEmpty() || inFlight.contains(Step.ofContainer(container.name())) || !probed(container)) {
                continue;
            }
            String id = running.get().id();
            ContainerNotes known = notes(container);
            if (!known.probed().equals(id)) {
                Optional<ContainerStatus> before = told(id);
                known = known.probing(
                        id,
                        container.startupProbe().isEmpty()
                                || before.flatMap(ContainerStatus::started).orElse(false),
                        before.map(ContainerStatus::ready).orElse(false));
                note(container, known);
            }
            if (!ending) {
                alive.add(id);
                node.prober()
                        .start(
                                container,
                                ContainerStart.target(id, container, podIps()),
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
        List<ContainerStatus> all = new ArrayList<>(pod.status().containerStatuses());
        all.addAll(pod.status().initContainerStatuses());
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
            ContainerNotes known = notes(container);
            if (!known.probed().equals(id)) {
                return;
            }
            switch (kind) {
                case READINESS -> note(container, known.readiness(success));
                case STARTUP -> note(container, success ? known.startup(true) : known.unhealthy(kill("startup")));
                case LIVENESS -> {
                    if (!success) {
                        note(container, known.unhealthy(kill("liveness")));
                    }
                }
            }
            wake();
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
            node.start().events().warning(pod, container, "Unhealthy", kind.word() + " probe failed: " + message);
        }
    }

    // ---- shared with the step runner

    ContainerNotes notes(Container container) {
        return notes.getOrDefault(container.name(), ContainerNotes.NONE);
    }

    private void note(Container container, ContainerNotes known) {
        notes.put(container.name(), known);
    }

    DownwardFields fields() {
        return new DownwardFields(
                pod,
                node.start().config().nodeIps(),
                podIps(),
                node.start().config().allocatable());
    }

    private List<String> podIps() {
        return pod.spec().network().hostNetwork()
                ? node.start().config().nodeIps()
                : observed.newestSandbox().map(Sandboxes.Sandbox::ips).orElse(List.of());
    }

    boolean known() {
        return !gone;
    }

    private void retire() {
        retired = true;
        schedule(Optional.empty());
        runner.erase(observed)
                .onComplete(result -> loop.run(() -> {
                    if (result.failed()) {
                        log.atWarn()
                                .addKeyValue("pod", pod.key())
                                .addKeyValue("err", String.valueOf(result.cause()))
                                .log("a pod's remains could not be removed");
                        retired = false;
                        loop.after(RETRY, this::wake);
                        return;
                    }
                    log.atInfo()
                            .addKeyValue("pod", pod.key())
                            .addKeyValue("uid", pod.uid())
                            .log("pod is gone");
                    node.retired().accept(this);
                }));
    }

    /** The wiring goes down; containers go on. */
    void rest() {
        retired = true;
        schedule(Optional.empty());
        observed.containers().forEach(c -> node.prober().stop(c.id()));
    }
}
