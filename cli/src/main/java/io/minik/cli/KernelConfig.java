package io.minik.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** What this kernel was built with. @param file where that stands @param options by their names, without CONFIG_: y or m */
record KernelConfig(Path file, Map<String, String> options) {
    /** Without these no pod runs. */
    static final List<String> NECESSARY = List.of(
            "NAMESPACES",
            "NET_NS",
            "PID_NS",
            "IPC_NS",
            "UTS_NS",
            "CGROUPS",
            "CGROUP_PIDS",
            "CGROUP_SCHED",
            "MEMCG",
            "SECCOMP",
            "SECCOMP_FILTER",
            "OVERLAY_FS",
            "VETH",
            "BRIDGE",
            "NF_CONNTRACK",
            "NF_TABLES",
            "NF_TABLES_INET",
            "NFT_CT",
            "NFT_NAT",
            "NFT_MASQ",
            "NFT_REDIR",
            "NFT_REJECT");
    /** Some pods want them. */
    static final List<String> OPTIONAL = List.of(
            "CPUSETS",
            "CFS_BANDWIDTH",
            "CGROUP_DEVICE",
            "CGROUP_BPF",
            "CGROUP_FREEZER",
            "CGROUP_HUGETLB",
            "BLK_DEV_THROTTLING",
            "BRIDGE_NETFILTER",
            "NFT_FIB_INET",
            "NFT_NUMGEN",
            "POSIX_MQUEUE",
            "KEYS",
            "PSI",
            "USER_NS",
            "VXLAN",
            "EXT4_FS_POSIX_ACL",
            "EXT4_FS_SECURITY");

    private static final int MOST_BYTES = 4 << 20;

    /** Where kernels leave it; empty if none does. @param release of uname */
    static Optional<KernelConfig> find(Path root, String release) throws IOException {
        for (String place : List.of(
                "proc/config.gz",
                "boot/config-" + release,
                "lib/modules/" + release + "/config",
                "usr/src/linux-" + release + "/.config",
                "usr/src/linux/.config")) {
            Path file = root.resolve(place);
            if (Files.isReadable(file)) {
                return Optional.of(read(file));
            }
        }
        return Optional.empty();
    }

    static KernelConfig read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES);
        }
        boolean packed = bytes.length > 1 && bytes[0] == 0x1f && (bytes[1] & 0xff) == 0x8b;
        if (packed) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                bytes = in.readNBytes(MOST_BYTES);
            }
        }
        Map<String, String> options = new HashMap<>();
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (line.startsWith("CONFIG_") && equals > 0) {
                options.put(line.substring("CONFIG_".length(), equals), line.substring(equals + 1));
            }
        }
        if (options.isEmpty()) {
            throw new IOException(file + " is no configuration of a kernel");
        }
        return new KernelConfig(file, Map.copyOf(options));
    }

    Finding of(String option, boolean necessary) {
        String subject = "CONFIG_" + option;
        return switch (options.getOrDefault(option, "")) {
            case "y" -> Finding.good(subject, "enabled");
            case "m" -> Finding.good(subject, "enabled (as module)");
            default -> necessary ? Finding.fail(subject, "missing", "") : Finding.warn(subject, "missing", "");
        };
    }
}
