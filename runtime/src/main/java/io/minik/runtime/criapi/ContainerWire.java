package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;
import static io.minik.runtime.criapi.CriCodes.refuse;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.criapi.proto.CriProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Containers on the wire and in the kubelet's words. */
final class ContainerWire {
    private ContainerWire() {}

    // ---- what a client asks of us

    /** @param more mounts that the runtime itself adds, where the client has none of its own */
    static Cri.ContainerConfig config(CriProto.CreateContainerRequest asked, List<Cri.Mount> more) {
        CriProto.ContainerConfig config = asked.getConfig();
        if (config.getMetadata().getName().isEmpty()) {
            throw invalid("config.metadata", "name is required");
        }
        if (config.getImage().getImage().isEmpty()) {
            throw invalid("config.image", "image is required");
        }
        refuse(config.getCDIDevicesCount() > 0, "config.CDI_devices", "CDI devices");
        List<Cri.Mount> mounts = new ArrayList<>(more);
        config.getMountsList().forEach(mount -> mounts.add(mount(mount)));
        return new Cri.ContainerConfig(
                new Cri.ContainerMetadata(
                        config.getMetadata().getName(), config.getMetadata().getAttempt()),
                new Cri.ImageSpec(config.getImage().getImage(), userSpecified(config.getImage())),
                process(config),
                List.copyOf(mounts),
                config.getDevicesList().stream()
                        .map(device -> new Cri.Device(
                                Path.of(device.getHostPath()), device.getContainerPath(), device.getPermissions()))
                        .toList(),
                Cri.with(config.getLabelsMap(), Map.of(Cri.CLIENTS, "")),
                config.getAnnotationsMap(),
                config.getLogPath(),
                new Cri.LinuxContainerConfig(
                        resources("config.linux.resources", config.getLinux().getResources()),
                        SecurityWire.security(
                                config.getLinux().getSecurityContext(),
                                asked.getSandboxConfig().getLinux().getSecurityContext())));
    }

    private static String userSpecified(CriProto.ImageSpec image) {
        return image.getUserSpecifiedImage().isEmpty() ? image.getImage() : image.getUserSpecifiedImage();
    }

    private static Cri.ContainerProcess process(CriProto.ContainerConfig config) {
        Map<String, String> envs = new LinkedHashMap<>();
        config.getEnvsList().forEach(env -> envs.put(env.getKey(), env.getValue()));
        return new Cri.ContainerProcess(
                config.getCommandList(),
                config.getArgsList(),
                envs,
                config.getWorkingDir(),
                config.getStdin(),
                config.getStdinOnce(),
                config.getTty(),
                signal(config.getStopSignal()));
    }

    /** {@code SIGRTMINPLUS3} is {@code SIGRTMIN+3} to everybody else. */
    private static String signal(CriProto.Signal signal) {
        return signal == CriProto.Signal.RUNTIME_DEFAULT || signal == CriProto.Signal.UNRECOGNIZED
                ? ""
                : signal.name().replace("PLUS", "+").replace("MINUS", "-");
    }

    private static Cri.Mount mount(CriProto.Mount mount) {
        String field = "config.mounts[" + mount.getContainerPath() + "]";
        refuse(mount.hasImage(), field + ".image", "mounts of images for CRI's clients");
        refuse(
                mount.getUidMappingsCount() + mount.getGidMappingsCount() > 0,
                field + ".uidMappings",
                "mounts with mapped ids");
        if (mount.getHostPath().isEmpty() || mount.getContainerPath().isEmpty()) {
            throw invalid(field, "host_path and container_path are required");
        }
        boolean recursive = mount.getRecursiveReadOnly();
        if (recursive
                && (!mount.getReadonly() || mount.getPropagation() != CriProto.MountPropagation.PROPAGATION_PRIVATE)) {
            throw invalid(field + ".recursive_read_only", "needs readonly, and no propagation");
        }
        return new Cri.Mount(
                Path.of(mount.getHostPath()),
                mount.getContainerPath(),
                mount.getReadonly(),
                recursive ? Cri.RecursiveReadOnly.YES : Cri.RecursiveReadOnly.NO,
                switch (mount.getPropagation()) {
                    case PROPAGATION_PRIVATE -> Cri.MountPropagation.PROPAGATION_PRIVATE;
                    case PROPAGATION_HOST_TO_CONTAINER -> Cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
                    case PROPAGATION_BIDIRECTIONAL -> Cri.MountPropagation.PROPAGATION_BIDIRECTIONAL;
                    case UNRECOGNIZED -> throw invalid(field + ".propagation", "unknown propagation");
                });
    }

