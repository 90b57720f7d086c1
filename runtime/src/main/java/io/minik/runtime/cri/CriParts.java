package io.minik.runtime.cri;

import io.minik.runtime.cri.Cri.FilesystemUsage;
import java.nio.file.Path;
import java.util.List;
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
