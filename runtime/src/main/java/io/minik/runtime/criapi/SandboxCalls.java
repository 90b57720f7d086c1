package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sandboxes, as CRI's clients call for them. On the server's context. */
final class SandboxCalls {
    private final Vertx vertx;
    private final RuntimeService runtime;
    private final HostPorts ports;
    private final Ids ids;
    private final PodEtc etc;
    /** Of sandboxes that are being run: what is listed does not have them yet. */
    private final List<ClientMark> coming = new ArrayList<>();

    SandboxCalls(Vertx vertx, RuntimeService runtime, HostPorts ports, Ids ids, PodEtc etc) {
        this.vertx = vertx;
        this.runtime = runtime;
        this.ports = ports;
        this.ids = ids;
        this.etc = etc;
    }

    /** Opens the ports of the sandboxes that an earlier minik left. */
    static Future<Void> reopen(RuntimeService runtime, HostPorts ports) {
        return runtime.listPodSandbox(Cri.PodSandboxFilter.ALL)
                .compose(all -> Future.all(all.stream()
                        .filter(pod -> pod.state() == Cri.PodSandboxState.SANDBOX_READY)
                        .filter(pod -> !ClientMark.of(pod).ports().isEmpty())
                        .map(pod -> runtime.podSandboxStatus(pod.id())
                                .onSuccess(status -> ports.open(
                                        pod.id(),
                                        status.ips(),
                                        ClientMark.of(pod).ports())))
                        .toList()))
                .mapEmpty();
    }

    Future<CriProto.RunPodSandboxResponse> run(CriProto.RunPodSandboxRequest asked) {
        ClientMark mark = ClientMark.of(asked);
        Cri.PodSandboxConfig config = SandboxWire.config(asked);
        coming.add(mark);
        return free(mark, config.metadata())
                .compose(free -> runtime.runPodSandbox(config))
                .compose(id -> mark.ports().isEmpty()
                        ? Future.succeededFuture(id)
                        : runtime.podSandboxStatus(id).map(status -> {
                            ports.open(id, status.ips(), mark.ports());
                            return id;
                        }))
                .onComplete(done -> coming.remove(mark))
                .map(id -> CriProto.RunPodSandboxResponse.newBuilder()
                        .setPodSandboxId(id)
                        .build());
    }

    /** Two pods can't have one port of the node. Those of the kubelet's pods come first: the API has let them in. */
    private Future<Void> free(ClientMark mark, Cri.PodSandboxMetadata own) {
        if (mark.ports().isEmpty()) {
            return Future.succeededFuture();
        }
        return runtime.listPodSandbox(Cri.PodSandboxFilter.ALL).compose(all -> {
            List<ClientMark> others = new ArrayList<>(all.stream()
                    .filter(pod -> pod.state() == Cri.PodSandboxState.SANDBOX_READY
                            && !pod.metadata().equals(own))
                    .map(ClientMark::of)
                    .toList());
            coming.stream().filter(each -> !each.equals(mark)).forEach(others::add);
            for (HostPorts.Port port : mark.ports()) {
                if (others.stream().flatMap(each -> each.ports().stream()).anyMatch(port::contends)) {
                    return Future.failedFuture(
                            invalid("config.port_mappings", "host port " + port.hostPort() + " is another sandbox'"));
                }
            }
            return Future.succeededFuture();
        });
    }

    Future<CriProto.StopPodSandboxResponse> stop(CriProto.StopPodSandboxRequest asked) {
        return ids.sandbox(asked.getPodSandboxId())
                .compose(this::stop)
                .recover(CriCodes::unlessGone)
                .map(CriProto.StopPodSandboxResponse.getDefaultInstance());
    }

    private Future<Void> stop(String id) {
        return runtime.stopPodSandbox(id).onSuccess(stopped -> ports.close(id));
    }

    Future<CriProto.RemovePodSandboxResponse> remove(CriProto.RemovePodSandboxRequest asked) {
        return ids.sandbox(asked.getPodSandboxId())
                .compose(id -> runtime.removePodSandbox(id)
                        .onSuccess(removed -> ports.close(id))
                        .compose(gone -> vertx.executeBlocking(() -> {
                            etc.remove(id);
                            return (Void) null;
                        })))
                .recover(CriCodes::unlessGone)
                .map(CriProto.RemovePodSandboxResponse.getDefaultInstance());
    }

    Future<CriProto.PodSandboxStatusResponse> status(CriProto.PodSandboxStatusRequest asked) {
        return ids.sandbox(asked.getPodSandboxId())
                .compose(id -> runtime.podSandboxStatus(id).compose(status -> containers(id)
                        .map(containers -> SandboxWire.answer(
                                status,
                                containers,
                                asked.getVerbose(),
                                Nanos.of(Loop.here(vertx).now())))));
    }

    private Future<List<CriProto.ContainerStatus>> containers(String sandboxId) {
        return runtime.listContainers(Cri.ContainerFilter.ALL).compose(all -> {
            List<Future<Optional<Cri.ContainerStatus>>> told = all.stream()
                    .filter(container -> container.podSandboxId().equals(sandboxId))
                    .map(container -> runtime.containerStatus(container.id())
                            .map(Optional::of)
                            .recover(error -> CriException.isNotFound(error)
                                    ? Future.succeededFuture(Optional.empty())
                                    : Future.failedFuture(error)))
                    .toList();
            return Future.all(told).map(done -> told.stream()
                    .flatMap(each -> each.result().stream())
                    .map(etc::status)
                    .toList());
        });
    }

    Future<CriProto.ListPodSandboxResponse> list(CriProto.ListPodSandboxRequest asked) {
        return runtime.listPodSandbox(Cri.PodSandboxFilter.ALL).map(all -> CriProto.ListPodSandboxResponse.newBuilder()
                .addAllItems(all.stream()
                        .filter(pod -> SandboxWire.matches(asked.getFilter(), pod))
                        .map(SandboxWire::sandbox)
                        .toList())
                .build());
    }

    Future<CriProto.UpdatePodSandboxResourcesResponse> update(CriProto.UpdatePodSandboxResourcesRequest asked) {
        return ids.sandbox(asked.getPodSandboxId())
                .compose(id -> runtime.updatePodSandboxResources(
                        id, ResourcesWire.resources("resources", asked.getResources())))
                .map(CriProto.UpdatePodSandboxResourcesResponse.getDefaultInstance());
    }
}