    /**
     * Without swap a limit of it that is no higher than the memory's is kept by itself, and a limit of no huge pages by there being
     * none in a container's reach; {@code memory.oom.group} is how groups are made here.
     */
    static Cri.LinuxContainerResources resources(String field, CriProto.LinuxContainerResources asked) {
        refuse(
                asked.getHugepageLimitsList().stream().anyMatch(limit -> limit.getLimit() > 0),
                field + ".hugepage_limits",
                "huge pages");
        refuse(
                asked.getMemorySwapLimitInBytes() > asked.getMemoryLimitInBytes(),
                field + ".memory_swap_limit_in_bytes",
                "swap");
        refuse(
                asked.getUnifiedMap().entrySet().stream()
                        .anyMatch(entry -> !entry.getKey().equals("memory.oom.group")
                                || !entry.getValue().equals("1")),
                field + ".unified",
                "files of cgroup v2 but memory.oom.group");
        return new Cri.LinuxContainerResources(
                asked.getCpuPeriod(),
                asked.getCpuQuota(),
                asked.getCpuShares(),
                asked.getMemoryLimitInBytes(),
                Math.toIntExact(asked.getOomScoreAdj()),
                asked.getCpusetCpus(),
                asked.getCpusetMems());
    }

    // ---- what we tell a client

    private static CriProto.ImageSpec image(Cri.ImageSpec image) {
        return CriProto.ImageSpec.newBuilder()
                .setImage(image.userSpecifiedImage().isEmpty() ? image.image() : image.userSpecifiedImage())
                .setUserSpecifiedImage(image.userSpecifiedImage())
                .build();
    }

    static CriProto.ContainerMetadata metadata(Cri.ContainerMetadata metadata) {
        return CriProto.ContainerMetadata.newBuilder()
                .setName(metadata.name())
                .setAttempt(metadata.attempt())
                .build();
    }

    static CriProto.ContainerState state(Cri.ContainerState state) {
        return switch (state) {
            case CONTAINER_CREATED -> CriProto.ContainerState.CONTAINER_CREATED;
            case CONTAINER_RUNNING -> CriProto.ContainerState.CONTAINER_RUNNING;
            case CONTAINER_EXITED -> CriProto.ContainerState.CONTAINER_EXITED;
        };
    }

    static CriProto.Container container(Cri.Container known) {
        return CriProto.Container.newBuilder()
                .setId(known.id())
                .setPodSandboxId(known.podSandboxId())
                .setMetadata(metadata(known.metadata()))
                .setImage(image(known.image()))
                .setImageRef(known.imageId())
                .setImageId(known.imageId())
                .setState(state(known.state()))
                .setCreatedAt(known.createdAt())
                .putAllLabels(SandboxWire.labels(known.labels()))
                .putAllAnnotations(known.annotations())
                .build();
    }

    static CriProto.ContainerStatus status(Cri.ContainerStatus known) {
        Cri.Container container = known.container();
        return CriProto.ContainerStatus.newBuilder()
                .setId(container.id())
                .setMetadata(metadata(container.metadata()))
                .setState(state(container.state()))
                .setCreatedAt(container.createdAt())
                .setStartedAt(known.startedAt())
                .setFinishedAt(known.finishedAt())
                .setExitCode(known.exitCode())
                .setImage(image(container.image()))
                .setImageRef(container.imageId())
                .setImageId(container.imageId())
                .setReason(known.reason())
                .setMessage(known.message())
                .putAllLabels(SandboxWire.labels(container.labels()))
                .putAllAnnotations(container.annotations())
                .setLogPath(known.logPath().toString())
                .build();
    }

    /** Those that a filter wants; all of its fields count. */
    static boolean matches(CriProto.ContainerFilter filter, Cri.Container known) {
        return (filter.getId().isEmpty() || known.id().startsWith(filter.getId()))
                && (!filter.hasState() || filter.getState().getState() == state(known.state()))
                && (filter.getPodSandboxId().isEmpty() || known.podSandboxId().startsWith(filter.getPodSandboxId()))
                && Cri.matches(known.labels(), filter.getLabelSelectorMap());
    }

    static CriProto.ContainerEventType type(Cri.ContainerEventType type) {
        return switch (type) {
            case CONTAINER_CREATED_EVENT -> CriProto.ContainerEventType.CONTAINER_CREATED_EVENT;
            case CONTAINER_STARTED_EVENT -> CriProto.ContainerEventType.CONTAINER_STARTED_EVENT;
            case CONTAINER_STOPPED_EVENT -> CriProto.ContainerEventType.CONTAINER_STOPPED_EVENT;
            case CONTAINER_DELETED_EVENT -> CriProto.ContainerEventType.CONTAINER_DELETED_EVENT;
        };
    }

    // ---- what we ask of another runtime, and hear from it

