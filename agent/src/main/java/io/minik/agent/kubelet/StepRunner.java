package io.minik.agent.kubelet;

import io.minik.agent.probe.Actions;
import io.minik.api.client.DeleteOptions;
import io.minik.api.core.Container;
import io.minik.api.core.LifecycleHandler;
import io.minik.api.core.Pod;
import io.minik.api.core.PodNetwork;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status;
import io.minik.ground.loop.Seconds;
import io.minik.runtime.container.Containers;
import io.minik.runtime.sandbox.Sandboxes.Sandbox;
import io.minik.runtime.sandbox.Sandboxes.SandboxConfig;
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
            if (run.changed()) {
                node.events().normal(pod, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
            }
            return new SandboxTerms(node.api())
                    .check(pod)
                    .compose(ignored -> all.sandboxes().run(sandbox(pod, run.attempt())))
                    .mapEmpty();
        } else if (step instanceof PodStep.StopSandbox stop) {
            return all.sandboxes().stop(stop.id());
        } else if (step instanceof PodStep.RemoveSandbox remove) {
            return all.sandboxes().remove(remove.id());
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

    private Future<Void> start(Pod pod, PodStep.StartContainer start) {
        Optional<Sandbox> sandbox = worker.observed().sandbox();
        if (sandbox.isEmpty()) {
            return Future.failedFuture(ContainerNotStarted.create("the pod's sandbox is gone"));
        }
        String target = start.container().targetContainerName();
        Optional<String> targetId =
                worker.observed().newest(target).filter(Observed::running).map(Containers.Container::id);
        if (!target.isEmpty() && targetId.isEmpty()) {
            return Future.failedFuture(ContainerNotStarted.config("unable to find target container " + target));
        }
        return resizing(pod).makeRoom().compose(ignored -> new ContainerStart(
                        node, pod, start.container(), start.attempt(), sandbox.get(), targetId.orElse(""))
                .run());
    }

    private PodResize resizing(Pod pod) {
        return new PodResize(node, all.sandboxes(), pod, worker.observed().sandbox());
    }

    private SandboxConfig sandbox(Pod pod, int attempt) {
        PodNetwork network = pod.spec().network();
        KubeletConfig config = node.config();
        return new SandboxConfig(
                pod.uid() + "-" + attempt,
                pod.namespace(),
                pod.name(),
                pod.uid(),
                attempt,
                PodFiles.hostname(pod, config.clusterDomain(), config.nodeName()),
                network.hostNetwork(),
                network.hostPid(),
                network.hostIpc(),
                pod.spec().shareProcessNamespace(),
                pod.spec().securityContext().sysctls(),
                ResourceLimits.cgroupParent(config.cgroupRoot(), pod),
                ResourceLimits.ofPod(pod),
                ContainerConfigs.labels(pod, ""),
                Map.of(ContainerConfigs.GRACE, Long.toString(pod.spec().terminationGracePeriodSeconds())));
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
                    return node.containers().stop(stop.id(), (left.compareTo(least) < 0 ? least : left).toMillis());
                })
                .onComplete(ignored -> stopping.remove(stop.id()))
                .mapEmpty();
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
            node.containers().stop(id, Seconds.millis(graceSeconds)).onFailure(error -> LoggerFactory.getLogger(
                            StepRunner.class)
                    .atWarn()
                    .addKeyValue("container", id)
                    .addKeyValue("err", error.toString())
                    .log("container could not be hurried to its end"));
        }
    }

    private Future<Void> remove(String id) {
        Optional<Containers.Container> container = worker.observed().containers().stream()
                .filter(c -> c.id().equals(id))
                .findFirst();
        return node.containers().remove(id).compose(ignored -> node.files().call(() -> {
            if (container.isPresent()) {
                deleteLog(container.get());
                new PodDirectory(node.config(), worker.pod())
                        .removeImageVolumes(
                                container.get().config().name(),
                                container.get().config().attempt());
            }
            return null;
        }));
    }

    private static void deleteLog(Containers.Container container) throws IOException {
        Path log = container.config().logPath();
        Files.deleteIfExists(log);
        for (int i = 1; i < Math.max(2, container.config().logMaxFiles()); i++) {
            Files.deleteIfExists(log.resolveSibling(log.getFileName() + "." + i));
        }
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
        observed.containers().forEach(c -> removals.add(node.containers().remove(c.id())));
        return Future.all(removals)
                .compose(ignored -> {
                    List<Future<Void>> sandboxes = new ArrayList<>();
                    observed.sandboxes()
                            .forEach(s -> sandboxes.add(all.sandboxes().remove(s.id())));
                    return Future.all(sandboxes);
                })
                .compose(ignored -> node.files().call(() -> {
                    for (Containers.Container c : observed.containers()) {
                        unlink(c);
                    }
                    new PodDirectory(node.config(), worker.pod()).remove();
                    return null;
                }));
    }

    private void unlink(Containers.Container container) throws IOException {
        if (node.config().containerLogLinks().isPresent()) {
            Files.deleteIfExists(ContainerStart.logLink(
                    node.config().containerLogLinks().get(),
                    worker.pod(),
                    container.config().name(),
                    container.id()));
        }
    }

    /** What the runtime has of the pod now; the last words of what has ended are read with it. */
    Future<Observed> observe(Map<String, String> messages) {
        String uid = worker.pod().uid();
        Future<List<Sandbox>> sandboxes = all.sandboxes().list();
        Future<List<Containers.Container>> containers = node.containers().list();
        return Future.all(sandboxes, containers).compose(ignored -> {
            Observed now = Observed.of(
                    sandboxes.result().stream()
                            .filter(s -> s.config().podUid().equals(uid))
                            .toList(),
                    containers.result().stream()
                            .filter(c -> uid.equals(c.config().labels().get(ContainerConfigs.POD_UID)))
                            .toList());
            return lastWords(now, messages).map(now);
        });
    }

    /** Reads the termination messages of containers that ended since we last looked. */
    private Future<Void> lastWords(Observed observed, Map<String, String> messages) {
        List<Containers.Container> unread = observed.containers().stream()
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
                    for (Containers.Container ended : unread) {
                        Optional<Container> spec =
                                pod.spec().container(ended.config().name());
                        read.put(
                                ended.id(),
                                spec.isEmpty()
                                        ? ""
                                        : directory.terminationMessage(
                                                spec.get(),
                                                ended.config().attempt(),
                                                ended.exitCode(),
                                                ended.config().logPath()));
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
