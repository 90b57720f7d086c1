package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.StreamingUrls.Streams;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Containers and what runs in them, as CRI's clients call for them. On the server's context. */
final class RuntimeCalls {
    private static final String API_VERSION = "v1";
    /** Of the kubelet's runtime API before it had a name of its own: upstream's answer since ever. */
    private static final String KUBELET_API_VERSION = "0.1.0";

    /** For people who ask for more words: where others have their configuration file. */
    private static final String CONFIG_WORDS = "{\"cgroupDriver\":\"cgroupfs\",\"snapshotter\":\"overlay\"}";

    private final Vertx vertx;
    private final RuntimeService runtime;
    private final Ids ids;
    private final StreamingUrls urls;
    private final PodEtc etc;

    RuntimeCalls(Vertx vertx, RuntimeService runtime, Ids ids, StreamingUrls urls, PodEtc etc) {
        this.vertx = vertx;
        this.runtime = runtime;
        this.ids = ids;
        this.urls = urls;
        this.etc = etc;
    }

    // ---- the runtime itself

    Future<CriProto.VersionResponse> version(CriProto.VersionRequest asked) {
        return runtime.version().map(version -> CriProto.VersionResponse.newBuilder()
                .setVersion(KUBELET_API_VERSION)
                .setRuntimeName(version.name())
                .setRuntimeVersion(version.version())
                .setRuntimeApiVersion(API_VERSION)
                .build());
    }

    Future<CriProto.StatusResponse> status(CriProto.StatusRequest asked) {
        return runtime.features().compose(features -> runtime.status().map(conditions -> {
            CriProto.RuntimeStatus.Builder status = CriProto.RuntimeStatus.newBuilder();
            conditions.forEach(condition -> status.addConditions(CriProto.RuntimeCondition.newBuilder()
                    .setType(condition.type())
                    .setStatus(condition.status())
                    .setReason(condition.reason())
                    .setMessage(condition.message())));
            CriProto.StatusResponse.Builder told = CriProto.StatusResponse.newBuilder()
                    .setStatus(status)
                    .setFeatures(CriProto.RuntimeFeatures.newBuilder().setSupplementalGroupsPolicy(true));
            SandboxWire.HANDLERS.stream()
                    .sorted()
                    .forEach(name -> told.addRuntimeHandlers(CriProto.RuntimeHandler.newBuilder()
                            .setName(name)
                            .setFeatures(CriProto.RuntimeHandlerFeatures.newBuilder()
                                    .setRecursiveReadOnlyMounts(features.recursiveReadOnlyMounts())
                                    .setUserNamespaces(features.userNamespaces()))));
            if (asked.getVerbose()) {
                told.putInfo("config", CONFIG_WORDS);
            }
            return told.build();
        }));
    }

    Future<CriProto.RuntimeConfigResponse> runtimeConfig(CriProto.RuntimeConfigRequest asked) {
        return Future.succeededFuture(CriProto.RuntimeConfigResponse.newBuilder()
                .setLinux(
                        CriProto.LinuxRuntimeConfiguration.newBuilder().setCgroupDriver(CriProto.CgroupDriver.CGROUPFS))
                .build());
    }

    /** A client may tell the range of the node's pods; which addresses pods have is for this node's own kubelet to say. */
    Future<CriProto.UpdateRuntimeConfigResponse> updateRuntimeConfig(CriProto.UpdateRuntimeConfigRequest asked) {
        return Future.succeededFuture(CriProto.UpdateRuntimeConfigResponse.getDefaultInstance());
    }

    // ---- containers

    Future<CriProto.CreateContainerResponse> createContainer(CriProto.CreateContainerRequest asked) {
        // Before anything is made for it: what can't be a container's is said.
        ContainerWire.config(asked, List.of());
        return ids.sandbox(asked.getPodSandboxId())
                .compose(runtime::podSandboxStatus)
                .compose(sandbox -> vertx.executeBlocking(() -> etc.mounts(sandbox, asked), false)
                        .compose(more -> runtime.createContainer(
                                sandbox.id(),
                                ContainerWire.config(asked, more),
                                SandboxWire.config(asked.getSandboxConfig(), Map.of(Cri.CLIENTS, "")))))
                .map(id -> CriProto.CreateContainerResponse.newBuilder()
                        .setContainerId(id)
                        .build());
    }

    Future<CriProto.StartContainerResponse> startContainer(CriProto.StartContainerRequest asked) {
        return ids.container(asked.getContainerId())
                .compose(runtime::startContainer)
                .map(CriProto.StartContainerResponse.getDefaultInstance());
    }

    Future<CriProto.StopContainerResponse> stopContainer(CriProto.StopContainerRequest asked) {
        return ids.container(asked.getContainerId())
                .compose(id -> runtime.stopContainer(id, seconds("timeout", asked.getTimeout())))
                .recover(CriCodes::unlessGone)
                .map(CriProto.StopContainerResponse.getDefaultInstance());
    }

    private static Duration seconds(String field, long seconds) {
        if (seconds < 0 || seconds > Integer.MAX_VALUE) {
            throw invalid(field, seconds + " is no number of seconds");
        }
        return Duration.ofSeconds(seconds);
    }

