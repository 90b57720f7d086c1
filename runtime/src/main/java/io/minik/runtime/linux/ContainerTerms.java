package io.minik.runtime.linux;

import io.minik.runtime.container.ContainerConfig;
import io.minik.runtime.container.ContainerConfig.ImageUse;
import io.minik.runtime.container.ContainerConfig.LogFile;
import io.minik.runtime.container.ContainerConfig.Notes;
import io.minik.runtime.container.ContainerConfig.Origin;
import io.minik.runtime.container.ContainerConfig.Place;
import io.minik.runtime.container.ContainerConfig.Program;
import io.minik.runtime.container.ContainerConfig.Stdio;
import io.minik.runtime.container.Containers;
import io.minik.runtime.container.Containers.CapabilityNames;
import io.minik.runtime.container.Containers.KernelPaths;
import io.minik.runtime.container.Containers.MountedImage;
import io.minik.runtime.container.Containers.Propagation;
import io.minik.runtime.container.Containers.Recursive;
import io.minik.runtime.container.Containers.Resources;
import io.minik.runtime.container.Containers.Security;
import io.minik.runtime.container.Containers.User;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.Cri.Container;
import io.minik.runtime.cri.Cri.ContainerEvent;
import io.minik.runtime.cri.Cri.ContainerEventType;
import io.minik.runtime.cri.Cri.ContainerMetadata;
import io.minik.runtime.cri.Cri.ContainerProcess;
import io.minik.runtime.cri.Cri.ContainerState;
import io.minik.runtime.cri.Cri.ContainerStatus;
import io.minik.runtime.cri.Cri.ImageSpec;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.LinuxContainerSecurityContext;
import io.minik.runtime.cri.Cri.Mount;
import io.minik.runtime.cri.Cri.PodSandboxConfig;
import io.minik.runtime.cri.Cri.SecurityProfile;
import io.minik.runtime.cri.CriParts.ContainerSetup;
import io.minik.runtime.cri.CriParts.ContainerUser;
import io.minik.runtime.cri.CriParts.ImageMount;
import io.minik.runtime.cri.CriParts.RunAs;
import io.minik.runtime.image.Images;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Containers in CRI's terms and in the room's. Pure. */
final class ContainerTerms {
    /** Hexadecimal digits of the pod's UID in ids: 48 bits, and the container's name stands beside them. */
    private static final int SHORT_UID = 12;

    /** What Kubernetes takes as a container's name. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private ContainerTerms() {}

    /**
     * Of a pod of Kubernetes, something that people can read in part; of any other, nothing but a digest, for neither its UID nor
     * its names need be what may stand in a path, or differ in their first letters.
     */
    static String id(String podUid, ContainerMetadata metadata) {
        if (PodTerms.isUuid(podUid) && NAME.matcher(metadata.name()).matches()) {
            return "c-" + podUid.replace("-", "").substring(0, SHORT_UID) + "-" + metadata.name() + "-"
                    + metadata.attempt();
        }
        return PodTerms.digest(podUid, metadata.name(), Integer.toString(metadata.attempt()));
    }

    /** @param mounted layers of images that are mounted, by what they were asked for */
    record Found(Images.Image image, Map<String, List<String>> mounted) {}

