package io.minik.agent.kubelet;

import io.minik.agent.probe.Actions;
import io.minik.api.client.DeleteOptions;
import io.minik.api.core.Container;
import io.minik.api.core.LifecycleHandler;
import io.minik.api.core.Pod;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.ground.loop.Seconds;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** Does one worker's steps: the only place where the kubelet changes the runtime. */
final class StepRunner {
    private final PodWorker worker;
    private final PodWorker.Node all;
    private final ContainerStart.Node node;
    /** Containers that are being stopped, so that a shorter grace can reach them. */
    private final Map<String, Container> stopping = new HashMap<>();

    StepRunner(PodWorker worker, PodWorker.Node all) {
        this.worker = worker;
        this.all = all;
        this.node = all.start();
    }

    Future<Void> run(PodStep step) {
        Pod pod = worker.grant().granted();
        if (step instanceof PodStep.MountVolumes) {
            return node.volumes().mount(pod, worker.fields());
        } else if (step instanceof PodStep.UnmountVolumes) {
            return node.volumes().unmount(pod.uid());
        } else if (step instanceof PodStep.RunSandbox run) {
            return runSandbox(pod, run);
        } else if (step instanceof PodStep.StopSandbox stop) {
            return node.runtime().stopPodSandbox(stop.id());
        } else if (step instanceof PodStep.RemoveSandbox remove) {
            return node.runtime().removePodSandbox(remove.id());
        } else if (step instanceof PodStep.StartContainer start) {
            return start(pod, start);
        } else if (step instanceof PodStep.StopContainer stop) {
            return stop(pod, stop);
        } else if (step instanceof PodStep.RemoveContainer remove) {
            return remove(remove.id());
        } else if (step instanceof PodStep.Resize resize) {
            return resizing(pod).run(resize.containers());
        } else if (step instanceof PodStep.ConfirmDeletion) {
            return confirm(pod);
        }
        throw new IllegalStateException("not a step for the runtime: " + step);
    }

