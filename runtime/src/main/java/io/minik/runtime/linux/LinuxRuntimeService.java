package io.minik.runtime.linux;

import io.minik.runtime.container.Containers;
import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.Container;
import io.minik.runtime.cri.Cri.ContainerConfig;
import io.minik.runtime.cri.Cri.ContainerEvent;
import io.minik.runtime.cri.Cri.ContainerFilter;
import io.minik.runtime.cri.Cri.ContainerStats;
import io.minik.runtime.cri.Cri.ContainerStatus;
import io.minik.runtime.cri.Cri.CpuUsage;
import io.minik.runtime.cri.Cri.ExecRequest;
import io.minik.runtime.cri.Cri.ExecSyncResponse;
import io.minik.runtime.cri.Cri.FilesystemUsage;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.MemoryUsage;
import io.minik.runtime.cri.Cri.PodSandbox;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.PodSandboxFilter;
import io.minik.runtime.cri.Cri.PodSandboxStatus;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts.ImageMount;
import io.minik.runtime.cri.CriParts.NetworkInterfaceUsage;
import io.minik.runtime.cri.CriParts.RuntimeCondition;
import io.minik.runtime.cri.CriParts.RuntimeHandlerFeatures;
import io.minik.runtime.cri.CriParts.Version;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.cri.Session;
import io.minik.runtime.image.Images;
import io.minik.runtime.sandbox.Sandboxes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sandboxes and containers of this machine. */
public final class LinuxRuntimeService implements RuntimeService {
    private final Sandboxes sandboxes;
    private final Containers containers;
    private final Images images;
    private final LogLimits logs;
    private final Condition condition;

    /**
     * How the runtime is.
     *
     * @param version of this program
     * @param runtime, network RuntimeReady and NetworkReady; asked from any thread
     * @param features what this machine's kernel lets it do
     */
    public record Condition(
            String version,
            Supplier<RuntimeCondition> runtime,
            Supplier<RuntimeCondition> network,
            Supplier<Future<RuntimeHandlerFeatures>> features) {
        /** All is well. */
        public static Condition ready(String version) {
            return new Condition(
                    version,
                    () -> RuntimeCondition.met(RuntimeCondition.RUNTIME_READY),
                    () -> RuntimeCondition.met(RuntimeCondition.NETWORK_READY),
                    () -> Future.succeededFuture(new RuntimeHandlerFeatures(true, true)));
        }
    }

    public LinuxRuntimeService(
            Sandboxes sandboxes, Containers containers, Images images, LogLimits logs, Condition condition) {
        this.sandboxes = sandboxes;
        this.containers = containers;
        this.images = images;
        this.logs = logs;
        this.condition = condition;
    }

    // ---- sandboxes

    @Override
    public Future<String> runPodSandbox(PodSandboxConfig config) {
        return Faults.translated(sandboxes.run(PodTerms.config(config))).map(Sandboxes.Sandbox::id);
    }

    @Override
    public Future<Void> stopPodSandbox(String podSandboxId) {
        return Faults.translated(sandboxes.stop(podSandboxId));
    }

    @Override
    public Future<Void> removePodSandbox(String podSandboxId) {
        return Faults.translated(containers
                .list()
                .compose(all -> Future.all(all.stream()
                        .filter(c -> c.config().origin().sandboxId().equals(podSandboxId))
                        .map(c -> containers.remove(c.id()))
                        .toList()))
                .compose(gone -> sandboxes.remove(podSandboxId)));
    }

    @Override
    public Future<PodSandboxStatus> podSandboxStatus(String podSandboxId) {
        return Faults.translated(sandboxes.find(podSandboxId))
                .map(found -> PodTerms.status(found.orElseThrow(() -> Faults.notFound("sandbox", podSandboxId))));
    }

    @Override
    public Future<List<PodSandbox>> listPodSandbox(PodSandboxFilter filter) {
        return Faults.translated(sandboxes.list(filter.labelSelector()))
                .map(all -> all.stream().map(PodTerms::sandbox).toList());
    }

    @Override
    public Future<Void> updatePodSandboxResources(String podSandboxId, LinuxContainerResources resources) {
        return Faults.translated(sandboxes.update(podSandboxId, PodTerms.resources(resources)));
    }

    // ---- containers

    @Override
    public Future<String> createContainer(String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        List<String> mounted = config.mounts().stream()
                .flatMap(mount -> mount.image().stream())
                .map(ImageMount::image)
                .distinct()
                .toList();
        List<Future<Images.Image>> looked = mounted.stream().map(this::image).toList();
        return Faults.translated(image(config.image().image())
                        .compose(image -> Future.all(looked).map(all -> {
                            Map<String, List<String>> layers = new HashMap<>();
                            for (int i = 0; i < mounted.size(); i++) {
                                layers.put(
                                        mounted.get(i), looked.get(i).result().layers());
                            }
                            return new ContainerTerms.Found(image, layers);
                        }))
                        .compose(found -> containers.create(
                                ContainerTerms.config(podSandboxId, sandboxConfig, config, found, logs))))
                .map(Containers.Container::id);
    }

