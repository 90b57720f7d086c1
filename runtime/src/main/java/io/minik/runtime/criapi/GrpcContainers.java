package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** Containers of another runtime, with what its answers leave out: whose a status is, and what was noted later. */
final class GrpcContainers {
    private final CriClient client;
    private final ImageService images;
    private final AddedNotes notes;
    /** As last listed: a status tells neither its sandbox nor, from older runtimes, its image's id. As many as there are. */
    private final Map<String, Cri.Container> listed = new ConcurrentHashMap<>();

    GrpcContainers(CriClient client, ImageService images, AddedNotes notes) {
        this.client = client;
        this.images = images;
        this.notes = notes;
    }

    Future<String> create(String podSandboxId, Cri.ContainerConfig config, Cri.PodSandboxConfig sandbox) {
        return named(config)
                .compose(whole -> client.runtime(
                        "CreateContainer",
                        CriProto.CreateContainerRequest.newBuilder()
                                .setPodSandboxId(podSandboxId)
                                .setConfig(ContainerWire.config(
                                        whole, sandbox.linux().namespaceOptions()))
                                .setSandboxConfig(SandboxWire.config(sandbox))
                                .build(),
                        CriProto.CreateContainerResponse.parser()))
                .map(CriProto.CreateContainerResponse::getContainerId)
                .recover(error -> existing(podSandboxId, config.metadata(), error));
    }

    /** CRI has no group without a user: where the image says who runs it, that is looked up. */
    private Future<Cri.ContainerConfig> named(Cri.ContainerConfig config) {
        Cri.LinuxContainerSecurityContext security = config.linux().securityContext();
        CriParts.RunAs asked = security.runAs();
        if (asked.group().isEmpty()
                || asked.user().isPresent()
                || !asked.username().isEmpty()) {
            return Future.succeededFuture(config);
        }
        return images.imageStatus(config.image().image()).map(found -> {
            OptionalLong uid = found.map(Cri.Image::uid).orElse(OptionalLong.empty());
            String name = found.map(Cri.Image::username).orElse("");
            OptionalLong user = uid.isPresent() || !name.isEmpty() ? uid : OptionalLong.of(0);
            return runBy(config, new CriParts.RunAs(user, name, asked.group()));
        });
    }

    private static Cri.ContainerConfig runBy(Cri.ContainerConfig config, CriParts.RunAs who) {
        Cri.LinuxContainerSecurityContext security = config.linux().securityContext();
        return new Cri.ContainerConfig(
                config.metadata(),
                config.image(),
                config.process(),
                config.mounts(),
                config.devices(),
                config.labels(),
                config.annotations(),
                config.logPath(),
                new Cri.LinuxContainerConfig(
                        config.linux().resources(),
                        new Cri.LinuxContainerSecurityContext(
                                who,
                                security.supplementalGroups(),
                                security.privileged(),
                                security.readonlyRootfs(),
                                security.noNewPrivs(),
                                security.capabilities(),
                                security.paths(),
                                security.seccomp(),
                                security.pidTarget())));
    }

    private Future<String> existing(String podSandboxId, Cri.ContainerMetadata metadata, Throwable error) {
        if (CriException.is(error, Code.UNAVAILABLE)) {
            return Future.failedFuture(error);
        }
        return list(CriProto.ContainerFilter.newBuilder()
                        .setPodSandboxId(podSandboxId)
                        .build())
                .compose(all -> all.stream()
                        .filter(known -> known.metadata().equals(metadata))
                        .findFirst()
                        .map(known -> Future.succeededFuture(known.id()))
                        .orElseGet(() -> Future.failedFuture(missing(error))));
    }

    /** Some runtimes say of what a request names and is not there that they don't know what is wrong. */
    private static Throwable missing(Throwable error) {
        return CriException.is(error, Code.UNKNOWN)
                        && String.valueOf(error.getMessage()).endsWith("not found")
                ? new CriException(Code.NOT_FOUND, String.valueOf(error.getMessage()), error)
                : error;
    }

    Future<List<Cri.Container>> list(CriProto.ContainerFilter filter) {
        return client.runtime(
                        "ListContainers",
                        CriProto.ListContainersRequest.newBuilder()
                                .setFilter(filter)
                                .build(),
                        CriProto.ListContainersResponse.parser())
                .map(said -> {
                    List<Cri.Container> all = said.getContainersList().stream()
                            .map(ContainerWire::heard)
                            .map(each -> each.with(notes.with(each.id(), each.annotations())))
                            .toList();
                    all.forEach(each -> listed.put(each.id(), each));
                    return all;
                });
    }

    private Future<Cri.Container> listed(String containerId) {
        Optional<Cri.Container> known = Optional.ofNullable(listed.get(containerId));
        return known.isPresent()
                ? Future.succeededFuture(known.get())
                : list(CriProto.ContainerFilter.newBuilder().setId(containerId).build())
                        .compose(all -> all.size() == 1
                                ? Future.succeededFuture(all.get(0))
                                : Future.failedFuture(
                                        new CriException(Code.NOT_FOUND, "there is no container " + containerId)));
    }

    Future<Cri.ContainerStatus> status(String containerId) {
        return client.runtime(
                        "ContainerStatus",
                        CriProto.ContainerStatusRequest.newBuilder()
                                .setContainerId(containerId)
                                .build(),
                        CriProto.ContainerStatusResponse.parser())
                .onFailure(error -> {
                    if (CriException.isNotFound(error)) {
                        listed.remove(containerId);
                    }
                })
                .compose(said -> listed(containerId).map(known -> {
                    Cri.ContainerStatus heard = ContainerWire.heard(said.getStatus(), known);
                    return heard.with(notes.with(containerId, heard.annotations()));
                }));
    }

    Future<Void> remove(String containerId) {
        return client.runtime(
                        "RemoveContainer",
                        CriProto.RemoveContainerRequest.newBuilder()
                                .setContainerId(containerId)
                                .build(),
                        CriProto.RemoveContainerResponse.parser())
                .compose(done -> {
                    listed.remove(containerId);
                    return notes.forget(containerId);
                });
    }

    Future<Void> note(String containerId, Map<String, String> annotations) {
        return notes.add(containerId, annotations);
    }
}
