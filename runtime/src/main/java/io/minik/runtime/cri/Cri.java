package io.minik.runtime.cri;

import io.minik.runtime.cri.CriParts.ContainerSetup;
import io.minik.runtime.cri.CriParts.ImageMount;
import io.minik.runtime.cri.CriParts.KernelPaths;
import io.minik.runtime.cri.CriParts.RunAs;
import io.minik.runtime.cri.CriParts.UserNamespace;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** CRI's messages, by their names. Times are nanoseconds since the epoch. Absent strings are empty. */
public final class Cri {
    /** A label, unseen by the socket's clients, on what others than this node's kubelet made there: the kubelet leaves it alone. */
    public static final String CLIENTS = "io.minik.cri.client";

    /** In place of a container's id as {@code pidTarget}: no id has such a letter. */
    public static final String OWN_PROCESSES = "@own";

    public static final String NODE_PROCESSES = "@node";

    private Cri() {}

    // ---- sandboxes

    /** One sandbox: the same metadata is the same sandbox. */
    public record PodSandboxMetadata(String name, String uid, String namespace, int attempt) {}

    public enum NamespaceMode {
        /** Common to the pod's containers. */
        POD,
        /** The container has its own. */
        CONTAINER,
        /** The container shares the node's. */
        NODE,
        /** That of another container, which {@code targetId} names. */
        TARGET
    }

    public record NamespaceOption(
            NamespaceMode network, NamespaceMode pid, NamespaceMode ipc, String targetId, UserNamespace users) {
        /** As most pods have them: one network, and each container sees its own processes only. */
        public static final NamespaceOption PLAIN = new NamespaceOption(
                NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD, "", UserNamespace.NODE);
    }

    /** @param cgroupParent below the runtime's root: {@code kubepods/burstable/pod<uid>}; @param resources of the whole pod */
    public record LinuxPodSandboxConfig(
            String cgroupParent,
            NamespaceOption namespaceOptions,
            boolean privileged,
            Map<String, String> sysctls,
            LinuxContainerResources resources) {
        public static LinuxPodSandboxConfig plain(String cgroupParent) {
            return new LinuxPodSandboxConfig(
                    cgroupParent, NamespaceOption.PLAIN, false, Map.of(), LinuxContainerResources.NONE);
        }
    }

    /** @param logDirectory where the logs of its containers are */
    public record PodSandboxConfig(
            PodSandboxMetadata metadata,
            String hostname,
            Path logDirectory,
            Map<String, String> labels,
            Map<String, String> annotations,
            LinuxPodSandboxConfig linux) {}

    public enum PodSandboxState {
        SANDBOX_READY,
        SANDBOX_NOTREADY
    }

    public record PodSandbox(
            String id,
            PodSandboxMetadata metadata,
            PodSandboxState state,
            long createdAt,
            Map<String, String> labels,
            Map<String, String> annotations) {}

    /**
     * @param ips the pod's own addresses; empty on the node's network
     * @param resources as last set: beyond CRI, whose runtimes say nothing of them
     */
    public record PodSandboxStatus(
            PodSandbox sandbox,
            List<String> ips,
            NamespaceOption namespaces,
            Optional<LinuxContainerResources> resources) {
        public String id() {
            return sandbox.id();
        }

        public int attempt() {
            return sandbox.metadata().attempt();
        }

        public boolean ready() {
            return sandbox.state() == PodSandboxState.SANDBOX_READY;
        }
    }

    /** Those with all of these labels. */
    public record PodSandboxFilter(Map<String, String> labelSelector) {
        public static final PodSandboxFilter ALL = new PodSandboxFilter(Map.of());
    }

    // ---- containers

    /** One container of a sandbox: the same metadata is the same container. */
    public record ContainerMetadata(String name, int attempt) {}

    /** @param image id or digest; @param userSpecifiedImage what people call it */
    public record ImageSpec(String image, String userSpecifiedImage) {}

    /**
     * What is run, and how: in CRI fields of ContainerConfig.
     * @param command, args in place of the image's entrypoint and cmd; without both, the image's
     * @param workingDir empty for the image's
     * @param envs above the image's
     * @param stopSignal by name; empty for the image's
     */
    public record ContainerProcess(
            List<String> command,
            List<String> args,
            Map<String, String> envs,
            String workingDir,
            boolean stdin,
            boolean stdinOnce,
            boolean tty,
            String stopSignal) {
        /** Nobody types, and all else is as the image says. */
        public static ContainerProcess of(List<String> command, List<String> args, Map<String, String> envs) {
            return new ContainerProcess(command, args, envs, "", false, false, false, "");
        }
    }

