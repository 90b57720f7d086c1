package io.minik.runtime.criapi;

import io.minik.runtime.cri.Connection;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.Cri.AttachRequest;
import io.minik.runtime.cri.Cri.Container;
import io.minik.runtime.cri.Cri.ContainerConfig;
import io.minik.runtime.cri.Cri.ContainerEvent;
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
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.minik.runtime.cri.CriParts.NetworkInterfaceUsage;
import io.minik.runtime.cri.CriParts.RuntimeCondition;
import io.minik.runtime.cri.CriParts.RuntimeHandlerFeatures;
import io.minik.runtime.cri.CriParts.Version;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.cri.Session;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Sandboxes and containers of another runtime. CRI leaves open what several calls say where things are there already, or are gone;
 * what the kubelet relies on is in the contract of {@code runtime.cri}, and made up for here by a look at how things stand.
 */
final class GrpcRuntimeService implements RuntimeService {
    private static final String START_ERROR = "StartError";
    /** As runc and crun say that a program is none. */
    private static final Pattern NO_PROGRAM = Pattern.compile(
            "(?s).*(no such file or directory|executable file not found|permission denied|exec format error).*");

    private final CriClient client;
    private final GrpcContainers containers;
    private final StreamDialer dialer;
    private final ContainerWatch watch;

    GrpcRuntimeService(CriClient client, GrpcContainers containers, StreamDialer dialer, ContainerWatch watch) {
        this.client = client;
        this.containers = containers;
        this.dialer = dialer;
        this.watch = watch;
    }

    private static Future<Void> unlessGone(Throwable error) {
        return CriException.isNotFound(error) ? Future.succeededFuture() : Future.failedFuture(error);
    }

    /** CRI counts in seconds; less than one is not none. */
    private static long seconds(Duration time) {
        return time.plusMillis(999).toSeconds();
    }

    // ---- sandboxes

    @Override
    public Future<String> runPodSandbox(PodSandboxConfig config) {
        return client.runtime(
                        "RunPodSandbox",
                        CriProto.RunPodSandboxRequest.newBuilder()
                                .setConfig(SandboxWire.config(config))
                                .build(),
                        CriProto.RunPodSandboxResponse.parser())
                .map(CriProto.RunPodSandboxResponse::getPodSandboxId)
                .recover(error -> listPodSandbox(new PodSandboxFilter(config.labels()))
                        .compose(all -> all.stream()
                                .filter(pod -> pod.metadata().equals(config.metadata()))
                                .filter(pod -> pod.state() == Cri.PodSandboxState.SANDBOX_READY)
                                .findFirst()
                                .map(pod -> Future.succeededFuture(pod.id()))
                                .orElseGet(() -> Future.failedFuture(error))));
    }

    @Override
    public Future<Void> stopPodSandbox(String podSandboxId) {
        return client.runtime(
                        "StopPodSandbox",
                        CriProto.StopPodSandboxRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .build(),
                        CriProto.StopPodSandboxResponse.parser())
                .<Void>mapEmpty()
                .recover(GrpcRuntimeService::unlessGone);
    }

    @Override
    public Future<Void> removePodSandbox(String podSandboxId) {
        return stopPodSandbox(podSandboxId)
                .compose(stopped -> client.runtime(
                        "RemovePodSandbox",
                        CriProto.RemovePodSandboxRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .build(),
                        CriProto.RemovePodSandboxResponse.parser()))
                .<Void>mapEmpty()
                .recover(GrpcRuntimeService::unlessGone);
    }

    @Override
    public Future<PodSandboxStatus> podSandboxStatus(String podSandboxId) {
        return client.runtime(
                        "PodSandboxStatus",
                        CriProto.PodSandboxStatusRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .build(),
                        CriProto.PodSandboxStatusResponse.parser())
                .map(said -> SandboxWire.heard(said.getStatus()));
    }

    @Override
    public Future<List<PodSandbox>> listPodSandbox(PodSandboxFilter filter) {
        return client.runtime(
                        "ListPodSandbox",
                        CriProto.ListPodSandboxRequest.newBuilder()
                                .setFilter(CriProto.PodSandboxFilter.newBuilder()
                                        .putAllLabelSelector(filter.labelSelector()))
                                .build(),
                        CriProto.ListPodSandboxResponse.parser())
                .map(all -> all.getItemsList().stream().map(SandboxWire::heard).toList());
    }

