package io.minik.agent.kubelet;

import io.minik.agent.kubelet.ContainerStatuses.StatusInput;
import io.minik.agent.probe.Prober;
import io.minik.agent.volume.DownwardFields;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.PodStatus;
import io.minik.api.object.KubeObject;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import java.time.Duration;
import java.time.Instant;
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

    record Node(ContainerStart.Node start, Prober prober, Loop loop, Neighbours neighbours) {}

    private final Node node;
    private final Loop loop;
    private final StatusWriter writer;
    private final StepRunner runner;
    private final PodProbes probes;
    private final PodGrant grant;

    // Owned by the loop.
    private Pod pod;
    private boolean gone;
    private boolean retired;
    private Optional<PodEnd> end = Optional.empty();
    private final Notebook notes;
    private final Map<String, String> messages = new HashMap<>();
    private final Set<String> inFlight = new HashSet<>();
    private boolean mounted;
    private boolean touched;
    private boolean confirmed;
    private Instant startTime;
    private final SetupRetry setup;
    private Observed observed = Observed.NOTHING;
    private PodStatus status;
    private boolean looked;
    private boolean looking;
    private boolean again;
    private Loop.Timer timer = () -> {};

    PodWorker(Node node, Pod pod) {
        this.node = node;
        this.loop = node.loop();
        this.setup = new SetupRetry(loop.random());
        this.pod = pod;
        this.notes = new Notebook(node.start().config().settings().mostCrashBackOff());
        this.grant = new PodGrant(node, pod);
        this.status = pod.status();
        this.startTime = Times.parse(pod.status().startTime()).orElse(loop.now());
        // Begun before we came: an earlier minik may have left volumes, mounted or half.
        this.touched = !pod.status().startTime().isEmpty();
        this.writer = new StatusWriter(loop, node.start().api(), pod, this::seen);
        this.runner = new StepRunner(this, node);
        this.probes = new PodProbes(this, node);
        if (pod.terminal()) {
            end = Optional.of(ending(PodEnd.Why.OVER, "", "", pod.spec().terminationGracePeriodSeconds()));
        }
        noteDeletion();
    }

    Pod pod() {
        return pod;
    }

    PodGrant grant() {
        return grant;
    }

    PodProbes probes() {
        return probes;
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
        if (StatusWriter.version(object) < StatusWriter.version(pod.object())) {
            return;
        }
        boolean changed = !object.meta().labels().equals(pod.labels())
                || !object.annotations().equals(pod.annotations());
        boolean matters = changed || Observed.matters(pod.object(), object);
        pod = Pod.of(object);
        grant.seen(pod);
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
        end = end.or(
                () -> Optional.of(ending(PodEnd.Why.OVER, "", "", pod.spec().terminationGracePeriodSeconds())));
        shorten(pod.meta().deletionGracePeriodSeconds().orElse(Long.MAX_VALUE));
        wake();
    }

    /** Ends it by the node's decision. */
    void fail(PodEnd.Why why, String reason, String message, long grace) {
        end = end.or(() -> Optional.of(ending(why, reason, message, grace)));
        letGo();
    }

    private void letGo() {
        if (!holdsResources()) {
            node.neighbours().released(pod);
        }
    }

    private void noteDeletion() {
        if (!pod.deleting()) {
            return;
        }
        long grace = pod.meta().deletionGracePeriodSeconds().orElse(pod.spec().terminationGracePeriodSeconds());
        end = end.or(() -> Optional.of(ending(PodEnd.Why.OVER, "", "", grace)));
        shorten(grace);
    }

    private void shorten(long grace) {
        Optional<PodEnd> before = end;
        end = end.map(e -> e.within(grace));
        if (!before.equals(end)) {
            runner.hurry(end.map(e -> e.remainingSeconds(loop.now())).orElse(0L));
        }
    }

    private PodEnd ending(PodEnd.Why why, String reason, String message, long grace) {
        return new PodEnd(why, reason, message, loop.now(), grace);
    }

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
        runner.observe(messages)
                .onComplete(result -> loop.run(() -> {
                    looking = false;
                    if (result.succeeded()) {
                        // A step that ended meanwhile may have changed what was seen: a container seen as made and
                        // never started may run by now. Look again rather than act on it.
                        if (!again) {
                            act(result.result());
                        }
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
            notes.remember(pod, observed);
            grant.remember(pod, observed);
        }
        probes.adopt();
        grant.decide(pod, end.isPresent());
        PodPlan.Input input = input();
        PodPlan plan = PodPlan.of(input);
        status = PodStatuses.of(
                input,
                new StatusInput(
                        writer.told(), messages, node.start().config().nodeIps(), grant.pending(), grant.error()));
        if (!gone) {
            writer.write(status);
        }
        letGo();
        probes.keep();
        schedule(plan.wakeAt());
        if (plan.settled() && gone) {
            retire();
            return;
        }
        for (PodStep step : plan.steps()) {
            begin(step);
        }
    }

    private PodPlan.Input input() {
        return new PodPlan.Input(
                grant.granted(),
                end,
                observed,
                notes.all(),
                Set.copyOf(inFlight),
                new PodPlan.VolumesNow(touched, mounted),
                node.neighbours().network(),
                startTime,
                new RetryAt(setup.retryAt(), grant.retryAt()),
                loop.now());
    }

    private void schedule(Optional<Instant> wakeAt) {
        timer.cancel();
        wakeAt.ifPresent(at -> timer = loop.after(Duration.between(loop.now(), at), this::wake));
    }

    private void begin(PodStep step) {
        if (step instanceof PodStep.ConfirmDeletion && (confirmed || gone)) {
            return;
        }
        if (step instanceof PodStep.EndPod ended) {
            node.start().events().normal(pod, ended.reason(), ended.message());
            fail(PodEnd.Why.FAILED, ended.reason(), ended.message(), pod.spec().terminationGracePeriodSeconds());
            wake();
            return;
        }
        if (step instanceof PodStep.BackOff backOff) {
            notes.put(backOff.container(), notes.of(backOff.container()).failed(backOff.failure()));
            runner.tellBackOff(backOff);
            wake();
            return;
        }
        notes.begin(step, loop.now());
        touched |= step instanceof PodStep.MountVolumes;
        inFlight.add(step.subject());
        runner.run(step).onComplete(result -> loop.run(() -> ended(step, result.cause())));
    }

    private void ended(PodStep step, @Nullable Throwable error) {
        if (error == null) {
            inFlight.remove(step.subject());
            succeeded(step);
        } else if (step instanceof PodStep.StartContainer start) {
            inFlight.remove(step.subject());
            node.start()
                    .events()
                    .warning(pod, start.container(), "Failed", notes.startFailed(start.container(), error, loop.now()));
        } else if (step instanceof PodStep.MountVolumes || step instanceof PodStep.RunSandbox) {
            inFlight.remove(step.subject());
            setup.failed(loop.now());
            runner.tellSetupFailed(step, ContainerStart.text(error));
        } else if (step instanceof PodStep.Resize) {
            inFlight.remove(step.subject());
            grant.failed(ContainerStart.text(error));
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

    private void succeeded(PodStep step) {
        if (step instanceof PodStep.MountVolumes) {
            mounted = true;
            setup.succeeded();
        } else if (step instanceof PodStep.UnmountVolumes) {
            mounted = false;
            touched = false;
        } else if (step instanceof PodStep.ConfirmDeletion) {
            confirmed = true;
        } else if (step instanceof PodStep.RunSandbox) {
            setup.succeeded();
        } else if (step instanceof PodStep.Resize resize) {
            grant.done(pod, resize);
        } else if (step instanceof PodStep.StartContainer start) {
            notes.started(start.container());
        }
    }

    // ---- shared with the step runner

    Notebook notes() {
        return notes;
    }

    DownwardFields fields() {
        return new DownwardFields(
                grant.granted(),
                node.start().config().nodeIps(),
                podIps(),
                node.start().config().allocatable());
    }

    List<String> podIps() {
        return pod.spec().network().hostNetwork()
                ? node.start().config().nodeIps()
                : observed.newestSandbox().map(Cri.PodSandboxStatus::ips).orElse(List.of());
    }

    /** A step on the container has not ended yet. */
    boolean busy(Container container) {
        return inFlight.contains(PodStep.ofContainer(container.name()));
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
                    node.neighbours().retired(this);
                }));
    }

    /** The wiring goes down; containers go on. */
    void rest() {
        retired = true;
        schedule(Optional.empty());
        observed.containers().forEach(c -> node.prober().stop(c.id()));
    }
}
