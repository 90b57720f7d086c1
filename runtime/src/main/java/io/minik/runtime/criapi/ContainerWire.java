package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;
import static io.minik.runtime.criapi.CriCodes.refuse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Containers on the wire and in the kubelet's words. */
final class ContainerWire {
    private static final Set<String> SIGNALS = Stream.of(CriProto.Signal.values())
            .filter(signal -> signal != CriProto.Signal.UNRECOGNIZED)
            .map(Enum::name)
            .collect(Collectors.toUnmodifiableSet());

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
        CriProto.NamespaceOption pod =
                asked.getSandboxConfig().getLinux().getSecurityContext().getNamespaceOptions();
        config.getMountsList().forEach(mount -> mounts.add(mount(mount, pod.getUsernsOptions())));
        return new Cri.ContainerConfig(
                new Cri.ContainerMetadata(
                        config.getMetadata().getName(), config.getMetadata().getAttempt()),
                new Cri.ImageSpec(config.getImage().getImage(), userSpecified(config.getImage())),
                process(config),
                List.copyOf(mounts),
                config.getDevicesList().stream()
                        .map(device -> new Cri.Device(
                                CriCodes.path("config.devices.host_path", device.getHostPath()),
                                inside("config.devices.container_path", device.getContainerPath()),
                                device.getPermissions()))
                        .toList(),
                Cri.with(config.getLabelsMap(), Map.of(Cri.CLIENTS, "")),
                config.getAnnotationsMap(),
                logPath(config.getLogPath()),
                new Cri.LinuxContainerConfig(
                        ResourcesWire.resources(
                                "config.linux.resources", config.getLinux().getResources()),
                        SecurityWire.security(
                                config.getLinux().getSecurityContext(),
                                asked.getSandboxConfig().getLinux().getSecurityContext())));
    }

    /** Below the sandbox' directory: a client may write elsewhere, but not by mistake. */
    private static String logPath(String asked) {
        inside("config.log_path", asked);
        Path path = Path.of(asked).normalize();
        if (path.isAbsolute() || path.startsWith("..")) {
            throw invalid("config.log_path", "\"" + asked + "\" leads out of the log directory");
        }
        return asked;
    }

    /** A path in a container, which nothing of the node resolves. */
    private static String inside(String field, String text) {
        if (text.indexOf('\0') >= 0) {
            throw invalid(field, "is no path: it holds a character NUL");
        }
        return text;
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

    private static Cri.Mount mount(CriProto.Mount mount, CriProto.UserNamespace pod) {
        String field = "config.mounts[" + mount.getContainerPath() + "]";
        if (mount.hasImage()) {
            return image(field, mount);
        }
        if (mount.getHostPath().isEmpty() || mount.getContainerPath().isEmpty()) {
            throw invalid(field, "host_path and container_path are required");
        }
        boolean recursive = mount.getRecursiveReadOnly();
        if (recursive
                && (!mount.getReadonly() || mount.getPropagation() != CriProto.MountPropagation.PROPAGATION_PRIVATE)) {
            throw invalid(field + ".recursive_read_only", "needs readonly, and no propagation");
        }
        return new Cri.Mount(
                CriCodes.path(field + ".host_path", mount.getHostPath()),
                inside(field + ".container_path", mount.getContainerPath()),
                mount.getReadonly(),
                recursive ? Cri.RecursiveReadOnly.YES : Cri.RecursiveReadOnly.NO,
                switch (mount.getPropagation()) {
                    case PROPAGATION_PRIVATE -> Cri.MountPropagation.PROPAGATION_PRIVATE;
                    case PROPAGATION_HOST_TO_CONTAINER -> Cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
                    case PROPAGATION_BIDIRECTIONAL -> Cri.MountPropagation.PROPAGATION_BIDIRECTIONAL;
                    case UNRECOGNIZED -> throw invalid(field + ".propagation", "unknown propagation");
                },
                UserNamespaceWire.mapped(field, mount, pod),
                Optional.empty());
    }

    /** Its owners are mapped as those of the container's own image: a mapping beside it says nothing more. */
    private static Cri.Mount image(String field, CriProto.Mount mount) {
        String subPath = inside(field + ".image_sub_path", mount.getImageSubPath());
        boolean out = subPath.startsWith("/") || Path.of(subPath).normalize().startsWith("..");
        if (!mount.getHostPath().isEmpty() || mount.getContainerPath().isEmpty()) {
            throw invalid(field, "an image is mounted on a container_path, and without a host_path");
        }
        if (mount.getImage().getImage().isEmpty() || !mount.getReadonly() || out) {
            throw invalid(field, "an image has a name, is mounted read-only, and as a whole or by a path in it");
        }
        return new Cri.Mount(
                Path.of(""),
                inside(field + ".container_path", mount.getContainerPath()),
                true,
                Cri.RecursiveReadOnly.NO,
                Cri.MountPropagation.PROPAGATION_PRIVATE,
                false,
                Optional.of(new CriParts.ImageMount(mount.getImage().getImage(), subPath)));
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
        CriParts.ContainerSetup setup = known.setup();
        CriProto.ContainerStatus.Builder told = CriProto.ContainerStatus.newBuilder()
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
                .addAllMounts(setup.mounts().stream()
                        .map(mount -> mount(mount, CriParts.UserNamespace.NODE))
                        .toList())
                .setStopSignal(signal(setup.stopSignal()));
        setup.resources()
                .ifPresent(limits -> told.setResources(
                        CriProto.ContainerResources.newBuilder().setLinux(ResourcesWire.resources(limits))));
        setup.user()
                .ifPresent(user -> told.setUser(CriProto.ContainerUser.newBuilder()
                        .setLinux(CriProto.LinuxContainerUser.newBuilder()
                                .setUid(user.uid())
                                .setGid(user.gid())
                                .addAllSupplementalGroups(user.supplementalGroups()))));
        return told.build();
    }

    /** For people who ask for more words. */
    static Map<String, String> words(Cri.ContainerStatus known) {
        ObjectNode words = Json.object();
        words.put("sandboxID", known.container().podSandboxId());
        words.put("pid", known.setup().pid());
        return Map.of(CriCodes.WORDS, words.toString());
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
                        .setResources(ResourcesWire.resources(config.linux().resources()))
                        .setSecurityContext(SecurityWire.security(config.linux().securityContext(), pod)));
        process.envs()
                .forEach((key, value) ->
                        asked.addEnvs(CriProto.KeyValue.newBuilder().setKey(key).setValue(value)));
        config.mounts().forEach(mount -> asked.addMounts(mount(mount, pod.users())));
        config.devices()
                .forEach(device -> asked.addDevices(CriProto.Device.newBuilder()
                        .setHostPath(device.hostPath().toString())
                        .setContainerPath(device.containerPath())
                        .setPermissions(device.permissions())));
        return asked.build();
    }

    /** What an image says by a number, or by a name that CRI has not, is told as the runtime's own. */
    private static CriProto.Signal signal(String name) {
        String word = name.replace("+", "PLUS").replace("-", "MINUS");
        return SIGNALS.contains(word) ? CriProto.Signal.valueOf(word) : CriProto.Signal.RUNTIME_DEFAULT;
    }

    private static CriProto.Mount mount(Cri.Mount mount, CriParts.UserNamespace pod) {
        CriProto.UserNamespace users = UserNamespaceWire.users(mount.mapped() ? pod : CriParts.UserNamespace.NODE);
        CriProto.Mount.Builder told = CriProto.Mount.newBuilder();
        mount.image().ifPresent(shown -> told.setImage(
                        CriProto.ImageSpec.newBuilder().setImage(shown.image()))
                .setImageSubPath(shown.subPath()));
        return told.setHostPath(mount.hostPath().toString())
                .setContainerPath(mount.containerPath())
                .setReadonly(mount.readonly())
                .addAllUidMappings(users.getUidsList())
                .addAllGidMappings(users.getGidsList())
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
                Path.of(said.getLogPath()),
                setup(said));
    }

    private static CriParts.ContainerSetup setup(CriProto.ContainerStatus said) {
        CriProto.LinuxContainerUser user = said.getUser().getLinux();
        return new CriParts.ContainerSetup(
                List.of(),
                said.getResources().hasLinux()
                        ? Optional.of(ResourcesWire.heard(said.getResources().getLinux()))
                        : Optional.empty(),
                said.getUser().hasLinux()
                        ? Optional.of(new CriParts.ContainerUser(
                                user.getUid(), user.getGid(), user.getSupplementalGroupsList()))
                        : Optional.empty(),
                signal(said.getStopSignal()),
                0);
    }
}