    public enum MountPropagation {
        PROPAGATION_PRIVATE,
        PROPAGATION_HOST_TO_CONTAINER,
        PROPAGATION_BIDIRECTIONAL
    }

    /** Whether what is mounted below a read-only mount is read-only, too; CRI knows the first and the last. */
    public enum RecursiveReadOnly {
        NO,
        IF_POSSIBLE,
        YES
    }

    /** @param mapped by the pod's own users, where it has some: CRI repeats the mappings; @param image in place of hostPath */
    public record Mount(
            Path hostPath,
            String containerPath,
            boolean readonly,
            RecursiveReadOnly recursiveReadOnly,
            MountPropagation propagation,
            boolean mapped,
            Optional<ImageMount> image) {
        /** A writable mount that nothing passes through. */
        public static Mount of(Path hostPath, String containerPath) {
            return new Mount(
                    hostPath,
                    containerPath,
                    false,
                    RecursiveReadOnly.NO,
                    MountPropagation.PROPAGATION_PRIVATE,
                    false,
                    Optional.empty());
        }
    }

    /** 0 or empty = not set. {@code cpuShares} as in cgroup v1; the last two name processors and memory nodes: {@code 0-2,4}. */
    public record LinuxContainerResources(
            long cpuPeriod,
            long cpuQuota,
            long cpuShares,
            long memoryLimitInBytes,
            int oomScoreAdj,
            String cpusetCpus,
            String cpusetMems) {
        public static final LinuxContainerResources NONE = new LinuxContainerResources(0, 0, 0, 0, 0);

        /** The same on any processor and any node of memory. */
        public LinuxContainerResources(
                long cpuPeriod, long cpuQuota, long cpuShares, long memoryLimitInBytes, int oomScoreAdj) {
            this(cpuPeriod, cpuQuota, cpuShares, memoryLimitInBytes, oomScoreAdj, "", "");
        }

        /** With those of others that are set. */
        public LinuxContainerResources updated(LinuxContainerResources others) {
            return new LinuxContainerResources(
                    others.cpuPeriod == 0 ? cpuPeriod : others.cpuPeriod,
                    others.cpuQuota == 0 ? cpuQuota : others.cpuQuota,
                    others.cpuShares == 0 ? cpuShares : others.cpuShares,
                    others.memoryLimitInBytes == 0 ? memoryLimitInBytes : others.memoryLimitInBytes,
                    others.oomScoreAdj == 0 ? oomScoreAdj : others.oomScoreAdj,
                    others.cpusetCpus.isEmpty() ? cpusetCpus : others.cpusetCpus,
                    others.cpusetMems.isEmpty() ? cpusetMems : others.cpusetMems);
        }
    }

    /** A device of the node. @param permissions some of {@code rwm} */
    public record Device(Path hostPath, String containerPath, String permissions) {}

    /** Names without CAP_; ALL in either list. */
    public record Capability(List<String> addCapabilities, List<String> dropCapabilities) {}

    /** @param strict the image's own groups do not count (SupplementalGroupsPolicy) */
    public record SupplementalGroups(List<Long> ids, boolean strict) {}

    public enum ProfileType {
        RUNTIME_DEFAULT,
        UNCONFINED,
        LOCALHOST
    }

    /** @param localhostRef absolute path of the profile, with LOCALHOST */
    public record SecurityProfile(ProfileType profileType, String localhostRef) {
        public static final SecurityProfile UNCONFINED = new SecurityProfile(ProfileType.UNCONFINED, "");
        public static final SecurityProfile RUNTIME_DEFAULT = new SecurityProfile(ProfileType.RUNTIME_DEFAULT, "");
    }

    /**
     * @param pidTarget id of a running container whose processes it sees, or {@link #OWN_PROCESSES}, or {@link #NODE_PROCESSES};
     *     empty for what the sandbox says
     */
    public record LinuxContainerSecurityContext(
            RunAs runAs,
            SupplementalGroups supplementalGroups,
            boolean privileged,
            boolean readonlyRootfs,
            boolean noNewPrivs,
            Capability capabilities,
            KernelPaths paths,
            SecurityProfile seccomp,
            String pidTarget) {
        public static final LinuxContainerSecurityContext PLAIN = new LinuxContainerSecurityContext(
                RunAs.IMAGE,
                new SupplementalGroups(List.of(), false),
                false,
                false,
                false,
                new Capability(List.of(), List.of()),
                KernelPaths.USUAL,
                SecurityProfile.RUNTIME_DEFAULT,
                "");
    }