    private Future<Void> runSandbox(Pod pod, PodStep.RunSandbox run) {
        if (run.before().isPresent()) {
            node.events().normal(pod, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        }
        return new SandboxTerms(node.api(), node.runtime())
                .check(pod)
                .compose(ignored ->
                        run.before().map(node.runtime()::stopPodSandbox).orElseGet(Future::succeededFuture))
                .compose(ignored -> pod.spec().network().hostUsers()
                        ? Future.succeededFuture(CriParts.UserNamespace.NODE)
                        : node.users().of(pod.uid()))
                .compose(users ->
                        node.runtime().runPodSandbox(SandboxConfigs.of(pod, run.attempt(), node.config(), users)))
                .mapEmpty();
    }

    private Future<Void> start(Pod pod, PodStep.StartContainer start) {
        Optional<Cri.PodSandboxStatus> sandbox = worker.observed().sandbox();
        if (sandbox.isEmpty()) {
            return Future.failedFuture(ContainerNotStarted.create("the pod's sandbox is gone"));
        }
        String target = start.container().targetContainerName();
        Optional<String> targetId =
                worker.observed().newest(target).filter(Observed::running).map(Cri.ContainerStatus::id);
        if (!target.isEmpty() && targetId.isEmpty()) {
            return Future.failedFuture(ContainerNotStarted.config("unable to find target container " + target));
        }
        return resizing(pod)
                .makeRoom()
                .compose(ignored -> node.config()
                        .addressing()
                        .guarded()
                        .apply(pod.object(), sandbox.get().ips()))
                .compose(ignored -> new ContainerStart(node, pod, start, sandbox.get(), targetId.orElse("")).run());
    }

    private PodResize resizing(Pod pod) {
        return new PodResize(node, pod, worker.observed().sandbox());
    }

    /** Pre-stop hook within the grace, then the stop signal for what is left of it. */
    private Future<Void> stop(Pod pod, PodStep.StopContainer stop) {
        node.events().normal(pod, stop.container(), "Killing", stop.why());
        all.prober().retire(stop.id());
        stopping.put(stop.id(), stop.container());
        Instant began = all.loop().now();
        Duration grace = Seconds.duration(stop.graceSeconds());
        return preStop(pod, stop, grace)
                .compose(ignored -> {
                    Duration left =
                            grace.minus(Duration.between(began, all.loop().now()));
                    Duration least = Duration.ofSeconds(Math.min(stop.graceSeconds(), PodEnd.LEAST_GRACE_SECONDS));
                    return node.runtime().stopContainer(stop.id(), left.compareTo(least) < 0 ? least : left);
                })
                .onComplete(ignored -> stopping.remove(stop.id()));
    }

    private Future<Void> preStop(Pod pod, PodStep.StopContainer stop, Duration grace) {
        Optional<LifecycleHandler> hook = stop.container().preStop();
        if (hook.isEmpty() || grace.isZero()) {
            return Future.succeededFuture();
        }
        Promise<Void> done = Promise.promise();
        var limit = all.loop().after(grace, done::tryComplete);
        Actions.Target target = ContainerStart.target(
                stop.id(), stop.container(), worker.fields().podIps());
        node.actions()
                .run(Actions.Purpose.HOOK, hook.get(), target, grace.toMillis())
                .onComplete(result -> {
                    limit.cancel();
                    if (result.failed() || !result.result().ok()) {
                        node.events().warning(pod, stop.container(), "FailedPreStopHook", "PreStopHook failed");
                    } else if (result.result().result() == Actions.Result.WARNING) {
                        node.events()
                                .warning(
                                        pod,
                                        stop.container(),
                                        "LifecycleHTTPFallback",
                                        result.result().message());
                    }
                    done.tryComplete();
                });
        return done.future();
    }

    /** The grace became shorter: those that are stopping hear of it. */
    void hurry(long graceSeconds) {
        for (String id : List.copyOf(stopping.keySet())) {
            node.runtime().stopContainer(id, Seconds.duration(graceSeconds)).onFailure(error -> LoggerFactory.getLogger(
                            StepRunner.class)
                    .atWarn()
                    .addKeyValue("container", id)
                    .addKeyValue("err", error.toString())
                    .log("container could not be hurried to its end"));
        }
    }

    private Future<Void> remove(String id) {
        Optional<Cri.ContainerStatus> container = worker.observed().containers().stream()
                .filter(c -> c.id().equals(id))
                .findFirst();
        return node.runtime().removeContainer(id).compose(ignored -> node.files()
                .call(() -> {
                    if (container.isPresent()) {
                        for (Path file : PodDirectory.logs(container.get().logPath())) {
                            Files.deleteIfExists(file);
                        }
                        new PodDirectory(node.config(), worker.pod())
                                .removeImageVolumes(
                                        container.get().name(), container.get().attempt());
                    }
                    return null;
                }));
    }

    private Future<Void> confirm(Pod pod) {
        return worker.writer().flushed().compose(ignored -> {
            if (!worker.known()) {
                return Future.succeededFuture();
            }
            return node.api()
                    .delete(
                            Resources.PODS,
                            pod.key(),
                            DeleteOptions.onlyIf(pod.uid()).grace(0))
                    .<Void>mapEmpty()
                    .recover(error -> ApiException.is(error, Status.Reason.NotFound)
                                    || ApiException.is(error, Status.Reason.Conflict)
                            ? Future.succeededFuture()
                            : Future.failedFuture(error));
        });
    }

    /** Everything that is left of the pod here. */
    Future<Void> erase(Observed observed) {
        List<Future<Void>> removals = new ArrayList<>();
        observed.containers().forEach(c -> removals.add(node.runtime().removeContainer(c.id())));
        return Future.all(removals)
                .compose(ignored -> {
                    List<Future<Void>> sandboxes = new ArrayList<>();
                    observed.sandboxes()
                            .forEach(s -> sandboxes.add(node.runtime().removePodSandbox(s.id())));
                    return Future.all(sandboxes);
                })
                .compose(ignored -> node.files().call(() -> {
                    for (Cri.ContainerStatus c : observed.containers()) {
                        unlink(c);
                    }
                    new PodDirectory(node.config(), worker.pod()).remove();
                    return null;
                }))
                .map(erased -> {
                    node.users().release(worker.pod().uid());
                    return null;
                });
    }

    private void unlink(Cri.ContainerStatus container) throws IOException {
        if (node.config().containerLogLinks().isPresent()) {
            Files.deleteIfExists(ContainerStart.logLink(
                    node.config().containerLogLinks().get(), worker.pod(), container.name(), container.id()));
        }
    }

    /** What the runtime has of the pod now; the last words of what has ended are read with it. */
    Future<Observed> observe(Map<String, String> messages) {
        Map<String, String> ofPod =
                Map.of(ContainerConfigs.POD_UID, worker.pod().uid());
        Future<List<Cri.PodSandboxStatus>> sandboxes = node.runtime()
                .listPodSandbox(new Cri.PodSandboxFilter(ofPod))
                .map(all ->
                        all.stream().filter(pod -> Leftovers.own(pod.labels())).toList())
                .compose(all -> present(all, sandbox -> node.runtime().podSandboxStatus(sandbox.id())));
        Future<List<Cri.ContainerStatus>> containers = node.runtime()
                .listContainers(new Cri.ContainerFilter(ofPod))
                .map(all -> all.stream()
                        .filter(each -> Leftovers.own(each.labels()))
                        .toList())
                .compose(all -> present(all, container -> node.runtime().containerStatus(container.id())));
        return Future.all(sandboxes, containers).compose(ignored -> {
            Observed now = Observed.of(sandboxes.result(), containers.result());
            return lastWords(now, messages).map(now);
        });
    }

    /** The status of each; what was removed since it was listed is left out. */
    static <L, S> Future<List<S>> present(List<L> listed, Function<L, Future<S>> status) {
        List<Future<S>> asked = listed.stream().map(status).toList();
        return Future.join(asked)
                .recover(ignored -> asked.stream()
                        .filter(one -> one.failed() && !CriException.isNotFound(one.cause()))
                        .findFirst()
                        .<Future<CompositeFuture>>map(one -> Future.failedFuture(one.cause()))
                        .orElseGet(Future::succeededFuture))
                .map(ignored -> asked.stream()
                        .filter(Future::succeeded)
                        .map(Future::result)
                        .toList());
    }

    /** Reads the termination messages of containers that ended since we last looked. */
    private Future<Void> lastWords(Observed observed, Map<String, String> messages) {
        List<Cri.ContainerStatus> unread = observed.containers().stream()
                .filter(Observed::exited)
                .filter(c -> !messages.containsKey(c.id()))
                .toList();
        messages.keySet().removeIf(id -> observed.containers().stream().noneMatch(c -> c.id().equals(id)));
        if (unread.isEmpty()) {
            return Future.succeededFuture();
        }
        PodDirectory directory = new PodDirectory(node.config(), worker.pod());
        Pod pod = worker.pod();
        return node.files()
                .call(() -> {
                    Map<String, String> read = new HashMap<>();
                    for (Cri.ContainerStatus ended : unread) {
                        Optional<Container> spec = pod.spec().container(ended.name());
                        read.put(
                                ended.id(),
                                spec.isEmpty()
                                        ? ""
                                        : directory.terminationMessage(
                                                spec.get(), ended.attempt(), ended.exitCode(), ended.logPath()));
                    }
                    return read;
                })
                .map(read -> {
                    messages.putAll(read);
                    return null;
                });
    }

    void tellBackOff(PodStep.BackOff step) {
        if (step.failure().pulling()) {
            node.events().normal(worker.pod(), step.container(), "BackOff", step.event());
            node.events()
                    .warning(
                            worker.pod(),
                            step.container(),
                            "Failed",
                            "Error: " + step.failure().reason());
        } else {
            node.events().warning(worker.pod(), step.container(), "BackOff", step.event());
        }
    }

    void tellSetupFailed(PodStep step, String message) {
        if (step instanceof PodStep.MountVolumes) {
            node.events().warning(worker.pod(), "FailedMount", message);
        } else {
            node.events().warning(worker.pod(), "FailedCreatePodSandBox", "Failed to create pod sandbox: " + message);
        }
    }
}