    private Future<Images.Image> image(String name) {
        return images.find(name).compose(found -> found.map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(Faults.notFound("image", name))));
    }

    @Override
    public Future<Void> startContainer(String containerId) {
        return Faults.translated(containers.start(containerId)).mapEmpty();
    }

    @Override
    public Future<Void> stopContainer(String containerId, Duration timeout) {
        return Faults.translated(containers.stop(containerId, timeout.toMillis()))
                .<Void>mapEmpty()
                .recover(error ->
                        CriException.isNotFound(error) ? Future.succeededFuture() : Future.failedFuture(error));
    }

    @Override
    public Future<Void> removeContainer(String containerId) {
        return Faults.translated(containers.remove(containerId));
    }

    @Override
    public Future<List<Container>> listContainers(ContainerFilter filter) {
        return Faults.translated(containers.list(filter.labelSelector()))
                .map(all -> all.stream().map(ContainerTerms::container).toList());
    }

    @Override
    public Future<ContainerStatus> containerStatus(String containerId) {
        return Faults.translated(containers.find(containerId))
                .map(found ->
                        ContainerTerms.status(found.orElseThrow(() -> Faults.notFound("container", containerId))));
    }

    @Override
    public Future<Void> updateContainerResources(
            String containerId, LinuxContainerResources resources, Map<String, String> annotations) {
        return Faults.translated(containers.update(containerId, ContainerTerms.resources(resources), annotations));
    }

    @Override
    public Future<ContainerStats> containerStats(String containerId) {
        return Faults.translated(containers.stats(containerId))
                .map(stats -> new ContainerStats(
                        stats.timestampNanos(),
                        new CpuUsage(stats.cpuUsageNanos()),
                        new MemoryUsage(
                                stats.memoryWorkingSetBytes(), stats.memoryUsageBytes(), stats.memoryRssBytes()),
                        new FilesystemUsage(stats.rootFsUsedBytes(), stats.rootFsInodes()),
                        stats.pids()));
    }

    @Override
    public Future<Optional<NetworkInterfaceUsage>> podSandboxNetwork(String podSandboxId) {
        return Faults.translated(sandboxes.usage(podSandboxId))
                .map(used -> used.map(link -> new NetworkInterfaceUsage(
                        link.name(), link.rxBytes(), link.rxErrors(), link.txBytes(), link.txErrors())));
    }

    @Override
    public Future<Void> reopenContainerLog(String containerId) {
        return Faults.translated(containers.reopenLog(containerId));
    }

    @Override
    public void onContainerEvent(Consumer<ContainerEvent> listener) {
        containers.onEvent(event -> listener.accept(ContainerTerms.event(event)));
    }

    @Override
    public Future<Version> version() {
        return Future.succeededFuture(new Version("minik", condition.version()));
    }

    @Override
    public Future<List<RuntimeCondition>> status() {
        return Future.succeededFuture(
                List.of(condition.runtime().get(), condition.network().get()));
    }

    @Override
    public Future<RuntimeHandlerFeatures> features() {
        return condition.features().get();
    }

    // ---- processes inside

    @Override
    public Future<ExecSyncResponse> execSync(String containerId, List<String> command, Duration timeout) {
        return Faults.translated(containers.execSync(containerId, command, timeout.toMillis()))
                .compose(ended -> ended.timedOut()
                        ? Future.failedFuture(new CriException(
                                CriException.Code.DEADLINE_EXCEEDED,
                                "command " + command + " has not ended within " + timeout))
                        : Future.succeededFuture(
                                new ExecSyncResponse(ended.stdout(), ended.stderr(), ended.exitCode())));
    }

    @Override
    public Future<Session> exec(ExecRequest request) {
        return Faults.translated(containers.exec(
                        request.containerId(),
                        new Containers.ExecConfig(request.cmd(), request.stdin(), request.tty(), "")))
                .map(process -> process);
    }

    @Override
    public Future<Session> attach(AttachRequest request) {
        return Faults.translated(
                        containers.attach(request.containerId(), request.stdin(), request.stdout(), request.stderr()))
                .map(process -> process);
    }

    @Override
    public Future<Connection> portForward(String podSandboxId, int port) {
        return Faults.translated(sandboxes.connect(podSandboxId, port))
                .map(bytes -> new Connection(bytes.in(), bytes.out(), bytes.close()));
    }
}
