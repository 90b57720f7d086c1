package io.minik.runtime.cri;

import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.Container;
import io.minik.runtime.cri.Cri.ContainerConfig;
import io.minik.runtime.cri.Cri.ContainerEvent;
import io.minik.runtime.cri.Cri.ContainerEventType;
import io.minik.runtime.cri.Cri.ContainerFilter;
import io.minik.runtime.cri.Cri.ContainerStats;
import io.minik.runtime.cri.Cri.ContainerStatus;
import io.minik.runtime.cri.Cri.ExecRequest;
import io.minik.runtime.cri.Cri.ExecSyncResponse;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.PodSandbox;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxFilter;
import io.minik.runtime.cri.Cri.PodSandboxStatus;
import io.minik.runtime.cri.CriParts.NetworkInterfaceUsage;
import io.minik.runtime.cri.CriParts.RuntimeCondition;
import io.minik.runtime.cri.CriParts.RuntimeHandlerFeatures;
import io.minik.runtime.cri.CriParts.Version;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * CRI's RuntimeService: sandboxes, and containers in them. Both outlive who asked for them. Futures complete on the caller's
 * context and fail with {@link CriException}.
 *
 * <pre>
 *   CONTAINER_CREATED --start--> CONTAINER_RUNNING --(its first process ends)--> CONTAINER_EXITED --remove--> gone
 *          +----------------------- start failed ---------------------------------------^
 * </pre>
 *
 * One pod with one container, from nothing to nothing:
 *
 * <pre>{@code
 * var pod = new PodSandboxConfig(new PodSandboxMetadata("web", "f3a1…", "default", 0), "web",
 *     Path.of("/var/log/pods/default_web_f3a1…"), labels, Map.of(), LinuxPodSandboxConfig.plain("kubepods/podf3a1…"));
 * runtime.runPodSandbox(pod)
 *     .compose(sandbox -> images.pullImage("busybox:1.36", Optional.empty())
 *         .compose(image -> runtime.createContainer(sandbox, new ContainerConfig(
 *             new ContainerMetadata("main", 0), new ImageSpec(image, "busybox:1.36"),
 *             ContainerProcess.of(List.of("sh", "-c", "echo hello; exit 3"), List.of(), Map.of()),
 *             List.of(), List.of(), labels, Map.of(), "main/0.log", LinuxContainerConfig.PLAIN), pod))
 *         .compose(id -> runtime.startContainer(id)             // CONTAINER_RUNNING
 *             .compose(ignored -> runtime.stopContainer(id, Duration.ofSeconds(30)))
 *             .compose(ignored -> runtime.containerStatus(id))  // CONTAINER_EXITED, exitCode 3
 *             .compose(ignored -> runtime.removeContainer(id)))
 *         .compose(ignored -> runtime.stopPodSandbox(sandbox))  // SANDBOX_NOTREADY, its address is free
 *         .compose(ignored -> runtime.removePodSandbox(sandbox)));
 * }</pre>
 */
public interface RuntimeService {
    /** Namespaces, cgroup, address: undone whole on failure. Finds the one with the same metadata. @return its id */
    Future<String> runPodSandbox(PodSandboxConfig config);

    /** Kills what still runs in it, frees its address. Idempotent; success for what is not there. */
    Future<Void> stopPodSandbox(String podSandboxId);

    /** Stops it, and forgets it with its containers. Idempotent; success for what is not there. */
    Future<Void> removePodSandbox(String podSandboxId);

    Future<PodSandboxStatus> podSandboxStatus(String podSandboxId);

    Future<List<PodSandbox>> listPodSandbox(PodSandboxFilter filter);

    /** Other limits for the pod's own cgroup: 0 leaves what there is, negative lifts it. */
    Future<Void> updatePodSandboxResources(String podSandboxId, LinuxContainerResources resources);

    /**
     * Prepares root file system, cgroup and files; runs nothing. Finds the one with the same metadata.
     *
     * @param sandboxConfig the sandbox' own, as it was run with
     * @return its id
     */
    Future<String> createContainer(String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig);

    /** Runs it. If its program can't be executed it has exited with 128, and says why. */
    Future<Void> startContainer(String containerId);

    /** The stop signal, and SIGKILL to all of it after the time. Succeeds when it has exited. Idempotent. */
    Future<Void> stopContainer(String containerId, Duration timeout);

    /** Kills it if it runs, removes its files except its log. Idempotent; success for what is not there. */
    Future<Void> removeContainer(String containerId);

    Future<List<Container>> listContainers(ContainerFilter filter);

    Future<ContainerStatus> containerStatus(String containerId);

    /** Other limits for a running container; annotations are added to its own (which is beyond CRI). */
    Future<Void> updateContainerResources(
            String containerId, LinuxContainerResources resources, Map<String, String> annotations);

    /** Runs a command inside to its end; killed at the time limit, which is DEADLINE_EXCEEDED. */
    Future<ExecSyncResponse> execSync(String containerId, List<String> command, Duration timeout);

    /** A new process inside, to talk to. */
    Future<Session> exec(ExecRequest request);

    /** The container's own stdio. */
    Future<Session> attach(AttachRequest request);

    /** A connection to a TCP port on the pod's loopback. */
    Future<Connection> portForward(String podSandboxId, int port);

    /** Of CRI's PodSandboxStats: its link; empty on the node's network, or where a runtime does not say. */
    Future<Optional<NetworkInterfaceUsage>> podSandboxNetwork(String podSandboxId);

    Future<ContainerStats> containerStats(String containerId);

    /** After the log was renamed: writes into a new file of its name. INVALID_ARGUMENT unless it runs. */
    Future<Void> reopenContainerLog(String containerId);

    /** CRI's GetContainerEvents: called on the context that registered, from now on. */
    void onContainerEvent(Consumer<ContainerEvent> listener);

    /** Of containers that exit. */
    default void onContainerExit(Consumer<ContainerEvent> listener) {
        onContainerEvent(event -> {
            if (event.type() == ContainerEventType.CONTAINER_STOPPED_EVENT) {
                listener.accept(event);
            }
        });
    }

    Future<Version> version();

    /** Of CRI's Status: at least RuntimeReady and NetworkReady. */
    Future<List<RuntimeCondition>> status();

    /** Of CRI's Status: what it can do for any pod. */
    Future<RuntimeHandlerFeatures> features();
}