    /** A runtime that has no use for it, as most, does not even know the call: each container has its own limits all the same. */
    @Override
    public Future<Void> updatePodSandboxResources(String podSandboxId, LinuxContainerResources resources) {
        return client.runtime(
                        "UpdatePodSandboxResources",
                        CriProto.UpdatePodSandboxResourcesRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .setResources(ResourcesWire.resources(resources))
                                .build(),
                        CriProto.UpdatePodSandboxResourcesResponse.parser())
                .<Void>mapEmpty()
                .recover(error -> CriException.is(error, Code.UNIMPLEMENTED)
                        ? podSandboxStatus(podSandboxId).mapEmpty()
                        : Future.failedFuture(error));
    }

    // ---- containers

    @Override
    public Future<String> createContainer(String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        return containers.create(podSandboxId, config, sandboxConfig);
    }

    @Override
    public Future<Void> startContainer(String containerId) {
        return client.runtime(
                        "StartContainer",
                        CriProto.StartContainerRequest.newBuilder()
                                .setContainerId(containerId)
                                .build(),
                        CriProto.StartContainerResponse.parser())
                .<Void>mapEmpty()
                .recover(error -> containers.status(containerId).compose(now -> started(now, error)));
    }

    private static Future<Void> started(ContainerStatus now, Throwable error) {
        String said = String.valueOf(error.getMessage());
        return switch (now.state()) {
            case CONTAINER_RUNNING -> Future.succeededFuture();
            case CONTAINER_CREATED -> Future.failedFuture(error);
            case CONTAINER_EXITED ->
                Future.failedFuture(new CriException(
                        now.reason().equals(START_ERROR) && now.message().contains(root(said))
                                ? Code.FAILED_PRECONDITION
                                : Code.INVALID_ARGUMENT,
                        said,
                        error));
        };
    }

    /** What a message ends with: the runtime wraps it once more for each room that it passes. */
    private static String root(String message) {
        String known = message.replaceAll(": unknown$", "");
        return known.substring(known.lastIndexOf(": ") + 1).strip();
    }

    @Override
    public Future<Void> stopContainer(String containerId, Duration timeout) {
        return client.runtime(
                        "StopContainer",
                        CriProto.StopContainerRequest.newBuilder()
                                .setContainerId(containerId)
                                .setTimeout(seconds(timeout))
                                .build(),
                        CriProto.StopContainerResponse.parser())
                .<Void>mapEmpty()
                .recover(GrpcRuntimeService::unlessGone);
    }

    @Override
    public Future<Void> removeContainer(String containerId) {
        return containers.remove(containerId).recover(GrpcRuntimeService::unlessGone);
    }

    @Override
    public Future<List<Container>> listContainers(ContainerFilter filter) {
        return containers.list(CriProto.ContainerFilter.newBuilder()
                .putAllLabelSelector(filter.labelSelector())
                .build());
    }

    @Override
    public Future<ContainerStatus> containerStatus(String containerId) {
        return containers.status(containerId);
    }

    @Override
    public Future<Void> updateContainerResources(
            String containerId, LinuxContainerResources resources, Map<String, String> annotations) {
        return client.runtime(
                        "UpdateContainerResources",
                        CriProto.UpdateContainerResourcesRequest.newBuilder()
                                .setContainerId(containerId)
                                .setLinux(ResourcesWire.resources(resources))
                                .build(),
                        CriProto.UpdateContainerResourcesResponse.parser())
                .compose(done -> containers.note(containerId, annotations));
    }

    @Override
    public Future<ContainerStats> containerStats(String containerId) {
        return client.runtime(
                        "ContainerStats",
                        CriProto.ContainerStatsRequest.newBuilder()
                                .setContainerId(containerId)
                                .build(),
                        CriProto.ContainerStatsResponse.parser())
                .map(said -> StatsWire.heard(said.getStats()));
    }

    @Override
    public Future<Optional<NetworkInterfaceUsage>> podSandboxNetwork(String podSandboxId) {
        return client.runtime(
                        "PodSandboxStats",
                        CriProto.PodSandboxStatsRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .build(),
                        CriProto.PodSandboxStatsResponse.parser())
                .map(said -> StatsWire.heard(said.getStats().getLinux().getNetwork()));
    }

    @Override
    public Future<Void> reopenContainerLog(String containerId) {
        return client.runtime(
                        "ReopenContainerLog",
                        CriProto.ReopenContainerLogRequest.newBuilder()
                                .setContainerId(containerId)
                                .build(),
                        CriProto.ReopenContainerLogResponse.parser())
                .<Void>mapEmpty()
                .recover(error -> running(containerId, error));
    }

    @Override
    public void onContainerEvent(Consumer<ContainerEvent> listener) {
        watch.add(listener);
    }

    // ---- the runtime itself