    public record LinuxContainerConfig(
            LinuxContainerResources resources, LinuxContainerSecurityContext securityContext) {
        public static final LinuxContainerConfig PLAIN =
                new LinuxContainerConfig(LinuxContainerResources.NONE, LinuxContainerSecurityContext.PLAIN);
    }

    /** @param logPath below the sandbox' log directory */
    public record ContainerConfig(
            ContainerMetadata metadata,
            ImageSpec image,
            ContainerProcess process,
            List<Mount> mounts,
            List<Device> devices,
            Map<String, String> labels,
            Map<String, String> annotations,
            String logPath,
            LinuxContainerConfig linux) {}

    public enum ContainerState {
        CONTAINER_CREATED,
        CONTAINER_RUNNING,
        CONTAINER_EXITED
    }

    /** @param image as it was asked for; @param imageId in the runtime */
    public record Container(
            String id,
            String podSandboxId,
            ContainerMetadata metadata,
            ImageSpec image,
            String imageId,
            ContainerState state,
            long createdAt,
            Map<String, String> labels,
            Map<String, String> annotations) {
        public Container with(Map<String, String> others) {
            return new Container(id, podSandboxId, metadata, image, imageId, state, createdAt, labels, others);
        }
    }

    /**
     * @param exitCode 128 + signal if a signal ended it; 255 if it ended unseen
     * @param reason {@code Completed}, {@code Error}, {@code OOMKilled}, {@code StartError}, {@code Unknown}; empty until exited
     * @param logPath on the node
     */
    public record ContainerStatus(
            Container container,
            long startedAt,
            long finishedAt,
            int exitCode,
            String reason,
            String message,
            Path logPath,
            ContainerSetup setup) {
        public String id() {
            return container.id();
        }

        public String name() {
            return container.metadata().name();
        }

        public int attempt() {
            return container.metadata().attempt();
        }

        public ContainerState state() {
            return container.state();
        }

        public Map<String, String> annotations() {
            return container.annotations();
        }

        public ContainerStatus with(Map<String, String> annotations) {
            return new ContainerStatus(
                    container.with(annotations), startedAt, finishedAt, exitCode, reason, message, logPath, setup);
        }
    }

    /** Those with all of these labels. */
    public record ContainerFilter(Map<String, String> labelSelector) {
        public static final ContainerFilter ALL = new ContainerFilter(Map.of());
    }

    public static boolean matches(Map<String, String> labels, Map<String, String> labelSelector) {
        return labels.entrySet().containsAll(labelSelector.entrySet());
    }

    /** Labels or annotations, and others over them. */
    public static Map<String, String> with(Map<String, String> before, Map<String, String> added) {
        Map<String, String> all = new HashMap<>(before);
        all.putAll(added);
        return Map.copyOf(all);
    }

    public enum ContainerEventType {
        CONTAINER_CREATED_EVENT,
        CONTAINER_STARTED_EVENT,
        CONTAINER_STOPPED_EVENT,
        CONTAINER_DELETED_EVENT
    }

    /** Something has happened to a container. */
    public record ContainerEvent(
            ContainerEventType type, String containerId, String podSandboxId, Map<String, String> labels) {}

    // ---- processes inside, and figures

    public record ExecRequest(String containerId, List<String> cmd, boolean tty, boolean stdin) {}

    public record AttachRequest(String containerId, boolean stdin, boolean stdout, boolean stderr) {}

    public record ExecSyncResponse(Buffer stdout, Buffer stderr, int exitCode) {}

    public record CpuUsage(long usageCoreNanoSeconds) {}

    public record MemoryUsage(long workingSetBytes, long usageBytes, long rssBytes) {}

    /** Of the writable layer. */
    public record FilesystemUsage(long usedBytes, long inodesUsed) {}

    /** @param processCount in CRI a figure of the sandbox */
    public record ContainerStats(
            long timestamp, CpuUsage cpu, MemoryUsage memory, FilesystemUsage writableLayer, long processCount) {}

    // ---- images

    /** Basic auth by the first two, or one of the tokens. */
    public record AuthConfig(String username, String password, String identityToken, String registryToken) {}

    /**
     * @param uid and username: who runs it if nobody says otherwise; with neither, root
     * @param pinned to be kept, whoever uses it
     * @param volumes paths that it declares; beyond CRI
     */
    public record Image(
            String id,
            List<String> repoTags,
            List<String> repoDigests,
            long size,
            OptionalLong uid,
            String username,
            boolean pinned,
            List<String> volumes) {}
}