    static ContainerConfig config(
            String sandboxId, PodSandboxConfig sandbox, Cri.ContainerConfig asked, Found found, LogLimits logs) {
        Images.Image image = found.image();
        ContainerProcess process = asked.process();
        Images.ImageConfig own = image.config();
        return new ContainerConfig(
                id(
                        PodTerms.isUuid(sandbox.metadata().uid())
                                ? sandbox.metadata().uid()
                                : sandboxId,
                        asked.metadata()),
                new Origin(sandboxId, asked.metadata().name(), asked.metadata().attempt()),
                new ImageUse(image.id(), asked.image().userSpecifiedImage(), image.layers()),
                new Program(
                        command(process, own),
                        environment(process, own),
                        process.workingDir().isEmpty() ? own.workingDir() : process.workingDir(),
                        process.stopSignal().isEmpty() ? own.stopSignal() : process.stopSignal()),
                asked.mounts().stream()
                        .map(mount -> mount(mount, found.mounted()))
                        .toList(),
                asked.devices().stream()
                        .map(device ->
                                new Containers.Device(device.hostPath(), device.containerPath(), device.permissions()))
                        .toList(),
                new Stdio(
                        process.stdin(),
                        process.stdinOnce(),
                        process.tty(),
                        new LogFile(logPath(sandbox, asked), logs.maxBytes(), logs.maxFiles())),
                security(asked.linux().securityContext(), own.user()),
                new Place(
                        sandbox.linux().cgroupParent(),
                        asked.linux().securityContext().pidTarget(),
                        resources(asked.linux().resources())),
                new Notes(asked.labels(), asked.annotations()));
    }

    /** Without a name nothing is logged. */
    private static Path logPath(PodSandboxConfig sandbox, Cri.ContainerConfig asked) {
        return asked.logPath().isEmpty() || sandbox.logDirectory().toString().isEmpty()
                ? Path.of("")
                : sandbox.logDirectory().resolve(asked.logPath());
    }

    /** The command replaces entrypoint and cmd of the image, args only cmd. */
    private static List<String> command(ContainerProcess process, Images.ImageConfig image) {
        List<String> argv = new ArrayList<>(process.command().isEmpty() ? image.entrypoint() : process.command());
        if (!process.args().isEmpty()) {
            argv.addAll(process.args());
        } else if (process.command().isEmpty()) {
            argv.addAll(image.cmd());
        }
        return List.copyOf(argv);
    }

