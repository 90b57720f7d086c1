package io.minik.agent.node;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What the machine has and uses, from /proc and the file system. Blocking, but never for long. */
public final class NodeFigures {
    private static final long KIB = 1024;
    private static final long NANOS_PER_TICK = 10_000_000L;
    private static final int TICK_FIELDS = 7;
    private static final Path PID_MAX = Path.of("/proc/sys/kernel/pid_max");
    private static final Path LOAD = Path.of("/proc/loadavg");

    private final Path dataDir;
    private final Function<Path, Threshold.Amount> inodes;
    private final NodeReserved reserved;

    /** @param dataDir whose file system holds images, pods and logs; @param inodes of a file system */
    public NodeFigures(Path dataDir, Function<Path, Threshold.Amount> inodes, NodeReserved reserved) {
        this.dataDir = dataDir;
        this.inodes = inodes;
        this.reserved = reserved;
    }

    /** What there is and what of it is left, for eviction. */
    public Map<Threshold.Signal, Threshold.Amount> left() throws IOException {
        Map<String, Long> memory = memory();
        File store = store();
        Map<Threshold.Signal, Threshold.Amount> left = new EnumMap<>(Threshold.Signal.class);
        left.put(
                Threshold.Signal.MEMORY,
                new Threshold.Amount(memory.getOrDefault("MemTotal", 0L), memory.getOrDefault("MemAvailable", 0L)));
        left.put(Threshold.Signal.DISK, new Threshold.Amount(store.getTotalSpace(), store.getUsableSpace()));
        left.put(Threshold.Signal.INODES, inodes.apply(dataDir));
        left.put(Threshold.Signal.PIDS, pids(Files.readString(PID_MAX), Files.readString(LOAD)));
        return left;
    }

    /** @param load as the kernel tells it, with running and all threads in its fourth word: {@code 0.1 0.2 0.3 2/345 6789} */
    static Threshold.Amount pids(String most, String load) {
        long all = Long.parseLong(most.strip());
        String[] words = load.split(" ");
        long used = Long.parseLong(words[3].substring(words[3].indexOf('/') + 1));
        return new Threshold.Amount(all, Math.max(0, all - used));
    }

    /** @param cpuNanos used since boot, all cores together */
    public record Usage(
            long cpuNanos,
            long memoryCapacityBytes,
            long memoryAvailableBytes,
            long memoryWorkingSetBytes,
            long fsCapacityBytes,
            long fsAvailableBytes,
            long bootSeconds,
            Threshold.Amount inodes,
            Threshold.Amount pids) {}

    public Usage usage() throws IOException {
        Map<String, Long> memory = memory();
        long total = memory.getOrDefault("MemTotal", 0L);
        long available = memory.getOrDefault("MemAvailable", 0L);
        File store = store();
        long cpu = 0;
        long boot = 0;
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.startsWith("cpu ")) {
                String[] ticks = line.trim().split("\\s+");
                for (int i = 1; i <= TICK_FIELDS && i < ticks.length; i++) {
                    // Fields 4 and 5 are idle and waiting for I/O.
                    cpu += i == 4 || i == 5 ? 0 : Long.parseLong(ticks[i]);
                }
            } else if (line.startsWith("btime ")) {
                boot = Long.parseLong(line.substring("btime ".length()).trim());
            }
        }
        return new Usage(
                cpu * NANOS_PER_TICK,
                total,
                available,
                total - available,
                store.getTotalSpace(),
                store.getUsableSpace(),
                boot,
                inodes.apply(dataDir),
                pids(Files.readString(PID_MAX), Files.readString(LOAD)));
    }

    /** Quantities by resource name. */
    public Map<String, String> capacity(int maxPods) throws IOException {
        Map<String, String> capacity = new LinkedHashMap<>();
        capacity.put("cpu", Integer.toString(Runtime.getRuntime().availableProcessors()));
        capacity.put("ephemeral-storage", store().getTotalSpace() / KIB + "Ki");
        capacity.put("memory", memory().getOrDefault("MemTotal", 0L) / KIB + "Ki");
        capacity.put("pods", Integer.toString(maxPods));
        return capacity;
    }

    /** What pods may ask for: the capacity less what keeps the node alive. */
    public Map<String, String> allocatable(int maxPods) throws IOException {
        return reserved.allocatable(capacity(maxPods));
    }

    public long memoryBytes() throws IOException {
        return memory().getOrDefault("MemTotal", 0L);
    }

    /** Asked by statvfs: a FileStore would look for the mount, which a chroot's mountinfo need not list. */
    private File store() throws IOException {
        Files.createDirectories(dataDir);
        return dataDir.toFile();
    }

    private static Map<String, Long> memory() throws IOException {
        Map<String, Long> found = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            String[] parts = line.split("[:\\s]+");
            if (parts.length > 1) {
                found.put(parts[0], Long.parseLong(parts[1]) * KIB);
            }
        }
        return found;
    }

    /** The machine's words about itself, for status.nodeInfo. */
    Map<String, String> system() {
        Map<String, String> info = new LinkedHashMap<>();
        info.put("machineID", read("/etc/machine-id"));
        info.put("systemUUID", read("/sys/class/dmi/id/product_uuid"));
        info.put("bootID", read("/proc/sys/kernel/random/boot_id"));
        info.put("kernelVersion", read("/proc/sys/kernel/osrelease"));
        info.put("osImage", osImage());
        info.put("operatingSystem", "linux");
        info.put("architecture", architecture());
        return info;
    }

    private static String osImage() {
        for (String line : List.of(read("/etc/os-release").split("\n"))) {
            if (line.startsWith("PRETTY_NAME=")) {
                return line.substring("PRETTY_NAME=".length()).replace("\"", "");
            }
        }
        return "Linux";
    }

    /** As Go names it. */
    static String architecture() {
        String arch = Optional.ofNullable(System.getProperty("os.arch")).orElse("");
        return switch (arch) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> arch;
        };
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).trim();
        } catch (IOException e) {
            // Not every machine has every one of these files.
            return "";
        }
    }
}