    @Override
    public Future<Version> version() {
        return client.runtime(
                        "Version", CriProto.VersionRequest.getDefaultInstance(), CriProto.VersionResponse.parser())
                .map(said -> new Version(said.getRuntimeName(), said.getRuntimeVersion()));
    }

    @Override
    public Future<List<RuntimeCondition>> status() {
        return client.runtime("Status", CriProto.StatusRequest.getDefaultInstance(), CriProto.StatusResponse.parser())
                .map(said -> said.getStatus().getConditionsList().stream()
                        .map(each -> new RuntimeCondition(
                                each.getType(), each.getStatus(), each.getReason(), each.getMessage()))
                        .toList());
    }

    /** Of the handler that pods without a RuntimeClass have. */
    @Override
    public Future<RuntimeHandlerFeatures> features() {
        return client.runtime("Status", CriProto.StatusRequest.getDefaultInstance(), CriProto.StatusResponse.parser())
                .map(said -> said.getRuntimeHandlersList().stream()
                        .filter(handler -> handler.getName().isEmpty())
                        .map(CriProto.RuntimeHandler::getFeatures)
                        .findFirst()
                        .orElse(CriProto.RuntimeHandlerFeatures.getDefaultInstance()))
                .map(said -> new RuntimeHandlerFeatures(said.getRecursiveReadOnlyMounts(), said.getUserNamespaces()));
    }

    // ---- processes inside

    /** Why a call about what runs has failed: it does not run, the program is none, or as the runtime says. */
    private <T> Future<T> running(String containerId, Throwable error) {
        boolean noProgram =
                NO_PROGRAM.matcher(String.valueOf(error.getMessage())).matches();
        boolean gone = CriException.isNotFound(error) && !noProgram;
        if (gone || CriException.is(error, Code.DEADLINE_EXCEEDED)) {
            return Future.failedFuture(error);
        }
        return containers.status(containerId).compose(now -> {
            String said = String.valueOf(error.getMessage());
            if (now.state() != Cri.ContainerState.CONTAINER_RUNNING) {
                return Future.failedFuture(new CriException(Code.INVALID_ARGUMENT, said, error));
            }
            return Future.failedFuture(noProgram ? new CriException(Code.FAILED_PRECONDITION, said, error) : error);
        });
    }

    @Override
    public Future<ExecSyncResponse> execSync(String containerId, List<String> command, Duration timeout) {
        return client.runtime(
                        "ExecSync",
                        CriProto.ExecSyncRequest.newBuilder()
                                .setContainerId(containerId)
                                .addAllCmd(command)
                                .setTimeout(seconds(timeout))
                                .build(),
                        CriProto.ExecSyncResponse.parser())
                .map(said -> new ExecSyncResponse(
                        Buffer.buffer(said.getStdout().toByteArray()),
                        Buffer.buffer(said.getStderr().toByteArray()),
                        said.getExitCode()))
                .recover(error -> running(containerId, error));
    }

    @Override
    public Future<Session> exec(ExecRequest request) {
        Streams streams = new Streams(request.stdin(), true, !request.tty(), request.tty());
        return client.runtime(
                        "Exec",
                        CriProto.ExecRequest.newBuilder()
                                .setContainerId(request.containerId())
                                .addAllCmd(request.cmd())
                                .setTty(streams.tty())
                                .setStdin(streams.stdin())
                                .setStdout(streams.stdout())
                                .setStderr(streams.stderr())
                                .build(),
                        CriProto.ExecResponse.parser())
                .recover(error -> running(request.containerId(), error))
                .compose(said -> dialer.session(said.getUrl(), streams));
    }

    /** With a terminal there is one stream: who asks for stdout alone has one. */
    @Override
    public Future<Session> attach(AttachRequest request) {
        Streams streams =
                new Streams(request.stdin(), request.stdout(), request.stderr(), request.stdout() && !request.stderr());
        return client.runtime(
                        "Attach",
                        CriProto.AttachRequest.newBuilder()
                                .setContainerId(request.containerId())
                                .setTty(streams.tty())
                                .setStdin(streams.stdin())
                                .setStdout(streams.stdout())
                                .setStderr(streams.stderr())
                                .build(),
                        CriProto.AttachResponse.parser())
                .recover(error -> running(request.containerId(), error))
                .compose(said -> dialer.session(said.getUrl(), streams));
    }

    @Override
    public Future<Connection> portForward(String podSandboxId, int port) {
        return client.runtime(
                        "PortForward",
                        CriProto.PortForwardRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .addPort(port)
                                .build(),
                        CriProto.PortForwardResponse.parser())
                .compose(said -> dialer.connect(said.getUrl(), port));
    }
}