    static CriProto.ContainerConfig config(Cri.ContainerConfig config, Cri.NamespaceOption pod) {
        Cri.ContainerProcess process = config.process();
        CriProto.ContainerConfig.Builder asked = CriProto.ContainerConfig.newBuilder()
                .setMetadata(metadata(config.metadata()))
                .setImage(CriProto.ImageSpec.newBuilder()
                        .setImage(config.image().image())
                        .setUserSpecifiedImage(config.image().userSpecifiedImage()))
                .addAllCommand(process.command())
                .addAllArgs(process.args())
                .setWorkingDir(process.workingDir())
                .setStdin(process.stdin())
                .setStdinOnce(process.stdinOnce())
                .setTty(process.tty())
                .setStopSignal(signal(process.stopSignal()))
                .putAllLabels(config.labels())
                .putAllAnnotations(config.annotations())
                .setLogPath(config.logPath())
                .setLinux(CriProto.LinuxContainerConfig.newBuilder()
                        .setResources(resources(config.linux().resources()))
                        .setSecurityContext(SecurityWire.security(config.linux().securityContext(), pod)));
        process.envs()
                .forEach((key, value) ->
                        asked.addEnvs(CriProto.KeyValue.newBuilder().setKey(key).setValue(value)));
        config.mounts().forEach(mount -> asked.addMounts(mount(mount)));
        config.devices()
                .forEach(device -> asked.addDevices(CriProto.Device.newBuilder()
                        .setHostPath(device.hostPath().toString())
                        .setContainerPath(device.containerPath())
                        .setPermissions(device.permissions())));
        return asked.build();
    }

    private static CriProto.Signal signal(String name) {
        return name.isEmpty()
                ? CriProto.Signal.RUNTIME_DEFAULT
                : CriProto.Signal.valueOf(name.replace("+", "PLUS").replace("-", "MINUS"));
    }

    private static CriProto.Mount mount(Cri.Mount mount) {
        return CriProto.Mount.newBuilder()
                .setHostPath(mount.hostPath().toString())
                .setContainerPath(mount.containerPath())
                .setReadonly(mount.readonly())
                .setRecursiveReadOnly(mount.recursiveReadOnly() == Cri.RecursiveReadOnly.YES)
                .setPropagation(
                        switch (mount.propagation()) {
                            case PROPAGATION_PRIVATE -> CriProto.MountPropagation.PROPAGATION_PRIVATE;
                            case PROPAGATION_HOST_TO_CONTAINER ->
                                CriProto.MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
                            case PROPAGATION_BIDIRECTIONAL -> CriProto.MountPropagation.PROPAGATION_BIDIRECTIONAL;
                        })
                .build();
    }

    static CriProto.LinuxContainerResources resources(Cri.LinuxContainerResources resources) {
        return CriProto.LinuxContainerResources.newBuilder()
                .setCpuPeriod(resources.cpuPeriod())
                .setCpuQuota(resources.cpuQuota())
                .setCpuShares(resources.cpuShares())
                .setMemoryLimitInBytes(resources.memoryLimitInBytes())
                .setOomScoreAdj(resources.oomScoreAdj())
                .setCpusetCpus(resources.cpusetCpus())
                .setCpusetMems(resources.cpusetMems())
                .build();
    }

    static Cri.Container heard(CriProto.Container said) {
        return new Cri.Container(
                said.getId(),
                said.getPodSandboxId(),
                new Cri.ContainerMetadata(
                        said.getMetadata().getName(), said.getMetadata().getAttempt()),
                new Cri.ImageSpec(said.getImage().getImage(), userSpecified(said.getImage())),
                // In a list of runtimes older than the field the reference is the id.
                said.getImageId().isEmpty() ? said.getImageRef() : said.getImageId(),
                heard(said.getState()),
                said.getCreatedAt(),
                said.getLabelsMap(),
                said.getAnnotationsMap());
    }

    /** Nobody knows of an unknown one what runs of it: as if it had ended, it is made anew once it is removed. */
    private static Cri.ContainerState heard(CriProto.ContainerState said) {
        return switch (said) {
            case CONTAINER_CREATED -> Cri.ContainerState.CONTAINER_CREATED;
            case CONTAINER_RUNNING -> Cri.ContainerState.CONTAINER_RUNNING;
            case CONTAINER_EXITED, CONTAINER_UNKNOWN, UNRECOGNIZED -> Cri.ContainerState.CONTAINER_EXITED;
        };
    }

    /** @param listed the same one as a list has it, which tells what a status does not */
    static Cri.ContainerStatus heard(CriProto.ContainerStatus said, Cri.Container listed) {
        return new Cri.ContainerStatus(
                new Cri.Container(
                        said.getId(),
                        listed.podSandboxId(),
                        listed.metadata(),
                        new Cri.ImageSpec(said.getImage().getImage(), userSpecified(said.getImage())),
                        said.getImageId().isEmpty() ? listed.imageId() : said.getImageId(),
                        heard(said.getState()),
                        said.getCreatedAt(),
                        said.getLabelsMap(),
                        said.getAnnotationsMap()),
                said.getStartedAt(),
                said.getFinishedAt(),
                said.getExitCode(),
                said.getReason(),
                said.getMessage(),
                Path.of(said.getLogPath()));
    }
}