    private static List<String> environment(ContainerProcess process, Images.ImageConfig image) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String entry : image.env()) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                all.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        all.putAll(process.envs());
        return all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private static Containers.Mount mount(Mount mount, Map<String, List<String>> mounted) {
        return new Containers.Mount(
                mount.hostPath(),
                mount.containerPath(),
                mount.readonly(),
                switch (mount.recursiveReadOnly()) {
                    case NO -> Recursive.NO;
                    case IF_POSSIBLE -> Recursive.IF_POSSIBLE;
                    case YES -> Recursive.YES;
                },
                switch (mount.propagation()) {
                    case PROPAGATION_PRIVATE -> Propagation.PRIVATE;
                    case PROPAGATION_HOST_TO_CONTAINER -> Propagation.HOST_TO_CONTAINER;
                    case PROPAGATION_BIDIRECTIONAL -> Propagation.BIDIRECTIONAL;
                },
                mount.mapped(),
                mount.image()
                        .map(asked -> new MountedImage(
                                asked.image(), Objects.requireNonNull(mounted.get(asked.image())), asked.subPath()))
                        .orElse(MountedImage.NONE));
    }

    private static Security security(LinuxContainerSecurityContext asked, String imageUser) {
        User user = new User(
                user(asked.runAs(), imageUser),
                asked.runAs().group().orElse(-1),
                asked.supplementalGroups().ids(),
                asked.supplementalGroups().strict());
        return new Security(
                user,
                asked.privileged(),
                asked.readonlyRootfs(),
                asked.noNewPrivs(),
                new CapabilityNames(
                        asked.capabilities().addCapabilities(),
                        asked.capabilities().dropCapabilities()),
                new KernelPaths(asked.paths().masked(), asked.paths().readOnly()),
                seccomp(asked.seccomp()));
    }

    private static String user(RunAs asked, String imageUser) {
        if (asked.user().isPresent()) {
            return Long.toString(asked.user().getAsLong());
        }
        return asked.username().isEmpty() ? imageUser : asked.username();
    }

    private static String seccomp(SecurityProfile profile) {
        return switch (profile.profileType()) {
            case RUNTIME_DEFAULT -> "runtime/default";
            case UNCONFINED -> "unconfined";
            case LOCALHOST -> "localhost/" + profile.localhostRef();
        };
    }

    static Resources resources(LinuxContainerResources asked) {
        return new Resources(
                asked.cpuShares(),
                asked.cpuQuota(),
                asked.cpuPeriod(),
                asked.memoryLimitInBytes(),
                0,
                asked.oomScoreAdj(),
                asked.cpusetCpus(),
                asked.cpusetMems());
    }

    static Container container(Containers.Container known) {
        ContainerConfig config = known.config();
        return new Container(
                known.id(),
                config.origin().sandboxId(),
                new ContainerMetadata(config.origin().name(), config.origin().attempt()),
                new ImageSpec(config.image().id(), config.image().reference()),
                config.image().id(),
                switch (known.state()) {
                    case CREATED -> ContainerState.CONTAINER_CREATED;
                    case RUNNING -> ContainerState.CONTAINER_RUNNING;
                    case EXITED -> ContainerState.CONTAINER_EXITED;
                },
                known.createdAtNanos(),
                config.notes().labels(),
                config.notes().annotations());
    }

    static ContainerStatus status(Containers.Container known) {
        return new ContainerStatus(
                container(known),
                known.startedAtNanos(),
                known.finishedAtNanos(),
                known.exitCode(),
                known.reason(),
                known.message(),
                known.config().stdio().log().path(),
                setup(known));
    }

    private static ContainerSetup setup(Containers.Container known) {
        ContainerConfig config = known.config();
        return new ContainerSetup(
                config.mounts().stream().map(ContainerTerms::mount).toList(),
                Optional.of(resources(config.place().resources())),
                user(config.security().user()),
                config.program().stopSignal(),
                known.pid());
    }

    /** As it was found in the image; containers that an older minik made keep what they were asked to be, which is none of it. */
    private static Optional<ContainerUser> user(User made) {
        boolean found = made.group() >= 0 && made.strictGroups() && made.name().matches("[0-9]+");
        return found
                ? Optional.of(new ContainerUser(Long.parseLong(made.name()), made.group(), made.supplementalGroups()))
                : Optional.empty();
    }

    private static Mount mount(Containers.Mount mount) {
        return new Mount(
                mount.hostPath(),
                mount.containerPath(),
                mount.readOnly(),
                switch (mount.recursive()) {
                    case NO -> Cri.RecursiveReadOnly.NO;
                    case IF_POSSIBLE -> Cri.RecursiveReadOnly.IF_POSSIBLE;
                    case YES -> Cri.RecursiveReadOnly.YES;
                },
                switch (mount.propagation()) {
                    case PRIVATE -> Cri.MountPropagation.PROPAGATION_PRIVATE;
                    case HOST_TO_CONTAINER -> Cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
                    case BIDIRECTIONAL -> Cri.MountPropagation.PROPAGATION_BIDIRECTIONAL;
                },
                mount.mapped(),
                mount.image().equals(MountedImage.NONE)
                        ? Optional.empty()
                        : Optional.of(new ImageMount(
                                mount.image().reference(), mount.image().subPath())));
    }

    private static LinuxContainerResources resources(Resources now) {
        return new LinuxContainerResources(
                now.cpuPeriodMicros(),
                now.cpuQuotaMicros(),
                now.cpuShares(),
                now.memoryLimitBytes(),
                now.oomScoreAdj(),
                now.cpusetCpus(),
                now.cpusetMems());
    }

    static ContainerEvent event(Containers.Event event) {
        ContainerConfig config = event.container().config();
        return new ContainerEvent(
                switch (event.change()) {
                    case CREATED -> ContainerEventType.CONTAINER_CREATED_EVENT;
                    case STARTED -> ContainerEventType.CONTAINER_STARTED_EVENT;
                    case STOPPED -> ContainerEventType.CONTAINER_STOPPED_EVENT;
                    case DELETED -> ContainerEventType.CONTAINER_DELETED_EVENT;
                },
                event.container().id(),
                config.origin().sandboxId(),
                config.notes().labels());
    }
}
