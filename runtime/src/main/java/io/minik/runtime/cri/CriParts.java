package io.minik.runtime.cri;

import io.minik.runtime.cri.Cri.FilesystemUsage;
import io.minik.runtime.cri.Cri.LinuxContainerResources;
import io.minik.runtime.cri.Cri.Mount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Parts of CRI's messages beside {@link Cri}: who runs a container and what is hidden from it, and the runtime itself. */
public final class CriParts {
    private CriParts() {}

    /**
     * Who runs it; absent and empty = as the image says. Of number and name at most one is given.
     *
     * @param username of the image's passwd
     */
    public record RunAs(OptionalLong user, String username, OptionalLong group) {
        public static final RunAs IMAGE = new RunAs(OptionalLong.empty(), "", OptionalLong.empty());
    }

    /** Of ids of a container from one on, as many of the node from another one on. */
    public record IdMapping(long containerId, long hostId, long length) {}

    /** @param mode POD = the pod's own, NODE = the node's; @param uids, gids of the pod's own: one range each, from 0 on */
    public record UserNamespace(Cri.NamespaceMode mode, List<IdMapping> uids, List<IdMapping> gids) {
        public static final UserNamespace NODE = new UserNamespace(Cri.NamespaceMode.NODE, List.of(), List.of());

        public boolean own() {
            return mode == Cri.NamespaceMode.POD;
        }
    }

    /** An image that is here, in place of a path of the node. @param subPath of a directory in it; empty for all of it */
    public record ImageMount(String image, String subPath) {}

    /** What of RuntimeClasses' features a runtime has, for each of its handlers. */
    public record RuntimeHandlerFeatures(boolean recursiveReadOnlyMounts, boolean userNamespaces) {}

    /** What of /proc and /sys a container does not see, and what it can't write. */
    public record KernelPaths(List<String> masked, List<String> readOnly) {
        public static final KernelPaths OPEN = new KernelPaths(List.of(), List.of());

        /** What kubelet, containerd and runc hide by default. */
        public static final KernelPaths USUAL = new KernelPaths(
                List.of(
                        "/proc/asound",
                        "/proc/acpi",
                        "/proc/interrupts",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/proc/sched_debug",
                        "/proc/scsi",
                        "/sys/firmware",
                        "/sys/devices/virtual/powercap"),
                List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"));
    }

    /** Who the first process of a container was in the beginning. @param supplementalGroups with the main one */
    public record ContainerUser(long uid, long gid, List<Long> supplementalGroups) {}

    /**
     * What became of what a container was asked to be; a record of its own here, fields of ContainerStatus in CRI.
     *
     * @param resources, user empty where a runtime does not say
     * @param stopSignal by name; empty for the runtime's own, which is SIGTERM
     * @param pid of its first process on the node, 0 unless it runs; CRI has it among the words for people
     */
    public record ContainerSetup(
            List<Mount> mounts,
            Optional<LinuxContainerResources> resources,
            Optional<ContainerUser> user,
            String stopSignal,
            int pid) {
        public static final ContainerSetup UNTOLD =
                new ContainerSetup(List.of(), Optional.empty(), Optional.empty(), "", 0);
    }

    /** Of one link of a pod. */
    public record NetworkInterfaceUsage(String name, long rxBytes, long rxErrors, long txBytes, long txErrors) {}

    /** Who an image's config names: {@code uid}, {@code uid:gid}, {@code name} or {@code name:group}. One of the two at most. */
    public record ImageUser(OptionalLong uid, String username) {
        /** Digits that fit a long. */
        private static final int MOST_DIGITS = 18;

        public static ImageUser of(String user) {
            String name = user.split(":", 2)[0];
            if (name.isEmpty() || !name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return new ImageUser(OptionalLong.empty(), name);
            }
            // One that is too large is nobody's, and surely not root's.
            return new ImageUser(
                    OptionalLong.of(name.length() > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(name)), "");
        }
    }

    /** @param name {@code minik}, {@code containerd}, …; @param version semantic */
    public record Version(String name, String version) {}

    /** @param type {@code RuntimeReady} and {@code NetworkReady} are what a kubelet asks for; @param reason, message if not */
    public record RuntimeCondition(String type, boolean status, String reason, String message) {
        public static final String RUNTIME_READY = "RuntimeReady";
        public static final String NETWORK_READY = "NetworkReady";

        public static RuntimeCondition met(String type) {
            return new RuntimeCondition(type, true, "", "");
        }
    }

    /** The file system that images are kept on. @param mountpoint or a directory on it */
    public record ImageFilesystem(Path mountpoint, FilesystemUsage usage) {}
}