    Future<CriProto.RemoveContainerResponse> removeContainer(CriProto.RemoveContainerRequest asked) {
        return ids.container(asked.getContainerId())
                .compose(runtime::removeContainer)
                .recover(CriCodes::unlessGone)
                .map(CriProto.RemoveContainerResponse.getDefaultInstance());
    }

    Future<CriProto.ListContainersResponse> listContainers(CriProto.ListContainersRequest asked) {
        return runtime.listContainers(Cri.ContainerFilter.ALL).map(all -> CriProto.ListContainersResponse.newBuilder()
                .addAllContainers(all.stream()
                        .filter(container -> ContainerWire.matches(asked.getFilter(), container))
                        .map(ContainerWire::container)
                        .toList())
                .build());
    }

    Future<CriProto.ContainerStatusResponse> containerStatus(CriProto.ContainerStatusRequest asked) {
        return ids.container(asked.getContainerId())
                .compose(runtime::containerStatus)
                .map(status -> CriProto.ContainerStatusResponse.newBuilder()
                        .setStatus(etc.status(status))
                        .putAllInfo(asked.getVerbose() ? ContainerWire.words(status) : Map.of())
                        .build());
    }

    /** The annotations are for experiments of client and runtime: those of a container don't change by them. */
    Future<CriProto.UpdateContainerResourcesResponse> updateContainerResources(
            CriProto.UpdateContainerResourcesRequest asked) {
        return ids.container(asked.getContainerId())
                .compose(id -> runtime.updateContainerResources(
                        id, ResourcesWire.resources("linux", asked.getLinux()), Map.of()))
                .map(CriProto.UpdateContainerResourcesResponse.getDefaultInstance());
    }

    Future<CriProto.ReopenContainerLogResponse> reopenContainerLog(CriProto.ReopenContainerLogRequest asked) {
        return ids.container(asked.getContainerId())
                .compose(runtime::reopenContainerLog)
                .map(CriProto.ReopenContainerLogResponse.getDefaultInstance());
    }

    Future<CriProto.CheckpointContainerResponse> checkpointContainer(CriProto.CheckpointContainerRequest asked) {
        return Future.failedFuture(new CriException(
                CriException.Code.UNIMPLEMENTED, "CheckpointContainer: minik's runtime makes no checkpoints"));
    }

    // ---- processes inside

    Future<CriProto.ExecSyncResponse> execSync(CriProto.ExecSyncRequest asked) {
        Duration limit = seconds("timeout", asked.getTimeout());
        List<String> command = command(asked.getCmdList());
        return ids.container(asked.getContainerId())
                .compose(id -> new ExecSync(vertx, runtime).run(id, command, limit));
    }

    private static List<String> command(List<String> words) {
        if (words.isEmpty()) {
            throw invalid("cmd", "you must specify a command");
        }
        return List.copyOf(words);
    }

    private static Streams streams(Streams asked) {
        if (!asked.stdin() && !asked.stdout() && !asked.stderr()) {
            throw invalid("stdin, stdout, stderr", "one of them must be set");
        }
        if (asked.tty() && asked.stderr()) {
            throw invalid("stderr", "tty and stderr cannot both be true");
        }
        return asked;
    }

    /** What can't run is said now, not when somebody comes for the streams. */
    private Future<String> running(String containerId) {
        return ids.container(containerId).compose(id -> runtime.containerStatus(id)
                .compose(status -> status.state() == Cri.ContainerState.CONTAINER_RUNNING
                        ? Future.succeededFuture(id)
                        : Future.failedFuture(new CriException(
                                CriException.Code.INVALID_ARGUMENT, "container " + id + " is not running"))));
    }

    Future<CriProto.ExecResponse> exec(CriProto.ExecRequest asked) {
        Streams streams = streams(new Streams(asked.getStdin(), asked.getStdout(), asked.getStderr(), asked.getTty()));
        List<String> command = command(asked.getCmdList());
        return running(asked.getContainerId())
                .compose(id -> urls.exec(new Cri.ExecRequest(id, command, streams.tty(), streams.stdin()), streams))
                .map(url -> CriProto.ExecResponse.newBuilder().setUrl(url).build());
    }

    Future<CriProto.AttachResponse> attach(CriProto.AttachRequest asked) {
        Streams streams = streams(new Streams(asked.getStdin(), asked.getStdout(), asked.getStderr(), asked.getTty()));
        return running(asked.getContainerId())
                .compose(id -> urls.attach(
                        new Cri.AttachRequest(id, streams.stdin(), streams.stdout(), streams.stderr()), streams))
                .map(url -> CriProto.AttachResponse.newBuilder().setUrl(url).build());
    }

    Future<CriProto.PortForwardResponse> portForward(CriProto.PortForwardRequest asked) {
        return ids.sandbox(asked.getPodSandboxId())
                .compose(runtime::podSandboxStatus)
                .compose(sandbox -> sandbox.ready()
                        ? urls.portForward(sandbox.id())
                        : Future.failedFuture(new CriException(
                                CriException.Code.INVALID_ARGUMENT, "sandbox " + sandbox.id() + " is not ready")))
                .map(url ->
                        CriProto.PortForwardResponse.newBuilder().setUrl(url).build());
    }
}
